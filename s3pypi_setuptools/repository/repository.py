"""A repository: the one object through which verbs read and change it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from ..layout import Layout
from ..progress import UNATTENDED, Overseer
from ..stores.base import Store
from ..transaction import PATIENT, Backoff
from .change import Change, Decision
from .manifest import Manifest
from .opening import Opening, open_record
from .project import ProjectDocuments, Reading
from .record import RepositoryRecord
from .root import RootIndex
from .workspace import SYSTEM, Clock, Workspace

__all__ = ["Repository"]

T = TypeVar("T")

REQUESTS = 32
"""Requests for manifests, pages and the like in flight at once."""

UPLOADS = 32
"""Requests that store distributions in flight at once."""

PLAIN = Opening()


class Repository:
    """The repository under ``layout`` in ``store``.

    :param opening: what is wanted of a repository that is yet to be made, and refused of one that exists.
    :param overseer: told how far each change has come, and asked before it commits.
    """

    def __init__(
        self,
        store: Store,
        layout: Layout,
        opening: Opening = PLAIN,
        *,
        clock: Clock = SYSTEM,
        backoff: Backoff = PATIENT,
        overseer: Overseer = UNATTENDED,
    ) -> None:
        self._pool = ThreadPoolExecutor(REQUESTS, "s3pypi-request")
        self._uploads = ThreadPoolExecutor(UPLOADS, "s3pypi-upload")
        self._changes = ThreadPoolExecutor(1, "s3pypi-change")
        self.workspace = Workspace(store, layout, self._pool, self._uploads, clock, backoff, overseer)
        self._root = RootIndex(self.workspace)
        self._record = self._pool.submit(open_record, store, layout, opening, backoff)

    def close(self) -> None:
        """End the threads; requests under way are finished, others dropped.

        A change that an exception in the main thread has left behind is finished if its commit has begun.
        """
        self.workspace.closing.set()
        self._uploads.shutdown(wait=False, cancel_futures=True)
        self._changes.shutdown(wait=True)
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._uploads.shutdown(wait=True)

    @property
    def url(self) -> str:
        """Where the repository lies, as people write it."""
        base, prefix = self.workspace.store.url, self.workspace.layout.prefix
        return f"{base}/{prefix}" if prefix else base

    @property
    def record(self) -> RepositoryRecord:
        """What holds for the whole repository, made now where there was none.

        Raises `RepositoryError` where the store cannot keep the promises, and `StoreError`.
        """
        return self._record.result()

    def projects(self) -> tuple[str, ...]:
        """The names of all projects, normalized and sorted; the projects of another tool's repository too."""
        return self._root.projects(self.record.pages)

    def manifest(self, project: str) -> Manifest | None:
        """The record of ``project`` (normalized), or else one of what other tools' pages list; None without either.

        A deleted project has a record, which says so. Where there is no repository, this raises as `record` does.
        """
        documents = ProjectDocuments(self.workspace, project)
        manifest, _ = documents.manifest()
        if manifest is not None:
            return manifest
        kinds = self.record.pages
        adopted = documents.snapshot(documents.reading(), kinds).base
        return adopted if adopted.project.files else None

    def reading(self, project: str) -> Reading:
        """Ask, without waiting, for what a change of ``project`` (normalized) starts from."""
        return ProjectDocuments(self.workspace, project).brief_reading()

    def preview(self, project: str, decide: Callable[[Manifest], Decision[T]]) -> Decision[T]:
        """What ``decide`` would make of the project now; nothing is written."""
        documents = ProjectDocuments(self.workspace, project)
        return decide(documents.snapshot(documents.reading(), self.record.pages).base)

    def change(self, project: str, decide: Callable[[Manifest], Decision[T]], reading: Reading | None = None) -> T:
        """Change ``project`` (normalized) as ``decide`` says, and bring its pages up to that.

        :param decide: called with the manifest as it is (empty where there is none), again whenever a race was lost.
        :param reading: requests that are under way already.

        Raises what ``decide`` refuses or raises, and `StoreError`.
        """
        documents = ProjectDocuments(self.workspace, project)
        reading = reading or documents.brief_reading()
        change = Change(self._root, documents, self.record.pages, decide, reading)
        if threading.current_thread() is not threading.main_thread():
            return change.run()
        # Ctrl-C is raised in the main thread: elsewhere nothing comes between a commit and its pages.
        return self._changes.submit(change.run).result()
