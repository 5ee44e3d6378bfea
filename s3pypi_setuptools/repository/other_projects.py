"""Find the files that projects list outside their own folders: a deletion must leave their objects alone.

Only deletions look for them, since that takes reading every other project's manifest; a release costs as much in a
large repository as in a small one. One command reads the manifests once.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ..errors import Error
from ..index.model import File
from ..index.urls import is_relative
from ..naming import is_project_name
from .documents import OtherRepository
from .snapshot import ProjectDocuments
from .workspace import Workspace

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Listings:
    """What was read.

    :param projects: the projects that list an object outside their own folders, by the object's key.
    :param unread: for each project that could not be read, one line that says why, by the project's name.
    """

    projects: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unread: Mapping[str, str] = field(default_factory=dict)


class OtherProjects:
    """The files that all projects list outside their own folders. The first call reads them in several threads.

    :param thorough: read the manifests even if the repository config says that no project lists such files.
    """

    def __init__(self, workspace: Workspace, *, thorough: bool) -> None:
        self._workspace = workspace
        self._thorough = thorough
        self._lock = threading.Lock()
        self._found: _Listings | None = None

    def lister(self, project: str, key: str) -> str | None:
        """A project other than ``project`` that lists the object under ``key``, or may do so; None if none does.

        Raises `StoreError` if the folders of the repository cannot be listed.
        """
        return next((name for name in self._listings().projects.get(key, ()) if name != project), None)

    def unread(self, project: str) -> str | None:
        """One line: why a project other than ``project`` could not be read; None if all were.

        Raises `StoreError` if the folders of the repository cannot be listed.
        """
        return next((line for name, line in self._listings().unread.items() if name != project), None)

    def _listings(self) -> _Listings:
        with self._lock:
            if self._found is None:
                needed = self._thorough or self._workspace.may_share_files
                self._found = self._read() if needed else _Listings()
            return self._found

    def _read(self) -> _Listings:
        workspace, layout = self._workspace, self._workspace.layout
        names = [name for name in workspace.store.folders(layout.top) if is_project_name(name)]
        projects: dict[str, tuple[str, ...]] = {}
        unread: dict[str, str] = {}
        for name, listed in zip(names, workspace.pool.map(self._listed, names), strict=True):
            if isinstance(listed, Error):
                unread[name] = str(listed)
                continue
            for key in listed:
                projects[key] = (*projects.get(key, ()), name)
        return _Listings(projects, unread)

    def _listed(self, name: str) -> frozenset[str] | Error:
        """Keys of objects outside the project's own folder that it lists or may list."""
        try:
            return frozenset(self._keys(name))
        except Error as error:
            return error

    def _keys(self, name: str) -> Iterator[str]:
        layout = self._workspace.layout
        own = layout.folder(name)
        for file in self._files(name):
            relative = is_relative(file.url)
            keys = (layout.object_key(name, file.url),) if relative else layout.possible_keys(file.url)
            yield from (key for key in keys if key and not key.startswith(own))

    def _files(self, name: str) -> tuple[File, ...]:
        documents = ProjectDocuments(self._workspace, name)
        try:
            manifest, _ = documents.read()
        except OtherRepository:
            return ()  # Only its own projects list its objects.
        except Error:
            if (files := documents.listed_on_pages()) is None:
                raise
            return files  # Installers read the pages, too.
        return manifest.project.files if manifest else documents.listed_on_pages() or ()
