"""What every part of a repository needs to do its work: store, layout, thread pools, clock, locks, monitor."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, Executor, Future
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any
from uuid import uuid4

from ..locks.base import NO_LOCKS, Lease, Locks
from ..monitor import UNMONITORED, Cancelled, Monitor, Stage
from ..stores.base import Store
from ..text import without_credentials
from ..transaction import Backoff
from .documents import OtherRepository
from .inventory import Folder, list_folder, list_folders
from .layout import Layout
from .repository_config import SharedFiles

log = logging.getLogger(__name__)


def _now() -> datetime:
    return datetime.now(timezone.utc)


def _new_id() -> str:
    return uuid4().hex


@dataclass(frozen=True, slots=True)
class Clock:
    """Where times (in UTC) and random ids (32 lower-case hexadecimal digits) come from."""

    now: Callable[[], datetime] = _now
    new_id: Callable[[], str] = _new_id


SYSTEM = Clock()


@dataclass(frozen=True, slots=True)
class Workspace:
    """The place of a repository in a store, and the means to work there.

    :param pool: runs requests in parallel; a task there never waits for one that is submitted later.
    :param uploads: as ``pool``, for distributions, so that one project's commit need not wait for another's files.
    :param backoff: how long to wait after a lost race.
    :param monitor: receives the events of the call, and may cancel it.
    :param locks: lock a project, or the list of projects, while it is changed.
    :param compresses: whether documents of large projects are stored compressed (see `compression`).
    :param public_urls: returns the URLs at which installers are known to reach the repository.
    :param shared: whether projects may list files outside their own folders; None if that is not recorded.
    :param closing: once set, no change begins its commit any more.
    """

    store: Store
    layout: Layout
    pool: Executor
    uploads: Executor
    clock: Clock
    backoff: Backoff
    monitor: Monitor = UNMONITORED
    locks: Locks = NO_LOCKS
    compresses: Callable[[], bool] = lambda: False
    public_urls: Callable[[], tuple[str, ...]] = tuple
    shared: SharedFiles | None = None
    closing: threading.Event = field(default_factory=threading.Event)
    _named: set[str] = field(default_factory=set)

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
        """Warn, once each, of other repositories whose keys begin with these texts."""
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
