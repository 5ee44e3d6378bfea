"""The compare-and-swap loop: the only place that repeats a change.

An **attempt** reads, decides, and writes on the tokens that it has read. If it loses a race (`NotWritten`), another
write took effect, so the attempt is repeated from its reads on. After `Unavailable` it is not known whether a write
took effect: another attempt finds out by reading, a few times at most. After `TimedOut` there is no other attempt, as
every request of it would wait for the silent store again.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import NamedTuple, TypeVar

from .errors import AlreadyExists, Contended, NotWritten, StoreError, TimedOut, Unavailable

T = TypeVar("T")


class Backoff(NamedTuple):
    """How long to wait between attempts: a random time below a ceiling that doubles.

    The ceiling is low, so that a publisher that has lost many races is not starved by newcomers; lost races are cheap
    for the store. After a request without an answer the wait is longer.

    :param first: the first ceiling after a lost race, in seconds.
    :param most: the highest ceiling after a lost race, in seconds.
    :param attempts: after how many lost races to give up.
    :param unanswered: how many `Unavailable` are followed by another attempt.
    :param unmoved: after how many lost races over one version of an object to give up.
    """

    first: float = 0.02
    most: float = 0.25
    attempts: int = 1000
    unanswered: int = 2
    unmoved: int = 100
    sleep: Callable[[float], None] = time.sleep
    uniform: Callable[[float, float], float] = random.uniform

    def pause(self, attempt: int) -> None:
        """Wait after the ``attempt``-th attempt, counted from 0, lost its race."""
        self.sleep(self.uniform(0, min(self.most, self.first * 2 ** min(attempt, 20))))

    def rest(self, unanswered: int) -> None:
        """Wait after the ``unanswered``-th `Unavailable`, counted from 1; by default up to a second, then two."""
        ceiling = 2 * self.most * 2 ** min(unanswered, 20)
        self.sleep(self.uniform(ceiling / 2, ceiling))


PATIENT = Backoff()


def update(attempt: Callable[[], T], backoff: Backoff = PATIENT) -> T:
    """Repeat ``attempt`` until it loses no race, and return its result.

    Raises `Contended` if every attempt lost a race, `StoreError` if the store keeps refusing to write on the version
    that it returns itself, and what else an attempt raises.
    """
    unanswered = unmoved = 0
    lost: NotWritten | None = None
    for count in range(backoff.attempts):
        try:
            return attempt()
        except NotWritten as error:
            unmoved = unmoved + 1 if _is_same(error, lost) else 1
            if unmoved >= backoff.unmoved:
                raise StoreError(
                    error.key,
                    f"the store refused {unmoved} times to write it, though nobody has changed it: reads may come from "
                    "a cache, or the store may not honour conditional requests; check the endpoint",
                ) from error
            lost = error
            backoff.pause(count)
        except TimedOut:
            raise
        except Unavailable:
            unanswered += 1
            if unanswered > backoff.unanswered:
                raise
            backoff.rest(unanswered)
    key = lost.key if lost else "the repository"
    raise Contended(key, f"was changed by others at each of {backoff.attempts} attempts; try again later") from lost


def _is_same(error: NotWritten, before: NotWritten | None) -> bool:
    """Whether both attempts lost a race over the same version of the same object."""
    return (
        before is not None and error.version is not None and (error.key, error.version) == (before.key, before.version)
    )


def create(put: Callable[[], object], backoff: Backoff = PATIENT) -> bool:
    """Call ``put``, a write on ``ABSENT``; True if it created the object, False if one exists already.

    Raises `Contended` if every attempt lost a race, and `StoreError`.
    """

    def attempt() -> bool:
        try:
            put()
        except AlreadyExists:
            return False
        return True

    return update(attempt, backoff)
