"""The compare-and-swap loop: the only place that tries a change again.

An **attempt** reads what it changes, decides, and writes on the tokens it has read. Losing a race
(`PreconditionFailed`, `Contended`) means that someone else's write took effect, so the attempt is made again, from its
reads on. `Unavailable` leaves open whether a write took effect: the next attempt finds out by reading, and few of them
are granted; none after `TimedOut`, since a store that is silent would be waited for once more at every request.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import NamedTuple, TypeVar

from .errors import AlreadyExists, Contended, PreconditionFailed, StoreError, TimedOut, Unavailable

__all__ = ["PATIENT", "Backoff", "create", "update"]

T = TypeVar("T")


class Backoff(NamedTuple):
    """How long to wait between attempts: a random time below a ceiling that doubles.

    A lost race costs the store nothing that it complains of, and the winner is done: whoever has lost often waits no
    longer than a newcomer soon does, or it would starve. A store that gave no answer is left alone for longer.

    :param first: the first ceiling after a lost race, in seconds.
    :param most: the highest ceiling after a lost race, in seconds.
    :param attempts: how many lost races end the work.
    :param unanswered: how many `Unavailable` are answered by another attempt.
    :param unmoved: how many lost races over one and the same version of an object end the work.
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
    """The result of the first ``attempt`` that loses no race.

    Raises `Contended` when every attempt lost, `StoreError` when the store refuses to write on the very version that it
    shows, and whatever else an attempt raises.
    """
    unanswered = unmoved = 0
    lost: PreconditionFailed | Contended | None = None
    for count in range(backoff.attempts):
        try:
            return attempt()
        except (PreconditionFailed, Contended) as error:
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


def _is_same(error: PreconditionFailed | Contended, before: PreconditionFailed | Contended | None) -> bool:
    """Whether both attempts lost over one version of one object."""
    return (
        before is not None and error.version is not None and (error.key, error.version) == (before.key, before.version)
    )


def create(put: Callable[[], object], backoff: Backoff = PATIENT) -> bool:
    """Whether ``put``, a write on ``ABSENT``, made the object; False when there is one already, whoever made it."""

    def attempt() -> bool:
        try:
            put()
        except AlreadyExists:
            return False
        return True

    return update(attempt, backoff)
