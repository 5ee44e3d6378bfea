"""Import a repository that another tool made (s3pypi, ilabs.s3util, pypiprivate, elasticpypi), or mirror any other.

Every file is assigned to the project that its own metadata names (see `strays` for those in other folders), and what
the old index lacks is filled in by reading the file. No object is ever overwritten or deleted. In place, files stay
where they are; those that lie in no folder of their project are copied there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import groupby

from ...concurrency import side_by_side
from ...errors import Error
from ...monitor import Progress
from ...naming import guess_project, normalize_name, version_of
from ...repository.change import Decision
from ...repository.inventory import Folder, is_distribution, survey_project
from ...repository.listed_object import is_stored
from ...repository.manifest import Manifest
from ...repository.repository import Repository
from ...repository.stored_file import StoredDistribution
from ...stores.base import Info
from ..publish.publish import publish
from ..publish.report import FileReport
from .completion import Fact, complete, is_complete, store_metadata
from .folders_left import folders_left
from .report import ImportedFile, ImportOutcome, ImportReport
from .source import Found, Source
from .strays import OUTCOMES, Stray, Strays

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
        work = _Import(Source(source, pool), target, frozenset(projects), index_url, progress, strays=strays)
        files = [file for found in work.dry_run() for file in found] if dry_run else work.run()
    folders_left = () if dry_run else work.folders_left(files)
    files.sort(key=lambda file: (file.project, file.filename, file.source, file.outcome is ImportOutcome.PRESENT))
    # One that a project lists in another folder was found there, too.
    files = [next(same) for _, same in groupby(files, lambda file: (file.project, file.filename, file.source))]
    return ImportReport(source.url, target.url, tuple(files), folders_left, dry_run)


class _Import:
    def __init__(
        self,
        source: Source,
        target: Repository,
        projects: frozenset[str],
        index_url: str | None,
        progress: Progress,
        *,
        strays: bool,
    ) -> None:
        self._source = source
        self._target = target
        self._in_place = source.repository is target
        self._projects = projects
        self._index_url = index_url
        self._progress = progress
        self._outside: defaultdict[str, list[Info]] = defaultdict(list)
        self._strays = Strays(target, self._publish, taken=strays)
        self._held: list[_Adoption] = []

    def dry_run(self) -> Iterator[list[ImportedFile]]:
        """What `run` would do, as far as filenames tell."""
        for folder in self._folders():
            yield [self._foretold(folder.name, found) for found in self._source.files(folder)]
        for project, infos in self._outside.items():
            yield [self._foretold(project, self._source.found(project, info), ImportOutcome.COPIED) for info in infos]

    def run(self) -> list[ImportedFile]:
        """Import; what became of every file."""
        files = [file for part in side_by_side(self._folders(), self._project) for file in part]
        files += [file for part in side_by_side(list(self._outside), self._outsiders) for file in part]
        files += [self._of_stray(stray) for stray in self._strays.gather()]
        # Only now do folders list strays no more: whoever is killed before finds them again.
        files += [file for part in side_by_side(self._held, self._adopted) for file in part]
        return files

    def folders_left(self, files: list[ImportedFile]) -> tuple[str, ...]:
        """Folders of no project that can go."""
        infos = [info for infos in self._outside.values() for info in infos]
        return folders_left(self._target, infos, files) if self._in_place else ()

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

    def _foretold(self, project: str, found: Found, outcome: ImportOutcome = ImportOutcome.ADOPTED) -> ImportedFile:
        belongs = project if version_of(project, found.file.filename) else guess_project(found.file.filename) or project
        if found.error:
            return self._told(belongs, found, ImportOutcome.FAILED, found.error)
        stray = belongs != project or (outcome is ImportOutcome.COPIED and self._is_outside(belongs, found))
        if stray and (refused := self._strays.refusal(belongs, found)):
            return self._of_stray(refused)
        if not self._in_place or belongs != project:
            outcome = ImportOutcome.COPIED
        elif found.committed:
            outcome = ImportOutcome.PRESENT if is_complete(project, found.file) else ImportOutcome.COMPLETED
        return self._told(belongs, found, outcome)

    def _project(self, folder: Folder) -> list[ImportedFile]:
        """Import one project's folder."""
        if self._in_place:
            self._strays.begin(folder.name, managed=self._source.has_manifest(folder))
        try:
            found = list(self._source.files(folder))
            if self._in_place and found:
                return self._adopt(folder.name, found)
            if self._in_place and self._source.has_manifest(folder):
                # A deletion, of a project that another's files were taken from, may be completed no other way.
                self._target.change(folder.name, lambda manifest: Decision(manifest, None))
                return []
            return self._mirror(folder.name, found)
        except Error as error:
            place = self._source.repository.workspace.store.url_of(f"{folder.name}/")
            return [ImportedFile(folder.name, "", ImportOutcome.FAILED, place, str(error))]

    def _adopt(self, project: str, files: list[Found]) -> list[ImportedFile]:
        told: list[ImportedFile] = []
        kept: list[Found] = []
        unread: list[Found] = []
        for each in files:
            if each.error:
                told.append(self._told(project, each, ImportOutcome.FAILED, each.error))
                continue
            kept.append(each)
            if each.info and (each.url or not (each.committed and is_complete(project, each.file))):
                unread.append(each)
        adoption = _Adoption(project, kept)
        for each, one in self._source.read_all(project, unread):
            url, distribution = each.file.url, one.distribution
            if distribution and distribution.project != project:
                adoption.strays.add(url)
                if refused := self._strays.refusal(distribution.project, each) if each.committed else None:
                    told.append(self._of_stray(refused))
                else:
                    self._strays.add(each, distribution)
                adoption.facts.append(Fact(url, one.sha256, distribution.file.size, None))
                continue
            adoption.notes[url] = one.note or each.mismatch(one.sha256)
            described, info = False, distribution.file.info if distribution else each.info
            if distribution and distribution.metadata is not None:
                described = store_metadata(self._target, project, distribution.file.info.key, distribution.metadata)
            size = info.size if info else 0
            adoption.facts.append(Fact(url, one.sha256, size, distribution, described, each.url))
        if adoption.strays:
            self._held.append(adoption)
            return told
        return told + self._adopted(adoption)

    def _adopted(self, adoption: _Adoption) -> list[ImportedFile]:
        """List what an adoption brings, without the strays that their own projects list now."""
        project, told = adoption.project, []
        try:
            gone = self._strays.gathered[project]
            outcomes = complete(self._target, project, adoption.facts, gone) if adoption.is_project else {}
        except Error as error:
            place = self._source.repository.workspace.store.url_of(f"{project}/")
            return [ImportedFile(project, "", ImportOutcome.FAILED, place, str(error))]
        for each in adoption.files:
            outcome, note = outcomes.get(each.file.url, ImportOutcome.PRESENT), adoption.notes.get(each.file.url)
            if note and outcome not in (ImportOutcome.KEPT, ImportOutcome.LEFT):
                outcome = ImportOutcome.FAILED
            if each.file.url not in adoption.strays:
                told.append(self._told(project, each, outcome, note))
        return told

    def _mirror(self, project: str, files: list[Found]) -> list[ImportedFile]:
        there = self._target.manifest(project)
        self._strays.begin(project, managed=there is not None and there.commit is not None)
        listed = {file.filename: file for file in there.project.files} if there else {}
        workspace = self._target.workspace
        objects = survey_project(workspace.store, workspace.layout, project).objects if listed else {}
        told, new, places = [], [], {}
        wanted = []
        for each in files:
            known = listed.get(each.file.filename)
            if each.error:
                told.append(self._told(project, each, ImportOutcome.FAILED, each.error))
            elif known and known.sha256 == each.file.sha256 and is_stored(workspace.layout, project, known, objects):
                told.append(self._told(project, each, ImportOutcome.PRESENT))
            else:
                wanted.append(each)
        for each, one in self._source.read_all(project, wanted, listed_as_they_are=True):
            note = one.note or each.mismatch(one.sha256)
            if one.distribution is None or note:
                told.append(self._told(project, each, ImportOutcome.FAILED, note))
                continue
            if one.distribution.project != project:
                if refused := self._strays.refusal(one.distribution.project, each) if each.committed else None:
                    told.append(self._of_stray(refused))
                else:
                    self._strays.add(each, one.distribution)
                continue
            new.append(one.distribution)
            places[one.distribution.filename] = each
        told += [self._of_publishing(file, places[file.filename]) for file in self._publish(new)]
        self._follow(project, there)
        return told

    def _follow(self, project: str, before: Manifest | None) -> None:
        """Yank what the source yanked, and take its status over."""
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

    def _outsiders(self, project: str) -> list[ImportedFile]:
        """Copy files that lie in no project's folder to ``project``, as their names tell, or the one they say."""
        try:
            there = self._target.manifest(project)
            self._strays.begin(project, managed=there is not None and there.commit is not None)
            found = [self._source.found(project, info) for info in self._outside[project]]
            told: list[ImportedFile] = []
            chosen: dict[str, StoredDistribution] = {}
            same: list[tuple[Found, str]] = []
            for each, one in self._source.read_all(project, found):
                listed = there.file(each.file.filename) if there else None
                if listed and listed.sha256 == one.sha256:
                    told.append(self._told(project, each, ImportOutcome.PRESENT))
                elif one.distribution is None:
                    told.append(self._told(project, each, ImportOutcome.LEFT, one.note))
                elif self._is_outside(one.distribution.project, each) and (
                    refused := self._strays.refusal(one.distribution.project, each)
                ):
                    told.append(self._of_stray(refused))
                elif chosen.setdefault(one.distribution.filename, one.distribution).file.sha256 == one.sha256:
                    same.append((each, one.distribution.filename))
                else:
                    note = f"has the filename of {chosen[one.distribution.filename].file.path} and other bytes"
                    told.append(self._told(project, each, ImportOutcome.FAILED, note))
            reports = {file.filename: file for file in self._publish([*chosen.values()])}
            return told + [self._of_publishing(reports[filename], each) for each, filename in same]
        except Error as error:
            return [ImportedFile(project, "", ImportOutcome.FAILED, self._source.repository.url, str(error))]

    def _is_outside(self, project: str, found: Found) -> bool:
        """Whether a file of ``project`` lies in a folder of another name, in any spelling; the top is no folder."""
        top = self._source.repository.workspace.layout.top
        folder, separator, _ = found.info.key.removeprefix(top).partition("/") if found.info else ("", "", "")
        return bool(separator) and normalize_name(folder) != project

    def _publish(self, files: list[StoredDistribution]) -> tuple[FileReport, ...]:
        if not files:
            return ()
        return publish(self._target, files, cautious=True, index_url=self._index_url, progress=self._progress).files

    def _of_publishing(self, file: FileReport, found: Found) -> ImportedFile:
        return self._told(file.project, found, OUTCOMES[file.outcome], file.error)

    def _of_stray(self, stray: Stray) -> ImportedFile:
        return self._told(stray.project, stray.found, stray.outcome, stray.note)

    def _told(self, project: str, found: Found, outcome: ImportOutcome, note: str | None = None) -> ImportedFile:
        return ImportedFile(project, found.file.filename, outcome, self._source.place(found), note)


@dataclass(slots=True)
class _Adoption:
    """One project's folder, read and not listed yet.

    :param files: what was found in it.
    :param facts: what the bytes of its own files say.
    :param notes: what is wrong with files, by url.
    :param strays: urls of other projects' files.
    """

    project: str
    files: list[Found]
    facts: list[Fact] = field(default_factory=list)
    notes: dict[str, str | None] = field(default_factory=dict)
    strays: set[str] = field(default_factory=set)

    @property
    def is_project(self) -> bool:
        """Whether it is a project's folder, and not one of files that others list: it lists some, or holds its own."""
        return any(found.listed for found in self.files) or any(fact.one for fact in self.facts)
