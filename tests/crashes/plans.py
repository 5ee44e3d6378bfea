"""When a process is killed, seen from the proxy between it and the server.

Once it is killed, nothing more of it reaches the server, and nothing more of the server reaches it; what the server was
already told takes its course, and `Plan.settle` waits for that.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Collection

from tests.support.fault_proxy import Do, Passing

QUIET = 0.15
"""Seconds without any request after which a process surely waits for the one that is held."""


class Plan:
    """Passes everything on; a fault of `FaultProxy`, for one process."""

    def __init__(self) -> None:
        self.reached = False
        self.point = "never"
        self.changed = threading.Condition()
        self._victim: int | None = None
        self._dead = False
        self._busy = 0
        self._last = time.monotonic()

    def __call__(self, passing: Passing) -> Do:
        return Do(before=lambda: self._before(passing), after=lambda: self._after(passing))

    def aim(self, pid: int) -> None:
        """The process that is to be killed."""
        with self.changed:
            self._victim = pid
            self.changed.notify_all()

    def watch(self) -> None:
        """Called again and again while the process runs."""

    def settle(self) -> None:
        """Wait until the server has answered everything it was told."""
        with self.changed:
            assert self.changed.wait_for(lambda: not self._busy, 60), "the server does not answer"

    def arrives(self, passing: Passing) -> None:
        """May hold the request, or kill; called, with the lock, before it goes on."""

    def answered(self, passing: Passing) -> None:
        """May kill; called, with the lock, when the server has answered."""

    @property
    def idle(self) -> bool:
        """Whether nothing has gone through for a while."""
        return not self._busy and time.monotonic() - self._last > QUIET

    def kill(self) -> None:
        """End the process; with the lock."""
        if not self._dead:
            assert self.changed.wait_for(lambda: self._victim is not None, 60)
            assert self._victim is not None
            self._dead = True
            with contextlib.suppress(ProcessLookupError):  # it did not wait for this request, and is done
                os.kill(self._victim, signal.SIGKILL)
            self.changed.notify_all()

    def wait_until(self, predicate: Callable[[], bool]) -> None:
        """Let others go on until then, or until the process is dead; with the lock."""
        assert self.changed.wait_for(lambda: self._dead or predicate(), 60), f"{self.point}: nothing goes on"

    def _before(self, passing: Passing) -> None:
        with self.changed:
            self._last = time.monotonic()
            if not self._dead:
                self.arrives(passing)
            if self._dead:
                raise ConnectionAbortedError("its process is dead")
            self._busy += 1

    def _after(self, passing: Passing) -> None:
        with self.changed:
            self._busy -= 1
            self._last = time.monotonic()
            if not self._dead:
                self.answered(passing)
            self.changed.notify_all()
            if self._dead:
                raise ConnectionAbortedError("its process is dead")


class Around(Plan):
    """Killed before the first matching request goes on, or when the server has answered it."""

    def __init__(self, matches: Callable[[Passing], bool], *, after: bool) -> None:
        super().__init__()
        self._matches = matches
        self._after_it = after

    def arrives(self, passing: Passing) -> None:
        self._at(passing, after=False)

    def answered(self, passing: Passing) -> None:
        self._at(passing, after=True)

    def _at(self, passing: Passing, *, after: bool) -> None:
        if after == self._after_it and self._matches(passing):
            self.reached = True
            self.point = f"{'after' if after else 'before'} request {named(passing)}"
            self.kill()


def numbered(number: int) -> Callable[[Passing], bool]:
    """Matches the request of that number."""
    return lambda passing: passing.number == number


class Held(Plan):
    """That request never goes on; killed when everything that does not wait for it is over."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number

    def arrives(self, passing: Passing) -> None:
        if passing.number == self._number:
            self.reached = True
            self.point = f"all went on but request {named(passing)}"
            self.wait_until(lambda: False)

    def watch(self) -> None:
        with self.changed:
            if self.reached and self.idle:
                self.kill()


class Waves(Plan):
    """Kills nothing, and lets requests go on only when no more come: how many there are at once."""

    def __init__(self) -> None:
        super().__init__()
        self.sizes: list[int] = []
        self._waiting = 0
        self._released = 0

    def arrives(self, passing: Passing) -> None:
        self._waiting += 1
        self.wait_until(lambda: passing.number < self._released)

    def watch(self) -> None:
        with self.changed:
            if self._waiting and self.idle:
                self.sizes.append(self._waiting)
                self._released += self._waiting
                self._waiting = 0
                self.changed.notify_all()


class Landing(Plan):
    """Of the requests ``first`` to ``first + size``, in flight together, only the chosen ones reach the server.

    :param chosen: numbers below ``size``, of the requests in the order of operation and key.
    """

    def __init__(self, first: int, size: int, chosen: Collection[int]) -> None:
        super().__init__()
        self._first = first
        self._size = size
        self._chosen = frozenset(chosen)
        self._waiting: list[Passing] = []
        self._landing: frozenset[int] | None = None
        self._left = 0

    def arrives(self, passing: Passing) -> None:
        if passing.number < self._first:
            return
        if passing.number < self._first + self._size:
            self._waiting.append(passing)
            self.changed.notify_all()
        self.wait_until(lambda: self._landing is not None and passing.number in self._landing)

    def answered(self, passing: Passing) -> None:
        if self._landing and passing.number in self._landing:
            self._left -= 1
            if not self._left:
                self.kill()

    def watch(self) -> None:
        with self.changed:
            if self._landing is None and self._waiting and (len(self._waiting) == self._size or self.idle):
                self._release()

    def _release(self) -> None:
        waiting = sorted(self._waiting, key=lambda passing: (passing.operation, passing.key))
        landing = [passing for number, passing in enumerate(waiting) if number in self._chosen]
        self.reached = True
        self.point = f"of {len(waiting)} at once, from {self._first}, landed: " + ", ".join(map(named, landing))
        self._landing, self._left = frozenset(passing.number for passing in landing), len(landing)
        self.changed.notify_all()
        if not landing:
            self.kill()


def named(passing: Passing) -> str:
    """The request, for people."""
    return f"{passing.number} {passing.operation} {passing.key.partition('/')[2] or passing.query}"
