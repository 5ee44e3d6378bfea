"""Locks on projects, for stores that ignore conditions: publishers that share a table change a project in turn.

A **lock** has a name: a project's, normalized, or `ROOT` for the list of projects. The holder of a project's lock may
take that of the list, but never the other way round. A lock is held under a **lease**, which is renewed while its
holder is alive; if it is not renewed in time, others may take the lock over. A holder whose lease has ended can still
write (there is no fencing), so it calls `Lease.confirm` before it commits.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple

from ..index.fields import parse_upload_time

ROOT = "/"
"""The name of the lock on the list of projects."""


def lock_id(name: str) -> str:
    """The id of the lock ``name`` in a table: the SHA-1 of the name, in hexadecimal, as in gorilla's s3pypi.

    https://github.com/gorilla-co/s3pypi/blob/4ea5d5b033efb2ae6c59550e8c32ff16e46f8fe1/s3pypi/locking.py
    """
    return hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest()


def locked_thing(name: str) -> str:
    """What the lock ``name`` protects, for messages."""
    return "the list of projects" if name == ROOT else name


class Lock(NamedTuple):
    """A lock that is held, as an item of its table; times are texts in ISO 8601.

    :param owner: ``user@host``; None if the item has none.
    :param name: of the project; None if another tool took the lock.
    :param token: random, of this holder; it, and the next two, are None if another tool took the lock, which then never
        expires.
    :param lease_seconds: how long the lock lasts after each renewal.
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
        """When it was acquired, in UTC; None if that is not known."""
        return parse_upload_time(self.acquired_at or "")

    @property
    def expires(self) -> datetime | None:
        """When it expires, by its holder's clock, in UTC; None if it never does."""
        return parse_upload_time(self.expires_at or "")

    @property
    def lease(self) -> float | None:
        """How long it lasts after each renewal, in seconds; None if it never expires."""
        try:
            return float(self.lease_seconds) if self.token and self.expires and self.lease_seconds else None
        except ValueError:
            return None

    @property
    def holder(self) -> str:
        """Who holds it, and since when, for messages."""
        since = f"{self.since:%Y-%m-%d %H:%M:%S} UTC" if self.since else "an unknown time"
        return f"{self.owner or 'someone unknown'} since {since}"


class Lease:
    """A lock that is held for a while. This class is a lease that never ends."""

    def confirm(self) -> None:
        """Raise `LockError` unless the lock is held, for long enough to write something."""


class Locks:
    """Locks of one table; safe between threads. This class locks nothing, for stores that honour conditions."""

    exclusive = False
    """Whether locks are really taken. If so, what was read before a lock was held must be read again."""

    def verify(self) -> None:
        """Send one request to find out whether the table can be used. Raises `StoreError` and `ConfigurationError`."""

    @contextmanager
    def held(self, name: str, check_cancelled: Callable[[], None]) -> Iterator[Lease]:  # noqa: ARG002
        """Hold the lock ``name`` while the context lasts. A thread that holds it already keeps it.

        If the context ends with an exception that is no `Exception`, it was interrupted, and requests may be in flight:
        the lock is kept until `close`, which must be called after them. If it ends with `Unavailable`, a request may
        still take effect: the lock is left to expire.

        :param check_cancelled: called from time to time while others hold the lock; what it raises ends the waiting.

        Raises `LockError` if others hold the lock for too long, `StoreError` and `ConfigurationError`.
        """
        yield Lease()

    def close(self) -> None:
        """Release all locks that are still held. None may be taken afterwards."""

    def abandon(self) -> None:
        """Let all locks that are still held expire, since requests may be in flight. Does not wait."""


NO_LOCKS = Locks()
