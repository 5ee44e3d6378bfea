"""Read and hash files on disk in parallel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from ..concurrency import side_by_side
from ..monitor import Monitor

T = TypeVar("T")

_AT_ONCE = 4
"""How many files are hashed at the same time: more would wait for the same disk."""


def read_files(
    paths: Sequence[Path], read: Callable[[Path, Callable[[int], None]], T], monitor: Monitor
) -> tuple[T, ...]:
    """Call ``read`` for each path in parallel, and return its results in order.

    :param read: called with the path, and with a function that it calls with each number of bytes it has hashed.

    Raises the errors of ``read``, and `Cancelled`.
    """

    def one(path: Path) -> T:
        monitor.progress.hashing(path.name, path.stat().st_size if path.is_file() else 0)

        def hashed(count: int) -> None:
            monitor.progress.hashed(path.name, count)
            monitor.observer.check_cancelled()

        return read(path, hashed)

    if len(paths) == 1:
        return (one(paths[0]),)
    return tuple(side_by_side(paths, one, _AT_ONCE))
