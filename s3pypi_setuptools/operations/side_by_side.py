"""Work on many things side by side, of which few are in memory at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import Protocol, TypeVar

__all__ = ["UNWATCHED", "Tally", "Unwatched", "side_by_side"]

T = TypeVar("T")
R = TypeVar("R")

WORKERS = 16
WAITING = 2
"""Things taken from the source for each worker, done or not, before the oldest result is taken."""


class Tally(Protocol):
    """Told how far a count has come; called from several threads at once."""

    def expect(self, count: int) -> None:
        """``count`` more are to be looked at."""

    def advance(self, count: int) -> None:
        """``count`` more were looked at."""


class Unwatched:
    """A count that nobody watches."""

    def expect(self, count: int) -> None:
        """Nothing."""

    def advance(self, count: int) -> None:
        """Nothing."""


UNWATCHED = Unwatched()


def side_by_side(source: Iterable[T], work: Callable[[T], R]) -> Iterator[R]:
    """``work`` of each thing of ``source``, in its order; the source is read as results are taken.

    What the source or ``work`` raises ends it; work that was not begun is dropped then.
    """
    things = iter(source)
    waiting: deque[Future[R]] = deque()
    with ThreadPoolExecutor(WORKERS, "s3pypi-project") as pool:
        try:
            for thing in things:
                waiting.append(pool.submit(work, thing))
                if len(waiting) >= WORKERS * WAITING:
                    yield from islice(_results(waiting), 1)
            yield from _results(waiting)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _results(waiting: deque[Future[R]]) -> Iterator[R]:
    while waiting:
        yield waiting.popleft().result()
