"""What an index says, as values (Simple repository API, version 1.4).

Nothing here knows stores, clocks or formats. Collections are tuples in a fixed order, so equal values render to equal bytes.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

__all__ = ["File", "Hashes", "Project", "ProjectStatus", "Status"]

Hashes: TypeAlias = tuple[tuple[str, str], ...]
"""(algorithm, lower-case hexadecimal digest) pairs, sorted by algorithm."""


@dataclass(frozen=True, slots=True)
class File:
    """A distribution as the index lists it.

    :param filename: PEP 427 or PEP 625 filename; older sdist spellings occur.
    :param url: percent-encoded reference, relative to the project's pages or absolute (see `layout`).
    :param hashes: empty only for adopted files that were not hashed yet.
    :param size: in bytes; None only for adopted files.
    :param upload_time: in UTC, to the microsecond (PEP 700).
    :param requires_python: the specifier set as the metadata states it (PEP 345).
    :param core_metadata: None: no metadata file is offered; ``()``: offered, hash unknown; else its hashes (PEP 714).
    :param yanked: None: not yanked; ``""``: yanked without a reason; else the reason (PEP 592).
    :param provenance: fully qualified https URL (PEP 740).
    """

    filename: str
    url: str
    hashes: Hashes = ()
    size: int | None = None
    upload_time: datetime | None = None
    requires_python: str | None = None
    core_metadata: Hashes | None = None
    yanked: str | None = None
    gpg_sig: bool | None = None
    provenance: str | None = None

    @property
    def sha256(self) -> str | None:
        """The SHA-256 digest, where it is known."""
        return dict(self.hashes).get("sha256")


class Status(enum.Enum):
    """A project's status marker (PEP 792)."""

    ACTIVE = "active"
    ARCHIVED = "archived"
    QUARANTINED = "quarantined"
    DEPRECATED = "deprecated"


@dataclass(frozen=True, slots=True)
class ProjectStatus:
    """A status marker and why it was set (PEP 792); ``reason`` None when none was given."""

    status: Status
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Project:
    """A project and its files.

    :param name: normalized (PEP 503).
    :param files: sorted by version, then filename; one a filename.
    :param status: None when no marker was ever set.
    :param commit: id of the manifest that a page was rendered from; None on pages of other tools.
    """

    name: str
    files: tuple[File, ...] = ()
    status: ProjectStatus | None = None
    commit: str | None = None
