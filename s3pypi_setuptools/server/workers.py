"""Several processes that serve on one socket: the system gives each connection to one of them."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import time
from collections.abc import Callable
from types import FrameType

from ..errors import ConfigurationError, Error

log = logging.getLogger(__name__)

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_TURN_SECONDS = 0.1
"""How long a signal may wait for its handler: nobody notices."""


def run_workers(count: int, serve: Callable[[], None], started: Callable[[], None]) -> None:
    """Call ``serve`` in ``count`` processes until a signal is received, which is passed on to all of them.

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
            process, status = _ended()
            workers.discard(process)
            failed = failed or not told or status != 0
            if not told:
                end()
        if failed:
            raise Error("a process of the service ended by itself; its log says why")
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _ended() -> tuple[int, int]:
    """The id and the status of the next process that has ended.

    It is looked for again and again: the system may hand a signal to any thread, and Python runs its handler in the
    main thread alone, which a wait without an end would keep from it.
    """
    while not (ended := os.waitpid(-1, os.WNOHANG))[0]:
        time.sleep(_TURN_SECONDS)
    return ended


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
