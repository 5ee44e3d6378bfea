"""Several processes that serve on one socket: the system gives each connection to one of them."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
from collections.abc import Callable
from types import FrameType

from ..errors import ConfigurationError, Error

__all__ = ["run_workers"]

log = logging.getLogger(__name__)

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


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

    before = {number: signal.signal(number, end) for number in _SIGNALS}
    try:
        for _ in range(count):
            workers.add(_fork(serve))
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


def _fork(serve: Callable[[], None]) -> int:
    """Start a process that calls ``serve``; its id.

    Signals wait meanwhile: the new process must not obey one as this process does. Until its server answers, a signal
    ends it at once, for no request can be under way.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    process = os.fork()
    if process:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
        return process
    status = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to all; the first process tells the others
        signal.signal(signal.SIGTERM, lambda number, frame: os._exit(0))
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
        serve()
        status = 0
    except Exception:
        log.exception("a process of the service failed")
    finally:
        os._exit(status)
