"""What every lock table promises: publishers that share one change a project one after another.

A **lock** is taken by name: a project's, normalized, or `ROOT` for the list of projects. Who holds a project's lock may
ask for that of the root, never the other way round. A lock is held under a **lease**, which is renewed while the holder
lives; where it was not renewed in time, others may take the lock over. Nothing stops a holder whose lease is over from
writing (there is no fencing), so he asks before he commits: `Lease.confirm`.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import NamedTuple

from ..index.fields import parse_upload_time

__all__ = ["NO_LOCKS", "ROOT", "Lease", "Lock", "Locks", "NoLocks", "Table", "lock_id", "locked_thing"]

ROOT = "/"
"""The name of the lock on the list of projects."""


def lock_id(name: str) -> str:
    """The id of the lock ``name`` in a table: the SHA-1 of it, in hexadecimal, as s3pypi has it."""
    return hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest()


def locked_thing(name: str) -> str:
    """What the lock ``name`` is on, for people."""
    return "the list of projects" if name == ROOT else name


class Lock(NamedTuple):
    """A lock that is held, as its table tells; times are texts in ISO 8601.

    :param owner: ``user@host``; None where the table does not say.
    :param name: what it is on; None where another tool took it.
    :param token: the holder's own; None where another tool took it, as are the next two: such a lock never expires.
    :param lease_seconds: how long it lasts after each renewal.
    """

    id: str
    owner: str | None = None
    acquired_at: str | None = None
    name: str | None = None
    token: str | None = None
    expires_at: str | None = None
    lease_seconds: str | None = None

    @property
    def since(self) -> datetime | None:
        """When it was acquired, in UTC; None where that cannot be told."""
        return parse_upload_time(self.acquired_at or "")

    @property
    def expires(self) -> datetime | None:
        """When it expires, by its holder's clock, in UTC; None where it never does."""
        return parse_upload_time(self.expires_at or "")

    @property
    def lease(self) -> float | None:
        """How long it lasts after each renewal, in seconds; None where it never expires."""
        try:
            return float(self.lease_seconds) if self.token and self.expires and self.lease_seconds else None
        except ValueError:
            return None

    @property
    def holder(self) -> str:
        """By whom and since when, for people."""
        since = f"{self.since:%Y-%m-%d %H:%M:%S} UTC" if self.since else "an unknown time"
        return f"{self.owner or 'someone unknown'} since {since}"


class Lease(ABC):
    """The right to change what a lock is on, for a while."""

    @abstractmethod
    def confirm(self) -> None:
        """Make sure that the lock is held, and for long enough to write something. Raises `LockError`."""


class Locks(ABC):
    """Where locks are taken; safe between threads."""

    @property
    @abstractmethod
    def exclusive(self) -> bool:
        """Whether locks are really taken. If so, what was read before one was held must be read again."""

    @abstractmethod
    def verify(self) -> None:
        """Make sure, by one request, that locks can be asked for. Raises `StoreError` and `ConfigurationError`."""

    @abstractmethod
    def held(self, name: str, check_cancelled: Callable[[], None]) -> AbstractContextManager[Lease]:
        """Hold the lock ``name`` while the context lasts; a thread that holds it already goes on holding it.

        When the context ends by what is no `Exception`, it was interrupted, and requests may be under way still: the
        lock is kept until `close`, which is to be called after them. When it ends by `Unavailable`, a request may
        still take effect: the lock is left to expire.

        :param check_cancelled: called from time to time while others hold the lock; what it raises ends the waiting.

        Raises `LockError` when others hold it for too long, `StoreError` and `ConfigurationError`.
        """

    @abstractmethod
    def close(self) -> None:
        """Release all locks that are held still; none may be asked for any more."""

    @abstractmethod
    def abandon(self) -> None:
        """Leave all locks that are held still to expire, since requests may be under way; without waiting."""


class Table(ABC):
    """Items, one a lock; every method is one request (`locks` more), and raises `StoreError`."""

    @property
    @abstractmethod
    def name(self) -> str:
        """The table's name, as it is given to `force-unlock`."""

    @abstractmethod
    def read(self, id: str) -> Lock | None:  # noqa: A002
        """The lock as it is now; None when nobody holds it."""

    @abstractmethod
    def locks(self) -> Iterator[Lock]:
        """All locks that are held."""

    @abstractmethod
    def take(self, lock: Lock, seen: Lock | None) -> bool:
        """Whether ``lock`` is held now: nobody held it, or it was exactly ``seen``, or it has its token already."""

    @abstractmethod
    def renew(self, lock: Lock) -> bool:
        """Whether ``lock``, known by its token, was held still, and has its ``expires_at`` now."""

    @abstractmethod
    def remove(self, lock: Lock) -> bool:
        """Whether ``lock``, as acquired by that owner at that time with that token, was held, and is gone now."""


class NoLocks(Locks):
    """None are needed."""

    @property
    def exclusive(self) -> bool:
        """False."""
        return False

    def verify(self) -> None:
        """Nothing."""

    @contextmanager
    def held(self, name: str, check_cancelled: Callable[[], None]) -> Iterator[Lease]:  # noqa: ARG002
        """At once, and beside others."""
        yield _UNLIMITED

    def close(self) -> None:
        """Nothing."""

    def abandon(self) -> None:
        """Nothing."""


class _Unlimited(Lease):
    def confirm(self) -> None:
        """Nothing."""


_UNLIMITED = _Unlimited()
NO_LOCKS = NoLocks()
