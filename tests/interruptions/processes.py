"""Programs that are sent signals, and requests at which they are held meanwhile."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.fault_proxy import FaultProxy, Passing
from tests.support.proxy_faults import Do, Fault

LONG = 600.0
"""Seconds of grace that no test waits for: the process ends because its work did."""
SHORT = 0.5
"""Seconds of grace after which the process is to end by itself."""

PROGRAM = """\
import sys
import s3pypi_setuptools.interruption as interruption
interruption.GRACE = {grace}
from s3pypi_setuptools.cli import {function}
sys.exit({function}())
"""


def program(grace: float, function: str = "main") -> list[str]:
    """The start of a command line that runs a console script with so many seconds of grace."""
    return [
        sys.executable,
        "-W",
        "error",
        "-c",
        PROGRAM.format(grace=grace, function=function),
    ]


@dataclass(frozen=True)
class Ended:
    """A program that a signal ended."""

    status: int
    output: str
    errors: str

    @property
    def changes(self) -> dict[str, str]:
        """Stage by name, as the report in JSON has them."""
        report: dict[str, Any] = json.loads(self.output)
        assert report["ok"] is False
        assert self.errors == f"s3pypi: error: {report['error']['message']}\n"
        return {change["name"]: change["stage"] for change in report["changes"]}


def start(
    command: list[str], *, cwd: Path, environ: Mapping[str, str] | None = None, output: int = subprocess.PIPE
) -> subprocess.Popen[str]:
    """Start it, with its output piped."""
    return subprocess.Popen(
        command,
        cwd=cwd,
        env={**os.environ, **(environ or {})},
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> Ended:
    """What it said, once it has ended; never a traceback."""
    output, errors = process.communicate(timeout=300)
    assert "Traceback" not in errors, errors
    return Ended(process.returncode, output or "", errors)


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


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait until it holds."""
    deadline = time.monotonic() + 300
    while not condition():
        assert time.monotonic() < deadline, "it never held"
        time.sleep(0.02)


def send(process: subprocess.Popen[str], number: signal.Signals) -> None:
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
