"""Parallel map with bounded look-ahead; results come in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

WORKERS = 16
"""Threads: enough to hide the latency of a store, few enough for their memory."""
_WAITING = 2
"""Items taken from the source for each worker before the oldest result is taken: bounds those in memory."""


def side_by_side(source: Iterable[T], work: Callable[[T], R], workers: int = WORKERS) -> Iterator[R]:
    """Map ``work`` over ``source`` in threads; results come in its order, and it is read as they are taken.

    :param workers: the number of threads.

    Raises what the source or ``work`` raises; work that has not begun is dropped then.
    """
    items = iter(source)
    waiting: deque[Future[R]] = deque()
    with ThreadPoolExecutor(workers, "s3pypi-work") as pool:
        try:
            for item in items:
                waiting.append(pool.submit(work, item))
                if len(waiting) >= workers * _WAITING:
                    yield from islice(_results(waiting), 1)
            yield from _results(waiting)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _results(waiting: deque[Future[R]]) -> Iterator[R]:
    while waiting:
        yield waiting.popleft().result()
