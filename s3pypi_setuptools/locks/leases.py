"""Take, renew and release locks, in a table whose items can be written conditionally.

The lock of a holder that has died is taken over once it has been seen unchanged for its whole lease, by this machine's
clock, or once its expiry is past by more than the clocks of two machines differ.
"""

from __future__ import annotations

import getpass
import logging
import random
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from uuid import uuid4

from ..config.options import LOCKS_TIMEOUT
from ..errors import Error, LockError, TimedOut, Unavailable
from .base import Lease, Lock, Locks, lock_id, locked_thing
from .dynamodb import DynamoDBTable

log = logging.getLogger(__name__)

LEASE = 60.0
"""Seconds that a lock lasts after each renewal."""

TIMEOUT = float(LOCKS_TIMEOUT)
"""Seconds to wait for a lock."""

_SKEW = timedelta(minutes=10)
"""The clocks of two machines differ less than this: AWS refuses requests that are signed more than five minutes off.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
"""

_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 1.0
"""Seconds between two reads of a lock that others hold, before jitter."""

_UNANSWERED = 3
"""How many reads in a row may fail: a busy table is asked again."""


class LeasedLocks(Locks):
    """Locks of ``table``, held by this process.

    :param timeout: how long to wait for each, in seconds.
    :param lease: how long a lock lasts after each renewal, in seconds.
    """

    exclusive = True

    def __init__(self, table: DynamoDBTable, *, timeout: float = TIMEOUT, lease: float = LEASE) -> None:
        self._table = table
        self._timeout = timeout
        self._lease = lease
        self._owner = _owner()
        self._held: set[HeldLock] = set()  # single operations on a set are atomic
        self._threads = threading.local()

    def verify(self) -> None:
        """As `Locks.verify`: read an item."""
        self._table.read(lock_id("?"))

    @contextmanager
    def held(self, name: str, check_cancelled: Callable[[], None] = lambda: None) -> Iterator[Lease]:
        """As `Locks.held`; logs who holds the lock if it has to wait."""
        own: dict[str, HeldLock] = self._threads.__dict__.setdefault("own", {})
        if name in own:
            yield own[name]
            return
        own[name] = held = self._acquire(name, check_cancelled)
        try:
            yield held
        except Unavailable:
            self._abandon(held)
            raise
        except Exception:
            self._release(held)
            raise
        else:
            self._release(held)
        finally:
            del own[name]

    def close(self) -> None:
        """As `Locks.close`."""
        for held in self._held.copy():
            self._release(held)

    def abandon(self) -> None:
        """As `Locks.abandon`."""
        for held in self._held.copy():
            self._abandon(held)

    def _acquire(self, name: str, check_cancelled: Callable[[], None]) -> HeldLock:
        held = HeldLock(self._table, name, self._owner, self._lease)
        self._held.add(held)  # before it is taken: whatever interrupts that, it is released in the end
        try:
            self._wait(held, check_cancelled)
        except Exception:
            self._release(held)
            raise
        held.keep()
        return held

    def _wait(self, held: HeldLock, check_cancelled: Callable[[], None]) -> None:
        deadline = time.monotonic() + self._timeout
        seen: Lock | None = None
        seen_at = 0.0
        pause = _FIRST_PAUSE
        free = True
        unanswered = 0
        while True:
            check_cancelled()
            try:
                if free and held.take(None):
                    return
                asked_at = time.monotonic()
                found = self._table.read(held.lock.id)
            except TimedOut:
                raise
            except Unavailable as error:
                unanswered += 1
                if unanswered == _UNANSWERED:
                    raise
                log.debug("%s: asking for the lock again: %s", held.thing, error)
                time.sleep(random.uniform(_LONGEST_PAUSE / 2, _LONGEST_PAUSE))  # noqa: S311
                continue
            unanswered = 0
            free = found is None
            if found and found != seen:
                if seen is None:
                    where, way_out = f"{held.thing}: is locked by {found.holder}", self._way_out(found)
                    log.warning("%s: waiting up to %g s; %s", where, self._timeout, way_out)
                seen, seen_at = found, time.monotonic()
            elif found and _is_over(found, asked_at - seen_at) and held.take(found):
                log.warning("%s: took over the lock of %s, which was not renewed", held.thing, found.holder)
                return
            if seen and time.monotonic() >= deadline:
                raise LockError(
                    f"{held.thing}: is locked by {seen.holder}, waited {self._timeout:g} s (locks-timeout); "
                    f"{self._way_out(seen)}"
                )
            if not free:
                time.sleep(random.uniform(pause / 2, pause))  # noqa: S311
                pause = min(pause * 2, _LONGEST_PAUSE)

    def _way_out(self, lock: Lock) -> str:
        return f"if nobody works there any more: s3pypi force-unlock {self._table.name} {lock.id}"

    def _release(self, held: HeldLock) -> None:
        """Release a lock; warn if it was held, and was lost before."""
        try:
            if not held.release() and held.kept:
                log.warning("%s: the lock was gone before it was released: it expired, or was removed", held.thing)
        except Error as error:
            if held.kept:
                log.warning("%s: the lock was not released: %s; %s", held.thing, error, self._way_out(held.lock))
        self._held.discard(held)

    def _abandon(self, held: HeldLock) -> None:
        """Let a lock expire: nobody may have it while a request of this process may still take effect."""
        held.stop()
        log.debug("%s: the lock is left to expire, in %g s at most", held.thing, self._lease)
        self._held.discard(held)


