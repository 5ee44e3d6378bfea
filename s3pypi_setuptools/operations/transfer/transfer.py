"""One import: its source and target, how its parts publish files, and its report."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ...errors import Error, FileConflict
from ...repository.repository import Repository
from ...repository.stored_file import StoredFile
from ..publish.publish import publish
from ..publish.report import Outcome
from .source import Found, Source


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


_OUTCOMES = {
    Outcome.PUBLISHED: ImportOutcome.COPIED,
    Outcome.REPLACED: ImportOutcome.COPIED,
    Outcome.PRESENT: ImportOutcome.PRESENT,
    Outcome.FAILED: ImportOutcome.FAILED,
}


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


@dataclass(frozen=True, slots=True)
class Transfer:
    """One import from ``source`` into ``target``."""

    source: Source
    target: Repository

    @property
    def in_place(self) -> bool:
        """Whether both are one repository, whose files stay where they are."""
        return self.source.repository is self.target

    def publish(self, files: Iterable[tuple[Found, StoredFile]]) -> Iterator[tuple[Found, ImportedFile]]:
        """Publish files into the target, each into its own project, and report each.

        Of several files of one name, the first counts; others with the same bytes have its outcome.
        """
        chosen: dict[str, StoredFile] = {}
        same: list[tuple[Found, str]] = []
        for found, stored in files:
            first = chosen.setdefault(stored.filename, stored)
            if first.file.sha256 == stored.file.sha256:
                same.append((found, stored.filename))
            else:
                note = FileConflict(f"has the filename of {first.file.path} and other bytes")
                yield found, self.report(stored.project, found, ImportOutcome.FAILED, note)
        report = publish(self.target, [*chosen.values()], cautious=True) if chosen else None
        published = {file.filename: file for file in report.files} if report else {}
        for found, filename in same:
            file = published[filename]
            yield found, self.report(file.project, found, _OUTCOMES[file.outcome], file.error)

    def report(self, project: str, found: Found, outcome: ImportOutcome, note: Error | None = None) -> ImportedFile:
        """The report of a file of ``project``."""
        return ImportedFile(project, found.file.filename, outcome, self.source.place(found), note)

    def report_failed(self, project: str, error: Error) -> ImportedFile:
        """The report of a project whose import ``error`` ended."""
        return ImportedFile(project, "", ImportOutcome.FAILED, self.source.folder(project), error)
