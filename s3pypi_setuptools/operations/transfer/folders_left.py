"""The folders that no project can have, and that nothing needs any more after an import in place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from ...naming import is_project_name
from ...repository.repository import Repository
from ...stores.base import Info
from .report import ImportedFile, ImportOutcome

__all__ = ["folders_left"]

_LISTED = (ImportOutcome.COPIED, ImportOutcome.PRESENT)


def folders_left(repository: Repository, objects: Iterable[Info], files: Collection[ImportedFile]) -> tuple[str, ...]:
    """The names of folders whose files are all listed from copies, and from which no project lists one.

    :param objects: distributions that lie in no project's folder.
    :param files: what became of each of them, and of others.
    """
    workspace, others = repository.workspace, repository.others()
    listed = {file.source for file in files if file.outcome in _LISTED}
    needed = {file.source for file in files if file.outcome not in _LISTED}
    folders: defaultdict[str, list[str]] = defaultdict(list)
    for info in objects:
        folder, separator, _ = info.key.removeprefix(workspace.layout.top).partition("/")
        if separator and is_project_name(folder):
            folders[folder].append(info.key)

    def can_go(key: str) -> bool:
        source = workspace.store.url_of(key)
        return source in listed and source not in needed and others.lister("", key) is None

    return tuple(
        folder for folder, keys in sorted(folders.items()) if all(map(can_go, keys)) and others.unread("") is None
    )
