"""What importing a repository reports."""

from __future__ import annotations

import enum
from dataclasses import dataclass

__all__ = ["ImportOutcome", "ImportReport", "ImportedFile"]


class ImportOutcome(enum.Enum):
    """What became of one file."""

    ADOPTED = "adopted"
    """Listed from now on by the project's manifest, where it lies."""
    COMPLETED = "completed"
    """Listed before; what was missing (hash, size, requires-python, metadata file) is filled in."""
    COPIED = "copied"
    """Listed from a copy in its project's own folder; the original stays."""
    PRESENT = "present"
    """Listed before, completely."""
    KEPT = "kept"
    """Listed as another tool's page lists it; it cannot be read as a distribution."""
    LEFT = "left"
    """Not listed: it cannot be read as a distribution."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """What became of one file.

    :param project: normalized name of the project that it belongs to, by its own metadata.
    :param source: where it lay before (``s3://bucket/key`` or ``file:///…``).
    :param note: one line: why it failed, or was kept or left; None otherwise.
    """

    project: str
    filename: str
    outcome: ImportOutcome
    source: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What one call imported.

    :param source: the same as ``target`` for an import in place.
    :param files: in the order of (project, filename).
    :param folders_left: folders that no project can have, whose files are all listed from copies; of imports in place.
    :param dry_run: nothing was read or written but the indexes: projects are told by filenames.
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
