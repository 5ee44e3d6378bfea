"""From any way that a program can end to an exit status and at most one line."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from types import FrameType

from ..errors import Error
from .terminal import Terminal

__all__ = ["run"]

_INTERRUPTED = 130
_GRACE = 3.0
"""Seconds that an interrupted program has to tidy up: requests in flight may not end for much longer."""

_COLLECT = (100_000, 50, 50)
"""When garbage is collected: a short run imports much and leaves little, and looking takes a quarter of its time."""


def run(program: str, work: Callable[[Sequence[str], Terminal], int]) -> int:
    """The exit status of ``work`` on ``sys.argv``: 0 done, 1 failed, 2 used wrongly, 130 interrupted."""
    argv = sys.argv[1:]
    terminal = Terminal(program, json="--json" in argv)
    interruption = _Interruption(terminal)
    gc.set_threshold(*_COLLECT)
    try:
        with contextlib.suppress(ValueError):  # not the main thread
            signal.signal(signal.SIGINT, interruption.begin)
        return work(argv, terminal)
    except Error as error:
        terminal.fail(error)
        return error.exit_status
    except KeyboardInterrupt:
        interruption.say()
        return _INTERRUPTED
    except SystemExit as error:  # argparse, after --help and --version
        terminal.flush()
        return error.code if isinstance(error.code, int) else 0
    except Exception as error:  # the last net; the line says that it is a defect
        terminal.fail(error)
        return 1
    finally:
        gc.freeze()  # the interpreter need not look for garbage among what it throws away whole


class _Interruption:
    """Ctrl-C: the work is stopped, and the process too when the work does not stop soon. A second one stops at once."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._begun = False
        self._said = threading.Lock()

    def begin(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        """The signal's handler."""
        if self._begun:
            self._leave()
        self._begun = True
        timer = threading.Timer(_GRACE, self._leave)
        timer.daemon = True
        timer.start()
        raise KeyboardInterrupt

    def say(self) -> None:
        """Say, once, that the program was interrupted."""
        if self._said.acquire(blocking=False):
            self._terminal.stop_drawing()
            self._terminal.error(
                "interrupted: what is listed stays listed; the same command with the same files completes the rest"
            )

    def _leave(self) -> None:
        self.say()
        os._exit(_INTERRUPTED)