def _is_over(found: Lock, unchanged: float) -> bool:
    """Whether the holder of ``found`` no longer renews it.

    :param unchanged: seconds for which it was seen unchanged.
    """
    if found.lease is None or found.expires is None:
        return False
    return unchanged >= found.lease or datetime.now(timezone.utc) > found.expires + _SKEW


def _owner() -> str:
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        user = "unknown"
    return f"{user}@{socket.gethostname()}"


class HeldLock(Lease):
    """One lock, from before it is taken until it is released.

    :ivar kept: it was surely held.
    """

    def __init__(self, table: DynamoDBTable, name: str, owner: str, lease: float) -> None:
        self._table = table
        self._lease = lease
        self.lock = Lock(lock_id(name), owner, name=name, token=uuid4().hex, lease_seconds=f"{lease:g}")
        self.thing = locked_thing(name)
        self.kept = False
        self._renewed = (time.monotonic(), time.time())
        self._lost = False
        self._done = threading.Event()

    def take(self, seen: Lock | None) -> bool:
        """As `DynamoDBTable.take`, for this lock."""
        sent = (time.monotonic(), time.time())
        now = datetime.now(timezone.utc)
        self.lock = self.lock._replace(
            acquired_at=now.isoformat(), expires_at=(now + timedelta(seconds=self._lease)).isoformat()
        )
        if not self._table.take(self.lock, seen):
            return False
        self._renewed = sent
        return True

    def keep(self) -> None:
        """Renew it from now on, in a thread of its own, so that a request that hangs delays no other lock."""
        self.kept = True
        threading.Thread(target=self._keep, name="s3pypi-lock", daemon=True).start()

    def confirm(self) -> None:
        """As `Lease.confirm`; reads the table, as somebody may have removed the lock just now."""
        try:
            self._renew()
        except Error as error:
            if self._age() > self._lease * 2 / 3:
                raise LockError(
                    f"{self.thing}: the lock could not be renewed in time, and nothing more was committed: {error}"
                ) from error
        if self._lost:
            raise LockError(
                f"{self.thing}: the lock was lost, and nothing more was committed: it had expired, or was unlocked by "
                "force; try again"
            )

    def release(self) -> bool:
        """Release it; whether it was held until now."""
        self.stop()
        return self._table.remove(self.lock)

    def stop(self) -> None:
        """Stop renewing it."""
        self._done.set()

    def _age(self) -> float:
        """Seconds since the last renewal was sent, by the clock that ran on: one may stop while the machine sleeps."""
        monotonic, wall = self._renewed
        return max(time.monotonic() - monotonic, time.time() - wall)

    def _keep(self) -> None:
        pause = self._lease / 3
        while not self._done.wait(pause) and not self._lost:
            try:
                self._renew()
                pause = self._lease / 3
            except Error as error:
                log.debug("%s: the lock was not renewed: %s", self.thing, error)
                pause = self._lease / 12

    def _renew(self) -> None:
        sent = (time.monotonic(), time.time())
        expires = datetime.now(timezone.utc) + timedelta(seconds=self._lease)
        if self._table.renew(self.lock._replace(expires_at=expires.isoformat())):
            self._renewed = max(self._renewed, sent)
        else:
            self._lost = True
