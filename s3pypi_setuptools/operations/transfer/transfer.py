"""The source and target of an import, and how its parts publish and report files."""

from __future__ import annotations

from dataclasses import dataclass

from ...errors import Error
from ...monitor import Progress
from ...repository.repository import Repository
from ...repository.stored_file import StoredFile
from ..publish.publish import publish
from ..publish.report import FileReport, Outcome
from .report import ImportedFile, ImportOutcome
from .source import Found, Source

__all__ = ["Transfer"]

_OUTCOMES = {
    Outcome.PUBLISHED: ImportOutcome.COPIED,
    Outcome.REPLACED: ImportOutcome.COPIED,
    Outcome.PRESENT: ImportOutcome.PRESENT,
    Outcome.FAILED: ImportOutcome.FAILED,
}


@dataclass(frozen=True, slots=True)
class Transfer:
    """One import from ``source`` into ``target``.

    :param index_url: the URL at which installers reach ``target``.
    """

    source: Source
    target: Repository
    index_url: str | None
    progress: Progress

    @property
    def in_place(self) -> bool:
        """Whether both are one repository, whose files stay where they are."""
        return self.source.repository is self.target

    def has_manifest(self, project: str) -> bool:
        """Whether the target has a manifest of ``project``."""
        manifest = self.target.manifest(project)
        return manifest is not None and manifest.commit is not None

    def publish(self, files: list[StoredFile]) -> tuple[FileReport, ...]:
        """Publish files of one project into the target."""
        if not files:
            return ()
        return publish(self.target, files, cautious=True, index_url=self.index_url, progress=self.progress).files

    def report(self, project: str, found: Found, outcome: ImportOutcome, note: Error | None = None) -> ImportedFile:
        """The report of a file of ``project``."""
        return ImportedFile(project, found.file.filename, outcome, self.source.place(found), note)

    def report_published(self, file: FileReport, found: Found) -> ImportedFile:
        """The report of a file that was published."""
        return self.report(file.project, found, _OUTCOMES[file.outcome], file.error)

    def report_failed(self, project: str, error: Error) -> ImportedFile:
        """The report of a project whose import ``error`` ended."""
        return ImportedFile(project, "", ImportOutcome.FAILED, self.source.folder(project), error)
