"""Send signals to programs, and hold requests of theirs meanwhile."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.support.fault_proxy import Do, Fault, FaultProxy, Passing
from tests.support.forked_programs import Running


class Halt:
    """What holds the first matching request of a proxy, and all that match after it, until it is released.

    :param effect: held after the server has done what was asked, before the answer; otherwise before.
    """

    def __init__(self, matches: Callable[[Passing], bool], *, effect: bool = False) -> None:
        self.matches = matches
        self.effect = effect
        self._reached = threading.Event()
        self._released = threading.Event()

    def __call__(self, passing: Passing) -> Fault | None:
        """What becomes of a request."""
        if self._released.is_set() or not self.matches(passing):
            return None
        return Do(after=self._hold) if self.effect else Do(before=self._hold)

    def wait(self) -> None:
        """Wait until a request is held."""
        assert self._reached.wait(300), "no such request came"

    def release(self) -> None:
        """Let all pass."""
        self._released.set()

    def _hold(self) -> None:
        self._reached.set()
        self._released.wait(600)


@contextlib.contextmanager
def halted(endpoint: str, halt: Halt) -> Iterator[FaultProxy]:
    """A proxy in front of ``endpoint`` with this halt, which ends with the context."""
    with FaultProxy(endpoint, halt) as proxy:
        try:
            yield proxy
        finally:
            halt.release()


def send(process: subprocess.Popen[str] | Running, number: signal.Signals) -> None:
    """Send the signal, and wait until the program has surely noticed.

    CPython tells a program of a signal that comes just before its main thread begins to wait only once that wakes: what
    is held was met by another thread, perhaps a moment before that.
    """
    time.sleep(0.5)
    process.send_signal(number)
    state = Path(f"/proc/{process.pid}/status")
    bit = 1 << (number - 1)
    while process.poll() is None and state.exists():
        pending = [int(line.split()[1], 16) for line in state.read_text().splitlines() if line.startswith("ShdPnd")]
        if not pending or not pending[0] & bit:
            break
        time.sleep(0.01)
    time.sleep(0.3)  # from the kernel's delivery to Python's handler
