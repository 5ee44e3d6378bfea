"""One lock of a table while it is asked for, held and let go."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from uuid import uuid4

from ..errors import Error, LockError
from .locks import Lease, Lock, Table, lock_id, locked_thing

__all__ = ["HeldLock"]

log = logging.getLogger(__name__)


class HeldLock(Lease):
    """One lock, from before it is asked for until it is released.

    :ivar kept: it was held for sure.
    """

    def __init__(self, table: Table, name: str, owner: str, lease: float) -> None:
        self._table = table
        self._lease = lease
        self.lock = Lock(lock_id(name), owner, name=name, token=uuid4().hex, lease_seconds=f"{lease:g}")
        self.thing = locked_thing(name)
        self.kept = False
        self._renewed = (time.monotonic(), time.time())
        self._lost = False
        self._done = threading.Event()

    def take(self, seen: Lock | None) -> bool:
        """Whether it is held now; as `Table.take`."""
        sent = (time.monotonic(), time.time())
        now = datetime.now(timezone.utc)
        self.lock = replace(
            self.lock, acquired_at=now.isoformat(), expires_at=(now + timedelta(seconds=self._lease)).isoformat()
        )
        if not self._table.take(self.lock, seen):
            return False
        self._renewed = sent
        return True

    def keep(self) -> None:
        """Renew it from now on, in a thread of its own: one that hangs costs no other lock its renewal."""
        self.kept = True
        threading.Thread(target=self._keep, name="s3pypi-lock", daemon=True).start()

    def confirm(self) -> None:
        """As `Lease.confirm`; asks the table, from which the lock may have been removed a moment ago."""
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
        """Whether it was held until now."""
        self.stop()
        return self._table.remove(self.lock)

    def stop(self) -> None:
        """Renew it no more."""
        self._done.set()

    def _age(self) -> float:
        """Seconds since the last renewal was sent; the monotonic clock may stand still while a machine sleeps."""
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
        if self._table.renew(replace(self.lock, expires_at=expires.isoformat())):
            self._renewed = max(self._renewed, sent)
        else:
            self._lost = True
