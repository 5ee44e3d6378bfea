"""The report of an import."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from ...errors import Error

__all__ = ["ImportOutcome", "ImportReport", "ImportedFile"]


class ImportOutcome(enum.Enum):
    """The outcome of one file."""

    ADOPTED = "adopted"
    """The project's manifest lists it now, and the file stays where it is."""
    COMPLETED = "completed"
    """Listed before; missing facts (hash, size, requires-python, metadata file) are filled in."""
    COPIED = "copied"
    """Copied to its project's own folder and listed there; the original stays."""
    PRESENT = "present"
    """Listed before, completely."""
    KEPT = "kept"
    """Listed as on another tool's page; it is no valid distribution."""
    LEFT = "left"
    """Not listed: it is no valid distribution."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """The result for one file.

    :param project: the normalized name of its project, by its own metadata.
    :param source: where it was found (``s3://bucket/key`` or ``file:///…``).
    :param note: why it failed, was kept or was left; None otherwise.
    """

    project: str
    filename: str
    outcome: ImportOutcome
    source: str
    note: Error | None = None


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The result of an import.

    :param source: the URL of the source; that of ``target`` for an import in place.
    :param files: sorted by project, then filename.
    :param folders_left: of an import in place: folders of no project whose files are all listed from copies now.
    :param dry_run: whether nothing was written and only indexes were read; projects are then those that filenames name.
    """

    source: str
    target: str
    files: tuple[ImportedFile, ...]
    folders_left: tuple[str, ...] = ()
    dry_run: bool = False

    @property
    def ok(self) -> bool:
        """Whether no file failed."""
        return all(file.outcome is not ImportOutcome.FAILED for file in self.files)
