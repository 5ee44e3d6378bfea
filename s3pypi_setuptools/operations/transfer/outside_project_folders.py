"""Import files that are in no project's folder: publish them into their projects, and find folders to delete."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from ...errors import Error, FileConflict, InvalidDistribution
from ...naming import is_project_name, normalize_name
from ...repository.repository import Repository
from ...repository.stored_file import StoredFile
from ...stores.base import Info
from .report import ImportedFile, ImportOutcome
from .source import Found, Source
from .strays import Strays
from .transfer import Transfer

__all__ = ["folders_left", "import_outside", "is_outside"]


def import_outside(transfer: Transfer, strays: Strays, project: str, infos: Iterable[Info]) -> list[ImportedFile]:
    """Copy objects, whose filenames begin with ``project``, to the project that each one's own metadata names."""
    try:
        before = transfer.target.manifest(project)
        strays.begin(project, managed=before is not None and before.commit is not None)
        reports: list[ImportedFile] = []
        chosen: dict[str, StoredFile] = {}
        places: list[tuple[Found, str]] = []
        for found, stored in transfer.source.read_all(transfer.source.found(project, info) for info in infos):
            listed = before.file(found.file.filename) if before else None
            if listed and listed.sha256 == stored.file.sha256:
                reports.append(transfer.report(project, found, ImportOutcome.PRESENT))
            elif stored.invalid:
                reports.append(transfer.report(project, found, ImportOutcome.LEFT, InvalidDistribution(stored.invalid)))
            elif is_outside(transfer.source, stored.project, found) and (
                refused := strays.refusal(stored.project, found)
            ):
                reports.append(refused)
            elif chosen.setdefault(stored.filename, stored).file.sha256 == stored.file.sha256:
                places.append((found, stored.filename))
            else:
                note = FileConflict(f"has the filename of {chosen[stored.filename].file.path} and other bytes")
                reports.append(transfer.report(project, found, ImportOutcome.FAILED, note))
        published = {file.filename: file for file in transfer.publish([*chosen.values()])}
        return reports + [transfer.report_published(published[filename], found) for found, filename in places]
    except Error as error:
        return [ImportedFile(project, "", ImportOutcome.FAILED, transfer.source.repository.url, error)]


def is_outside(source: Source, project: str, found: Found) -> bool:
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
