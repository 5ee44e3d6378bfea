"""Strays: files in the folder of another project than their own, which an import copies to their own project.

Whoever may write to one project's folder decides about that project alone. So a stray that a manifest of ours lists is
an error in that manifest, and one that another tool left is not copied into a project that has a manifest of ours.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from ...errors import Error, FileConflict, RepositoryError
from ...repository.stored_file import StoredFile
from .report import ImportedFile, ImportOutcome
from .source import Found
from .transfer import Transfer

__all__ = ["Strays"]


class Strays:
    """The strays of one import.

    :param accept_all: whether the user asked to copy every stray, whatever manifests there are.
    """

    def __init__(self, transfer: Transfer, *, accept_all: bool) -> None:
        self._transfer = transfer
        self._accept_all = accept_all
        self._managed: dict[str, bool] = {}
        self._waiting: defaultdict[str, list[tuple[Found, StoredFile]]] = defaultdict(list)
        self.moved: defaultdict[str, set[str]] = defaultdict(set)
        """The urls of files that their own projects list now, by the project that listed them before."""

    def begin(self, project: str, *, managed: bool) -> None:
        """Note whether the target has a manifest of ``project``, before this import makes one."""
        self._managed.setdefault(project, managed)

    def refusal(self, project: str, found: Found) -> ImportedFile | None:
        """The report of ``found``, a file of ``project``, if it is not to be copied; None if it is."""
        if self._accept_all:
            return None
        if found.committed:
            note = f"is a file of {project}, and listed under {found.project}: delete it there, or give --strays"
            return self._transfer.report(project, found, ImportOutcome.FAILED, RepositoryError(note))
        if self._is_managed(project):
            note = f"is a file of {project}, which has a manifest of its own: publish it, or give --strays"
            return self._transfer.report(project, found, ImportOutcome.LEFT, RepositoryError(note))
        return None

    def add(self, found: Found, stored: StoredFile) -> list[ImportedFile]:
        """Remember a stray for `publish`; the report of one that a manifest lists, if it is refused."""
        if found.committed and (refused := self.refusal(stored.project, found)):
            return [refused]
        self._waiting[stored.project].append((found, stored))
        return []

    def publish(self) -> Iterator[ImportedFile]:
        """Publish the strays that were added into their own projects, and report each."""
        for project, strays in self._waiting.items():
            try:
                reports = list(self._publish(project, strays))
            except Error as error:
                failed = ImportOutcome.FAILED
                reports = [(found, self._transfer.report(project, found, failed, error)) for found, _ in strays]
            for found, file in reports:
                if found.listed and file.outcome in (ImportOutcome.COPIED, ImportOutcome.PRESENT):
                    self.moved[found.project].add(found.file.url)
                yield file

    def _publish(self, project: str, strays: list[tuple[Found, StoredFile]]) -> Iterator[tuple[Found, ImportedFile]]:
        manifest, report = self._transfer.target.manifest(project), self._transfer.report
        listed = {file.filename: file.sha256 for file in manifest.project.files} if manifest and manifest.commit else {}
        chosen: dict[str, tuple[Found, StoredFile]] = {}
        same: list[tuple[Found, StoredFile]] = []
        for found, stored in sorted(strays, key=lambda stray: stray[1].file.path):
            if listed.get(stored.filename) == stored.file.sha256:
                yield found, report(project, found, ImportOutcome.PRESENT)
            elif refused := self.refusal(project, found):
                yield found, refused
            elif (first := chosen.setdefault(stored.filename, (found, stored))[1]) is stored:
                continue
            elif first.file.sha256 == stored.file.sha256:
                same.append((found, stored))
            else:
                note = FileConflict(f"has the filename of {first.file.path} and other bytes")
                yield found, report(project, found, ImportOutcome.FAILED, note)
        reports = {file.filename: file for file in self._transfer.publish([stored for _, stored in chosen.values()])}
        for found, stored in (*chosen.values(), *same):
            published = self._transfer.report_published(reports[stored.filename], found)
            yield found, published

    def _is_managed(self, project: str) -> bool:
        """Whether the target had a manifest of ``project`` before this import."""
        if project not in self._managed:
            self._managed.setdefault(project, self._transfer.has_manifest(project))
        return self._managed[project]
