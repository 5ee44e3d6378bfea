"""The problems that `verify` finds."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Problem(enum.Enum):
    """A kind of problem; the value is its name in reports."""

    MISSING = "missing"
    """A listed file's object does not exist."""
    SIZE = "wrong-size"
    HASH = "wrong-hash"
    UNHASHED = "no-hash"
    """The hash or size of a listed file, adopted from another tool, is not known."""
    REQUIRES_PYTHON = "wrong-requires-python"
    """The listed requires-python is not the one in the file's metadata."""
    UNREADABLE = "unreadable-file"
    """Installers would refuse a listed file."""
    SIDECAR_MISSING = "missing-metadata"
    SIDECAR = "wrong-metadata"
    """A metadata file differs from what is listed, or from the metadata in the wheel (PEP 658)."""
    OTHER_PROJECT = "other-project"
    """A listed file belongs to another project."""
    MANIFEST = "damaged-manifest"
    NO_MANIFEST = "no-manifest"
    """A folder has pages or distributions, but no manifest."""
    PAGE_MISSING = "missing-page"
    PAGE = "wrong-page"
    """A page differs from the rendering of the manifest."""
    PAGE_REJECTED = "page-old-pip-rejects"
    """A page, rendered by an earlier version, has an attribute that makes pip 22.3 to 23.1.2 reject wheels."""
    PAGE_LEFT = "left-page"
    """A page of a deleted project, or of a kind that the repository does not have, still exists."""
    ORPHAN = "orphan"
    """No manifest lists an object."""
    REMOVED = "not-deleted"
    """An object was removed from the index, but not deleted."""
    ROOT = "damaged-root"
    ROOT_LACKS = "not-on-root"
    """The list of projects lacks a project."""
    ROOT_EXTRA = "only-on-root"
    """The list of projects names one that does not exist."""
    FAILED = "not-checked"
    """The store did not answer, so the project was not checked."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem that was found.

    :param project: the name of the project's folder; None for a problem of the whole repository.
    :param key: the object's key, or a filename where the key is not known.
    :param detail: what is wrong and what to do, in one line.
    """

    problem: Problem
    project: str | None
    key: str
    detail: str
