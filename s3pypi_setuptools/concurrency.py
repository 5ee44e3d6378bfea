"""Parallel map with bounded look-ahead; results come in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

__all__ = ["side_by_side"]

T = TypeVar("T")
R = TypeVar("R")

WORKERS = 16
WAITING = 2
"""Things taken from the source for each worker, done or not, before the oldest result is taken."""


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
