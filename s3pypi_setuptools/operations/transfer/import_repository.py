"""Import a repository that another tool made (s3pypi, ilabs.s3util, pypiprivate, elasticpypi), or mirror any other.

Each file goes to the project that its own metadata names (see `strays` for files in another project's folder), and
facts that the old index lacks are read from the file. No object is overwritten or deleted. An import in place leaves
files where they are, but copies those that are in no project's folder into their project's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby

from ...concurrency import side_by_side
from ...errors import Error
from ...naming import guess_project, version_of
from ...repository.inventory import Folder
from ...repository.layout import is_distribution_key
from ...repository.repository import Repository
from ...stores.base import Info
from .in_place import InPlace
from .mirror import mirror
from .source import Found, Source, is_complete_for_import
from .strays import Strays, folders_left, is_stray
from .transfer import ImportedFile, ImportOutcome, ImportReport, Transfer

READ_AT_ONCE = 8
"""How many files are read at the same time, each through a temporary file."""


def import_repository(
    source: Repository, target: Repository, *, projects: Collection[str] = (), strays: bool = False
) -> ImportReport:
    """Import the files of ``source`` into ``target``; if both are the same object, in place.

    A dry run of ``target`` reads no file; a file's project is then the one that its filename names.

    :param projects: the normalized names of the projects to import; empty for all.
    :param strays: also copy files that another project's manifest lists, and into projects that have a manifest.

    An error of one file or project is in the report; raises `RepositoryError` and `StoreError` for a whole repository.
    """
    source.require()  # raises what concerns all projects
    target.require()  # likewise
    with ThreadPoolExecutor(READ_AT_ONCE, "s3pypi-read") as pool:
        transfer = Transfer(Source(source, pool), target)
        work = _Import(transfer, frozenset(projects), strays=strays)
        files = list(work.dry_run()) if target.dry_run else work.run()
    folders_left = () if target.dry_run else work.folders_left(files)
    files.sort(key=lambda file: (file.project, file.filename, file.source, file.outcome is ImportOutcome.PRESENT))
    # A file that a project lists in another folder was found there, too.
    files = [next(same) for _, same in groupby(files, lambda file: (file.project, file.filename, file.source))]
    return ImportReport(source.url, target.url, tuple(files), folders_left, target.dry_run)


class _Import:
    """One import: the projects' folders, then files in no project's folder, then strays."""

    def __init__(self, transfer: Transfer, projects: frozenset[str], *, strays: bool) -> None:
        self._transfer = transfer
        self._source = transfer.source
        self._projects = projects
        self._strays = Strays(transfer, accept_all=strays)
        self._in_place = InPlace(transfer, self._strays)
        self._outside: defaultdict[str, list[Info]] = defaultdict(list)

    def dry_run(self) -> Iterator[ImportedFile]:
        """Each file as `run` would report it, judged by its name."""
        for folder in self._folders():
            for found in self._source.files(folder):
                yield self._predicted(folder.name, found, ImportOutcome.ADOPTED)
        for project, infos in self._outside.items():
            for info in infos:
                yield self._predicted(project, self._source.found(project, info), ImportOutcome.COPIED)

    def run(self) -> list[ImportedFile]:
        """Import, and report every file."""
        files = [file for part in side_by_side(self._folders(), self._project) for file in part]
        outside = side_by_side(self._outside.items(), lambda item: self._strays.copy_outside(*item))
        files += [file for part in outside for file in part]
        files += self._strays.publish()
        # Folders stop listing strays only now: after a kill before this, the next import finds them again.
        files += [file for part in side_by_side(self._in_place.waiting, self._in_place.list_files) for file in part]
        return files

    def folders_left(self, files: list[ImportedFile]) -> tuple[str, ...]:
        """The folders of no project whose files are all listed from copies."""
        infos = [info for infos in self._outside.values() for info in infos]
        return folders_left(self._transfer.target, infos, files) if self._transfer.in_place else ()

    def _folders(self) -> Iterator[Folder]:
        """The projects' folders; distributions in other folders are noted in ``_outside``, by project."""
        for folder in self._source.repository.workspace.list_folders():
            if folder.is_project and not folder.name.startswith("."):
                if not self._projects or folder.name in self._projects:
                    yield folder
                continue
            for key, info in folder.objects.items():
                project = guess_project(key.rpartition("/")[2]) if is_distribution_key(key) else None
                if project and (not self._projects or project in self._projects):
                    self._outside[project].append(info)

    def _predicted(self, project: str, found: Found, outcome: ImportOutcome) -> ImportedFile:
        filename, report = found.file.filename, self._transfer.report
        belongs = project if version_of(project, filename) else guess_project(filename) or project
        if found.error:
            return report(belongs, found, ImportOutcome.FAILED, found.error)
        stray = belongs != project or (outcome is ImportOutcome.COPIED and is_stray(self._source, belongs, found))
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
            if self._transfer.in_place:
                return self._in_place.run(folder)
            return mirror(self._transfer, self._strays, folder)
        except Error as error:
            return [self._transfer.report_failed(folder.name, error)]
