"""What publishing reports."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from ...errors import Error, FileConflict


class Outcome(enum.Enum):
    """The outcome of one distribution."""

    PUBLISHED = "published"
    PRESENT = "present"
    """It was listed already with the same bytes, or the same contents, and its object exists."""
    REPLACED = "replaced"
    SKIPPED = "skipped"
    """It was listed already, and was skipped as the user asked."""
    FAILED = "failed"


class Note(enum.Enum):
    """A remark about an outcome that users may not expect."""

    REBUILT = "same contents, built again"
    """Present: the listed file differs only in timestamps, order, owners or compression, and stays."""
    RESTORED = "was listed, but missing in the store"
    """Published: the listed file's object, or a file beside it, was missing, and was stored again under its URL."""
    MOVED = "the published file was lost: stored again under a new URL"
    """Replaced by the same bytes: another tool had overwritten or deleted the listed object."""
    MISSING = "the published file was missing"
    """Replaced: the listed file's object was missing, and other bytes are listed now."""


@dataclass(frozen=True, slots=True)
class FileReport:
    """The result for one distribution.

    :param project: normalized name.
    :param size: in bytes; this and the hash are those of the listed file if that one stays (`Note.REBUILT`).
    :param url: ``s3://bucket/key`` or ``file:///…``; None if the file was not published.
    :param error: why it failed; None unless it did.
    :ivar conflict: whether it failed because its filename is published (`FileConflict`): it will fail again.
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
    """The result of one call.

    :param target: the repository's URL.
    :param index_url: the URL to give to installers as ``--index-url``; None if it is not known.
    :param files: sorted by project, version and filename.
    :param dry_run: whether nothing was written, and the outcomes are what they would have been.
    """

    target: str
    index_url: str | None
    files: tuple[FileReport, ...]
    dry_run: bool = False

    @property
    def ok(self) -> bool:
        """Whether no file failed."""
        return all(file.outcome is not Outcome.FAILED for file in self.files)

    @property
    def conflict(self) -> bool:
        """Whether a file failed because its filename is published, so that it will fail again."""
        return any(file.conflict for file in self.files)
