"""What publishing reports."""

from __future__ import annotations

import enum
from dataclasses import dataclass

__all__ = ["FileReport", "Outcome", "PublishReport"]


class Outcome(enum.Enum):
    """What became of one distribution."""

    PUBLISHED = "published"
    PRESENT = "present"
    """Listed already with the same bytes."""
    REPLACED = "replaced"
    SKIPPED = "skipped"
    """Listed already; passed over as asked."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of one distribution.

    :param project: normalized name.
    :param url: where the file lies (``s3://bucket/key`` or ``file:///…``); None when it was not published.
    :param error: one line; None unless it failed.
    """

    project: str
    version: str
    filename: str
    size: int
    sha256: str
    outcome: Outcome
    url: str | None = None
    error: str | None = None


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
