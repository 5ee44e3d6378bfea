"""What every part of a repository needs to do its work: store, layout, thread pools, clock, locks, monitor."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, Executor, Future
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import Any
from uuid import uuid4

from ..locks.base import NO_LOCKS, Lease, Locks
from ..monitor import UNMONITORED, Cancelled, Monitor, Stage
from ..stores.base import Store
from ..text import without_credentials
from ..transaction import PATIENT, Backoff
from .documents import OtherRepository
from .inventory import Folder, list_folder, list_folders
from .layout import Layout
from .repository_config import RepositoryConfig, change_config

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Clock:
    """Where times (in UTC) and random ids (32 lower-case hexadecimal digits) come from, and how long to wait.

    :param backoff: how long to wait after a lost race.
    """

    now: Callable[[], datetime] = lambda: datetime.now(timezone.utc)
    new_id: Callable[[], str] = lambda: uuid4().hex
    backoff: Backoff = PATIENT


SYSTEM = Clock()


@dataclass(frozen=True, slots=True)
class Workspace:
    """The place of a repository in a store, and the means to work there.

    :param pool: runs requests in parallel; a task there never waits for one that is submitted later.
    :param uploads: as ``pool``, for distributions, so that one project's commit need not wait for another's files.
    :param config: returns the repository config as it was when the repository was opened; see `Repository.config`.
    :param public_url: a URL at which installers reach the repository, whatever its config states; None if unknown.
    :param monitor: receives the events of the call, and may cancel it.
    :param locks: lock a project, or the list of projects, while it is changed.
    :param closing: once set, no change begins its commit any more.
    """

    store: Store
    layout: Layout
    pool: Executor
    uploads: Executor
    config: Callable[[], RepositoryConfig]
    public_url: str | None = None
    clock: Clock = SYSTEM
    monitor: Monitor = UNMONITORED
    locks: Locks = NO_LOCKS
    closing: threading.Event = field(default_factory=threading.Event)
    _sharing: threading.Event = field(default_factory=threading.Event)
    _named: set[str] = field(default_factory=set)

    def public_urls(self) -> list[str]:
        """The URLs at which installers are known to reach the repository."""
        return [url for url in (self.public_url, self.config().public_url) if url]

    @property
    def may_share_files(self) -> bool:
        """Whether a project may list files outside its own folder. Always true if looking at all of them is cheap.

        If none does, a deletion need not read the manifests of all other projects.
        """
        return self._sharing.is_set() or self.store.cheap_reads or self.config().shared_files

    def record_shared_files(self) -> None:
        """Record in the repository config that a project lists files outside its own folder; called before it commits.

        Raises `InvalidIndex` for a damaged config, and `StoreError`.
        """
        if not (self._sharing.is_set() or self.config().shared_files):
            change_config(self.store, self.layout, lambda now: replace(now, shared_files=True), self.clock.backoff)
            self._sharing.set()

    def list_folders(self) -> Iterator[Folder]:
        """Every folder, as `inventory.list_folders`; a warning names each other repository in it, once."""
        for folder in list_folders(self.store, self.layout):
            self.name_others(folder.others)
            yield folder

    def list_folder(self, project: str) -> Folder:
        """The folder of one project (normalized), as `inventory.list_folder`; a warning as `list_folders`.

        Raises `OtherRepository` where it is one.
        """
        folder = list_folder(self.store, self.layout, project)
        if folder.is_other:
            raise OtherRepository(self.store, self.layout, project)
        self.name_others(folder.others)
        return folder

    def name_others(self, others: Iterable[str]) -> None:
        """Warn once about each other repository.

        :param others: what the keys of each begin with.
        """
        for other in others:
            if other not in self._named:
                self._named.add(other)
                log.warning("%s is another repository, and is left alone", self.store.url_of(other.rstrip("/")))

    def location(self, project: str, url: str) -> str:
        """Where a file that ``project`` lists under ``url`` is stored, as people write it.

        That is ``s3://bucket/key`` or ``file:///…``, or outside the repository the URL without credentials.
        """
        key = self.layout.object_key(project, url)
        return self.store.url_of(key) if key else without_credentials(url)

    def held(self, name: str) -> AbstractContextManager[Lease]:
        """Hold the lock ``name`` while the context lasts; as `Locks.held`."""
        return self.locks.held(name, self.check_cancelled)

    def check_cancelled(self) -> None:
        """Raise `Cancelled` if the operation is to end. Called before every commit and between parts of large files."""
        if self.closing.is_set():
            raise Cancelled
        self.monitor.observer.check_cancelled()

    def on_stage(self, stage: Stage, project: str, names: Iterable[str]) -> None:
        """Report to the observer how far a change has come."""
        self.monitor.observer.on_stage(stage, project, names)


def wait_for(requests: Iterable[Future[Any]]) -> None:
    """Wait until all have ended, whether they succeeded, failed, or were dropped when their pool was shut down."""
    for request in requests:
        with suppress(CancelledError):
            request.exception()
