"""From any way that a program can end to an exit status and at most one line."""

from __future__ import annotations

import contextlib
import errno
import gc
import signal
import sys
from collections.abc import Callable, Sequence

from ..errors import Error
from ..interruption import Interruption
from .parser import Answer
from .terminal import Terminal

__all__ = ["run"]

_COLLECT = (100_000, 50, 50)
"""When garbage is collected: a short run imports much and leaves little, and looking takes a quarter of its time."""


def run(program: str, work: Callable[[Sequence[str], Terminal], int]) -> int:
    """The exit status of ``work`` on ``sys.argv``.

    0 done, 1 failed, 2 used wrongly, 130 interrupted by Ctrl-C, 143 terminated by SIGTERM.
    """
    argv = sys.argv[1:]
    terminal = Terminal(program, json="--json" in argv)
    interruption = Interruption(terminal.account.stop, terminal.interrupted, last=True)
    gc.set_threshold(*_COLLECT)
    try:
        with terminal.logging(), interruption:
            return terminal.ended(work(argv, terminal))
    except BaseException as error:
        if interruption.status is None:
            return terminal.ended(_ended(error, terminal))
        interruption.tell()  # whatever it ended with: the signal was the reason
        return interruption.status
    finally:
        gc.freeze()  # the interpreter need not look for garbage among what it throws away whole
        with contextlib.suppress(ValueError):  # not the main thread
            if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
                signal.signal(signal.SIGINT, signal.SIG_DFL)  # the interpreter's end, interrupted, shows no traceback


def _ended(error: BaseException, terminal: Terminal) -> int:
    if isinstance(error, Answer):
        terminal.text(error.text)
        return 0
    error = _of_machine(error) or error
    terminal.fail(error)  # the last net for what is no `Error`; the line says that it is a defect
    return error.exit_status if isinstance(error, Error) else 1


def _of_machine(error: BaseException) -> Error | None:
    """What the machine lacks, where that is what ``error`` says."""
    if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM):
        return Error("there is not enough memory; free some, or raise the limit (ulimit -v)")
    if isinstance(error, RuntimeError) and "start new thread" in str(error):
        return Error("no thread can be started: memory or a limit (ulimit -v, ulimit -u) does not allow it; raise it")
    if isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE):
        return Error("too many files are open; raise the limit (ulimit -n)")
    return None
