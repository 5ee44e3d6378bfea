"""What publishing reports."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from ...errors import Error, FileConflict

__all__ = ["FileReport", "Note", "Outcome", "PublishReport"]


class Outcome(enum.Enum):
    """What became of one distribution."""

    PUBLISHED = "published"
    PRESENT = "present"
    """Listed already with the same bytes, or the same contents, and there."""
    REPLACED = "replaced"
    SKIPPED = "skipped"
    """Listed already; passed over as asked."""
    FAILED = "failed"


class Note(enum.Enum):
    """What there is to say of an outcome, where it is not what people expect first."""

    REBUILT = "same contents, built again"
    """Present: the listed file differs in timestamps, order, owners or compression alone, and stays."""
    RESTORED = "was listed, but missing in the store"
    """Published: the listed file's object, or a file beside it, was not there; it is now, under the same URL."""
    MOVED = "the published file was lost: stored again under a new URL"
    """Replaced: by the same bytes; another tool had overwritten or deleted them where they were listed."""
    MISSING = "the published file was missing"
    """Replaced: the listed file's object was gone, and other bytes are listed now."""


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of one distribution.

    :param project: normalized name.
    :param size: in bytes; this and the hash are those of the listed file where that one stays (`Note.REBUILT`).
    :param url: where the file lies (``s3://bucket/key`` or ``file:///…``); None when it was not published.
    :param error: why it failed; None unless it did.
    :ivar conflict: it failed because its name is published (`FileConflict`): the same file will fail again.
    """

    project: str
    version: str
    filename: str
    size: int
    sha256: str
    outcome: Outcome
    url: str | None = None
    error: Error | None = None
    note: Note | None = None
    conflict: bool = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "conflict", isinstance(self.error, FileConflict))


@dataclass(frozen=True, slots=True)
class PublishReport:
    """What one call published.

    :param target: the repository's URL.
    :param index_url: what installers are given as ``--index-url``; None when it is not known.
    :param files: in the order of (project, version, filename).
    :param dry_run: nothing was written; outcomes are what would have been.
    """

    target: str
    index_url: str | None
    files: tuple[FileReport, ...]
    dry_run: bool = False

    @property
    def ok(self) -> bool:
        """Whether every file is listed as asked."""
        return all(file.outcome is not Outcome.FAILED for file in self.files)

    @property
    def conflict(self) -> bool:
        """Whether a file failed that will fail again as it is."""
        return any(file.conflict for file in self.files)
