"""Import a repository that another tool made (s3pypi, ilabs.s3util, pypiprivate, elasticpypi), or mirror any other.

Every file is assigned to the project that its own metadata names (see `strays` for those in other folders), and what
the old index lacks is filled in by reading the file. No object is ever overwritten or deleted. In place, files stay
where they are; those that lie in no folder of their project are copied there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby

from ...concurrency import side_by_side
from ...errors import Error
from ...monitor import Progress
from ...naming import guess_project, version_of
from ...repository.inventory import Folder, is_distribution
from ...repository.repository import Repository
from ...stores.base import Info
from .completion import is_complete_for_import
from .in_place import InPlace
from .mirror import Mirror
from .outside import folders_left, import_outside, is_outside
from .report import ImportedFile, ImportOutcome, ImportReport
from .source import Found, Source
from .strays import Strays
from .transfer import Transfer

__all__ = ["import_repository"]

READ_AT_ONCE = 8
"""Files that are read at once, each through a temporary file."""


def import_repository(
    source: Repository,
    target: Repository,
    *,
    projects: Collection[str] = (),
    strays: bool = False,
    dry_run: bool = False,
    index_url: str | None = None,
    progress: Progress,
) -> ImportReport:
    """Bring what ``source`` holds into ``target``; the same object for both imports in place.

    :param projects: normalized names; empty for all.
    :param strays: also take files of other projects that manifests list, and into projects that have a manifest.
    :param dry_run: write nothing and read no file: projects are told by filenames.
    :param index_url: where installers reach ``target``.

    What concerns one file or project fails it in the report; raises what concerns a whole repository.
    """
    source.record  # noqa: B018 - raises what concerns all projects
    target.record  # noqa: B018 - likewise
    with ThreadPoolExecutor(READ_AT_ONCE, "s3pypi-read") as pool:
        transfer = Transfer(Source(source, pool), target, index_url, progress)
        work = _Import(transfer, frozenset(projects), strays=strays)
        files = list(work.dry_run()) if dry_run else work.run()
    folders_left = () if dry_run else work.folders_left(files)
    files.sort(key=lambda file: (file.project, file.filename, file.source, file.outcome is ImportOutcome.PRESENT))
    # One that a project lists in another folder was found there, too.
    files = [next(same) for _, same in groupby(files, lambda file: (file.project, file.filename, file.source))]
    return ImportReport(source.url, target.url, tuple(files), folders_left, dry_run)


class _Import:
    """One import: its folders, each imported in place or mirrored, and the files that lie in no project's folder."""

    def __init__(self, transfer: Transfer, projects: frozenset[str], *, strays: bool) -> None:
        self._transfer = transfer
        self._source = transfer.source
        self._projects = projects
        self._strays = Strays(transfer, taken=strays)
        self._in_place = InPlace(transfer, self._strays)
        self._mirror = Mirror(transfer, self._strays)
        self._outside: defaultdict[str, list[Info]] = defaultdict(list)

    def dry_run(self) -> Iterator[ImportedFile]:
        """What `run` would report, as far as filenames tell."""
        for folder in self._folders():
            for found in self._source.files(folder):
                yield self._foretold(folder.name, found, ImportOutcome.ADOPTED)
        for project, infos in self._outside.items():
            for info in infos:
                yield self._foretold(project, self._source.found(project, info), ImportOutcome.COPIED)

    def run(self) -> list[ImportedFile]:
        """Import; what became of every file."""
        files = [file for part in side_by_side(self._folders(), self._project) for file in part]
        files += [file for part in side_by_side(list(self._outside), self._outsiders) for file in part]
        files += self._strays.gather()
        # Only now do folders list strays no more: whoever is killed before finds them again.
        files += [file for part in side_by_side(self._in_place.waiting, self._in_place.list_files) for file in part]
        return files

    def folders_left(self, files: list[ImportedFile]) -> tuple[str, ...]:
        """Folders of no project that can go."""
        infos = [info for infos in self._outside.values() for info in infos]
        return folders_left(self._transfer.target, infos, files) if self._transfer.in_place else ()

    def _folders(self) -> Iterator[Folder]:
        """The folders of projects; other folders' files are put aside, by the projects that their names tell."""
        for folder in self._source.repository.workspace.survey():
            if folder.is_project and not folder.name.startswith("."):
                if not self._projects or folder.name in self._projects:
                    yield folder
                continue
            for key, info in folder.objects.items():
                project = guess_project(key.rpartition("/")[2]) if is_distribution(key) else None
                if project and (not self._projects or project in self._projects):
                    self._outside[project].append(info)

    def _foretold(self, project: str, found: Found, outcome: ImportOutcome) -> ImportedFile:
        filename, report = found.file.filename, self._transfer.report
        belongs = project if version_of(project, filename) else guess_project(filename) or project
        if found.error:
            return report(belongs, found, ImportOutcome.FAILED, found.error)
        stray = belongs != project or (outcome is ImportOutcome.COPIED and is_outside(self._source, belongs, found))
        if stray and (refused := self._strays.refusal(belongs, found)):
            return refused
        if not self._transfer.in_place or belongs != project:
            outcome = ImportOutcome.COPIED
        elif found.committed:
            complete = is_complete_for_import(project, found.file)
            outcome = ImportOutcome.PRESENT if complete else ImportOutcome.COMPLETED
        return report(belongs, found, outcome)

    def _project(self, folder: Folder) -> list[ImportedFile]:
        try:
            return (self._in_place if self._transfer.in_place else self._mirror).run(folder)
        except Error as error:
            return [self._transfer.report_failed(folder.name, error)]

    def _outsiders(self, project: str) -> list[ImportedFile]:
        return import_outside(self._transfer, self._strays, project, self._outside[project])
