"""Several processes that serve on one socket: the system gives each connection to one of them."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable, Mapping
from types import FrameType
from typing import Any

from ..errors import ConfigurationError, Error

__all__ = ["run_workers"]


def run_workers(count: int, serve: Callable[[], None], started: Callable[[], None]) -> None:
    """Call ``serve`` in ``count`` processes until a signal comes, which all of them are told.

    Nothing may run in other threads yet: what a process holds is copied.

    :param started: called when all have begun.

    Raises `ConfigurationError` where the system cannot do that, and `Error` when one ends by itself; then all end.
    """
    if not hasattr(os, "fork"):
        raise ConfigurationError("workers: this system has no fork; run several services behind a proxy")
    workers: set[int] = set()
    told = False

    def end(number: int = signal.SIGTERM, frame: FrameType | None = None) -> None:
        nonlocal told
        del number, frame
        told = True
        for process in workers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGTERM)

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        for _ in range(count):
            workers.add(_fork(serve, before))
        started()
        failed = False
        while workers:
            process, status = os.wait()
            workers.discard(process)
            failed = failed or not told or status != 0
            if not told:
                end()
        if failed:
            raise Error("a process of the service ended by itself; its log says why")
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _fork(serve: Callable[[], None], handlers: Mapping[signal.Signals, Any]) -> int:
    process = os.fork()
    if process:
        return process
    status = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to all; the first process tells the others
        signal.signal(signal.SIGTERM, handlers[signal.SIGTERM])
        serve()
        status = 0
    finally:
        os._exit(status)
