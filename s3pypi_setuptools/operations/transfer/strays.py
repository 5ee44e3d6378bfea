"""Files that are not in their own project's folder, which an import copies to their project.

A stray is in another project's folder. Whoever may write to one project's folder decides about that project alone. So a
stray that a manifest of ours lists is an error in that manifest, and one that another tool left is not copied into a
project that has a manifest of ours. Other tools also keep files in no project's folder.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from ...errors import Error, InvalidDistribution, RepositoryError
from ...naming import is_project_name, normalize_name
from ...repository.repository import Repository
from ...repository.stored_file import StoredFile
from ...stores.base import Info
from .source import Found, Source
from .transfer import ImportedFile, ImportOutcome, Transfer


class Strays:
    """The strays of one import, and the files in no project's folder.

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
        if project not in self._managed:
            before = self._transfer.target.manifest(project)
            self.begin(project, managed=bool(before and before.commit))
        if self._managed[project]:
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

    def copy_outside(self, project: str, infos: Iterable[Info]) -> list[ImportedFile]:
        """Copy objects in no project's folder to the project that each one's own metadata names.

        :param project: the project that their filenames name.
        """
        transfer = self._transfer
        try:
            before = transfer.target.manifest(project)
            self.begin(project, managed=bool(before and before.commit))
            reports: list[ImportedFile] = []
            files: list[tuple[Found, StoredFile]] = []
            for found, stored in transfer.source.read_all(transfer.source.found(project, info) for info in infos):
                listed = before.file(found.file.filename) if before else None
                if listed and listed.sha256 == stored.file.sha256:
                    reports.append(transfer.report(project, found, ImportOutcome.PRESENT))
                elif stored.invalid:
                    note = InvalidDistribution(stored.invalid)
                    reports.append(transfer.report(project, found, ImportOutcome.LEFT, note))
                elif is_stray(transfer.source, stored.project, found) and (
                    refused := self.refusal(stored.project, found)
                ):
                    reports.append(refused)
                else:
                    files.append((found, stored))
            return reports + [report for _, report in transfer.publish(files)]
        except Error as error:
            return [ImportedFile(project, "", ImportOutcome.FAILED, transfer.source.repository.url, error)]

    def _publish(self, project: str, strays: list[tuple[Found, StoredFile]]) -> Iterator[tuple[Found, ImportedFile]]:
        manifest, report = self._transfer.target.manifest(project), self._transfer.report
        listed = {file.filename: file.sha256 for file in manifest.project.files} if manifest and manifest.commit else {}
        files: list[tuple[Found, StoredFile]] = []
        for found, stored in sorted(strays, key=lambda stray: stray[1].file.path):
            if listed.get(stored.filename) == stored.file.sha256:
                yield found, report(project, found, ImportOutcome.PRESENT)
            elif refused := self.refusal(project, found):
                yield found, refused
            else:
                files.append((found, stored))
        yield from self._transfer.publish(files)


def is_stray(source: Source, project: str, found: Found) -> bool:
    """Whether a file of ``project`` is in a folder whose name is not, in any spelling, the project's."""
    path = found.info.key.removeprefix(source.layout.top) if found.info else ""
    folder, separator, _ = path.partition("/")
    return bool(separator) and normalize_name(folder) != project


def folders_left(repository: Repository, objects: Iterable[Info], files: Collection[ImportedFile]) -> tuple[str, ...]:
    """The names of folders whose distributions are all listed from copies, while no project lists an original.

    :param objects: the distributions in no project's folder.
    :param files: the report of every file.
    """
    workspace, others = repository.workspace, repository.others()
    copied = (ImportOutcome.COPIED, ImportOutcome.PRESENT)
    listed = {file.source for file in files if file.outcome in copied}
    needed = {file.source for file in files if file.outcome not in copied}
    folders: defaultdict[str, list[str]] = defaultdict(list)
    for info in objects:
        folder, separator, _ = info.key.removeprefix(workspace.layout.top).partition("/")
        if separator and is_project_name(folder):
            folders[folder].append(info.key)

    def is_copied(key: str) -> bool:
        source = workspace.store.url_of(key)
        return source in listed and source not in needed and others.lister("", key) is None

    return tuple(
        folder for folder, keys in sorted(folders.items()) if all(map(is_copied, keys)) and others.unread("") is None
    )
