"""Open the repository that settings name, for one command or for as long as a service runs.

A session keeps what is slow to set up: AWS credentials, the store with its connections, the client of the lock table.
It keeps nothing that another process may change: every call reads ``repository.json`` again, in parallel with the
other requests of its first wave. A call after one that failed for its AWS configuration or credentials reads these
again. Threads, progress, cancellation and dry runs belong to one call. Several threads may use one session at the same
time.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

from .aws.sessions import Sessions
from .config.settings import Settings
from .config.target import S3Target
from .locks.base import NO_LOCKS, Locks
from .locks.registry import open_locks, open_table
from .monitor import UNMONITORED, Monitor
from .repository.layout import Layout
from .repository.opening import OpenOptions
from .repository.repository import Repository
from .stores.base import Store
from .stores.registry import open_store

if TYPE_CHECKING:
    from .locks.dynamodb import DynamoDBTable


class Session:
    """Credentials, store and lock table of the repository at ``settings.target``, opened when a call first needs them.

    Connections stay open until `close` is called or the session is garbage-collected.

    :param beside: a session whose AWS credentials this one shares, so that nobody is asked for them twice.
    """

    def __init__(self, settings: Settings, *, beside: Session | None = None) -> None:
        self.settings = settings
        self._aws: Sessions = beside._aws if beside else Sessions()
        self._lock = threading.Lock()
        self._store: Store | None = None
        self._table: DynamoDBTable | None = None

    def close(self) -> None:
        """Close the connections; the next call opens new ones."""
        with self._lock:
            store, self._store, self._table = self._store, None, None
        if store is not None:
            store.close()

    @property
    def layout(self) -> Layout:
        """The keys of the repository; raises `ConfigurationError` without a target."""
        target = self.settings.require_target()
        return Layout(target.prefix if isinstance(target, S3Target) else "")

    @property
    def index_url(self) -> str | None:
        """The URL for installers by these settings; None if only ``repository.json`` may have one."""
        if self.settings.public_url:
            return f"{self.settings.public_url}/"
        return None if isinstance(self.settings.target, S3Target) else self.opened().url

    def sign_in(self, *, store: bool = True, locks: bool = False) -> None:
        """Obtain AWS credentials now if somebody has to type a code for them; see `Sessions.sign_in` for the errors.

        :param store: obtain those of the target.
        :param locks: obtain those of the lock table, if one is configured.
        """
        self._aws.retry_failed()
        settings = self.settings
        if store and isinstance(settings.target, S3Target) and settings.connection.needs_credentials:
            self._aws.sign_in("S3", settings.connection.profile, settings.redactor)
        if locks and settings.has_lock_table and settings.locks_connection.needs_credentials:
            self._aws.sign_in("DynamoDB", settings.locks_connection.profile, settings.redactor)

    def store(self, *, locks: bool = False) -> Store:
        """The store, after signing in; no request is sent yet. A call begins with this, or with `sign_in`.

        :param locks: sign in to the lock table, too.

        Raises `ConfigurationError` without a target, and the errors of `sign_in`.
        """
        self.settings.require_target()
        self.sign_in(locks=locks)
        return self.opened()

    def opened(self) -> Store:
        """The store, without signing in; no request is sent yet. Raises `ConfigurationError` without a target."""
        target = self.settings.require_target()
        with self._lock:
            if self._store is None:
                self._store = open_store(target, self.settings, self._aws)
            return self._store

    def lock_table(self) -> DynamoDBTable:
        """The lock table; no request is sent yet. Raises `ConfigurationError` if none is configured."""
        with self._lock:
            if self._table is None:
                self._table = open_table(self.settings, self._aws)
            return self._table

    def locks(self) -> Locks:
        """The locks of one call; they exclude nobody if no lock table is configured."""
        return open_locks(self.settings, self.lock_table)

    def is_same_place(self, other: Session) -> bool:
        """Whether both targets are one repository, however they are written; no request is sent."""
        if isinstance(self.settings.require_target(), S3Target) and self.settings.target != other.settings.target:
            return False
        return self.layout.prefix == other.layout.prefix and self.store().is_same_place(other.store())

    @contextlib.contextmanager
    def repository(
        self,
        *,
        existing: bool = True,
        dry_run: bool = False,
        reading: bool = False,
        monitor: Monitor = UNMONITORED,
    ) -> Iterator[Repository]:
        """The repository, for one call.

        :param existing: do not make a repository; if there is none, `Repository.config` raises `RepositoryError`.
        :param dry_run: write nothing, and take no locks.
        :param reading: as ``dry_run``, but accept a store that does not honour conditional writes.
        :param monitor: receives the events of the call, and may cancel it before a commit.

        Raises `ConfigurationError` without a target, and the errors of `sign_in`.
        """
        writes = not (dry_run or reading)
        store = self.store(locks=writes)
        monitor.count.expect(0)  # nobody is asked for credentials from now on: a progress bar may be drawn
        locks = self.locks()
        options = OpenOptions(
            style=self.settings.pages,
            public_url=self.settings.public_url,
            index_url=self.index_url,
            unsafe_no_locking=self.settings.unsafe_no_locking or reading,
            locked=locks.exclusive,
            dry_run=not writes,
            existing=existing,
        )
        call = Repository(store, self.layout, options, monitor=monitor, locks=locks if writes else NO_LOCKS)
        with contextlib.closing(call) as repository:
            yield repository
