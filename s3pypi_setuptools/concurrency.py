"""Parallel map: results come in order, and what is read as it is needed is not read far ahead."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

WORKERS = 16
"""Threads: enough to hide the latency of a store, few enough for their memory."""
_WAITING = 2
"""Items read from the source for each worker before the oldest result is taken: bounds those in memory."""


def side_by_side(source: Iterable[T], work: Callable[[T], R], workers: int = WORKERS) -> Iterator[R]:
    """Map ``work`` over ``source`` in threads; results come in its order.

    :param source: is read as results are taken; a sequence, which is in memory, is begun as a whole, so that one slow
        item holds up no other.
    :param workers: the number of threads.

    Raises what the source or ``work`` raises; work that has not begun is dropped then.
    """
    ahead = len(source) if isinstance(source, Sequence) else workers * _WAITING
    waiting: deque[Future[R]] = deque()
    with ThreadPoolExecutor(workers, "s3pypi-work") as pool:
        try:
            for item in source:
                waiting.append(pool.submit(work, item))
                if len(waiting) >= ahead:
                    yield from islice(_results(waiting), 1)
            yield from _results(waiting)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _results(waiting: deque[Future[R]]) -> Iterator[R]:
    while waiting:
        yield waiting.popleft().result()
