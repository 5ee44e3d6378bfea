"""What can be wrong with a repository."""

from __future__ import annotations

import enum
from dataclasses import dataclass

__all__ = ["Finding", "Problem"]


class Problem(enum.Enum):
    """What is wrong; the value is its name in reports."""

    MISSING = "missing"
    """A listed file's object does not exist."""
    SIZE = "wrong-size"
    HASH = "wrong-hash"
    UNHASHED = "no-hash"
    """A listed file, taken over from another tool, whose hash or size is not known."""
    REQUIRES_PYTHON = "wrong-requires-python"
    """What is listed is not what the file's metadata states."""
    UNREADABLE = "unreadable-file"
    """A listed file is no distribution that installers take."""
    SIDECAR_MISSING = "missing-metadata"
    SIDECAR = "wrong-metadata"
    """A metadata file is not what is listed, or not what the distribution holds (PEP 658)."""
    OTHER_PROJECT = "other-project"
    """A listed file is one of another project."""
    MANIFEST = "damaged-manifest"
    NO_MANIFEST = "no-manifest"
    """Pages or distributions lie there, and nothing records them."""
    PAGE_MISSING = "missing-page"
    PAGE = "wrong-page"
    """A page is not what the manifest of that moment renders to."""
    PAGE_REJECTED = "page-old-pip-rejects"
    """A page has an attribute by which pip 22.3 to 23.1.2 reject wheels; an earlier version rendered it."""
    PAGE_LEFT = "left-page"
    """A page that should not be: of a deleted project, or of a kind that the repository does not have."""
    ORPHAN = "orphan"
    """An object that no manifest lists."""
    REMOVED = "not-deleted"
    """An object that is listed no more, and whose deletion was not finished."""
    ROOT = "damaged-root"
    ROOT_LACKS = "not-on-root"
    """A project is missing from the list of projects."""
    ROOT_EXTRA = "only-on-root"
    """The list of projects has one that does not exist."""
    FAILED = "not-checked"
    """The store did not answer, so that nothing is known."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

    :param project: the folder's name; None for what concerns the whole repository.
    :param key: the object's key, or another name for what is wrong.
    :param detail: what is the matter, and what to do.
    """

    problem: Problem
    project: str | None
    key: str
    detail: str
