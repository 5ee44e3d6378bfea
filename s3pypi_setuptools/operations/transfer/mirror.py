"""Mirror a project: publish the files that another repository lists, and copy its yanks and status."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ...errors import RepositoryError
from ...repository.change import Decision
from ...repository.inventory import Folder, list_folder
from ...repository.listed_object import is_stored
from ...repository.manifest import Manifest
from ...text import without_credentials
from .report import ImportedFile, ImportOutcome
from .source import Found
from .strays import Strays
from .transfer import Transfer

__all__ = ["Mirror"]


class Mirror:
    """The projects of one import from another repository."""

    def __init__(self, transfer: Transfer, strays: Strays) -> None:
        self._transfer = transfer
        self._source = transfer.source
        self._target = transfer.target
        self._strays = strays

    def run(self, folder: Folder) -> list[ImportedFile]:
        """Import one project's folder; raises `Error`."""
        files, project = list(self._source.files(folder)), folder.name
        before = self._target.manifest(project)
        self._strays.begin(project, managed=before is not None and before.commit is not None)
        reports, new, places = [], [], {}
        wanted: list[Found] = []
        for found, report in self._compared(project, files, before):
            reports += [report] if report else []
            wanted += [] if report else [found]
        for found, stored in self._source.read_or_take(wanted):
            if problem := found.problem(stored):
                reports.append(self._transfer.report(project, found, ImportOutcome.FAILED, problem))
            elif stored.project != project:
                reports += self._strays.add(found, stored)
            else:
                new.append(stored)
                places[stored.filename] = found
        reports += [
            self._transfer.report_published(file, places[file.filename]) for file in self._transfer.publish(new)
        ]
        self._follow(project, before)
        return reports

    def _compared(
        self, project: str, files: list[Found], before: Manifest | None
    ) -> Iterator[tuple[Found, ImportedFile | None]]:
        """Each file, with its report if it need not or cannot be read."""
        workspace, report = self._target.workspace, self._transfer.report
        listed = {file.filename: file for file in before.project.files} if before else {}
        objects = list_folder(workspace.store, workspace.layout, project).objects if listed else {}
        for found in files:
            known = listed.get(found.file.filename)
            if found.error:
                yield found, report(project, found, ImportOutcome.FAILED, found.error)
            elif known and known.sha256 == found.file.sha256 and is_stored(workspace.layout, project, known, objects):
                yield found, report(project, found, ImportOutcome.PRESENT)
            elif found.info is None:
                note = RepositoryError(f"lies outside the repository, at {without_credentials(found.file.url)}")
                yield found, report(project, found, ImportOutcome.FAILED, note)
            else:
                yield found, None

    def _follow(self, project: str, before: Manifest | None) -> None:
        """Yank the files that the source has yanked, and set its status."""
        origin = self._source.repository.manifest(project)
        if origin is None or not origin.project.files or (before is None and not origin.project.status):
            return
        yanked = {(file.filename, file.sha256): file.yanked for file in origin.project.files if file.yanked is not None}

        def decide(manifest: Manifest) -> Decision[None]:
            if manifest.deleted or not manifest.project.files:
                return Decision(manifest, None)
            files = [
                replace(file, yanked=yanked[file.filename, file.sha256])
                for file in manifest.project.files
                if file.yanked is None and (file.filename, file.sha256) in yanked
            ]
            status = origin.project.status or manifest.project.status
            new = manifest.with_files(files)
            return Decision(replace(new, project=replace(new.project, status=status)), None)

        self._target.change(project, decide)
