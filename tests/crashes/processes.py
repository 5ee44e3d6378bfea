"""Programs run in forks of a warm process, or really started, and killed from outside."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.crashes import forking

__all__ = ["Ended", "Forks", "Watch", "forks", "start_really"]

PATIENCE = 300
"""Seconds in which any program must have ended."""

KILLED = -signal.SIGKILL

Watch = Callable[[], None]
"""Called again and again while a program runs."""


@dataclass(frozen=True)
class Ended:
    """How a program ended, and what it printed."""

    status: int
    output: str

    @property
    def killed(self) -> bool:
        return self.status == KILLED


class Forks:
    """The warm process, and the one program at a time that runs as a fork of it."""

    def __init__(self, process: subprocess.Popen[bytes], folder: Path) -> None:
        self._process = process
        self._output = folder / "output.txt"
        self._read = b""

    def run(
        self,
        program: str,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        *,
        started: Callable[[int], None] = lambda pid: None,
        watch: Watch = lambda: None,
        folder: Path | None = None,
        change: int | None = None,
    ) -> Ended:
        """Run it to its end.

        :param started: called with the process's id at once.
        :param watch: called every few milliseconds.
        :param folder: of which ``change`` is the number of the change before which the program is killed.
        """
        self._output.write_bytes(b"")
        task = {
            "program": program,
            "arguments": list(arguments),
            "environment": {**os.environ, **environment},
            "output": str(self._output),
            "folder": str(folder),
            "change": change,
        }
        assert self._process.stdin
        self._process.stdin.write(json.dumps(task).encode() + b"\n")
        self._process.stdin.flush()
        pid = int(self._line(lambda: None))
        started(pid)
        try:
            status = int(self._line(watch))
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            self._line(lambda: None)
            raise TimeoutError(f"{program} {' '.join(arguments)} did not end: {self._output.read_text()}") from None
        return Ended(status, self._output.read_text(errors="replace"))

    def _line(self, watch: Watch) -> str:
        assert self._process.stdout
        deadline = time.monotonic() + PATIENCE
        while b"\n" not in self._read:
            if select.select([self._process.stdout], [], [], 0.01)[0]:
                more = os.read(self._process.stdout.fileno(), 1000)
                assert more, "the warm process has ended"
                self._read += more
            watch()
            if time.monotonic() > deadline:
                raise TimeoutError
        line, _, self._read = self._read.partition(b"\n")
        return line.decode()


@contextlib.contextmanager
def forks(folder: Path) -> Iterator[Forks]:
    """A warm process."""
    command = [sys.executable, forking.__file__]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=folder) as process:
        try:
            yield Forks(process, folder)
        finally:
            assert process.stdin
            process.stdin.close()
            process.wait(300)


def start_really(
    arguments: Sequence[str], environment: Mapping[str, str], *, started: Callable[[int], None], watch: Watch
) -> Ended:
    """Run s3pypi in a Python of its own."""
    command = [sys.executable, "-m", "s3pypi_setuptools", *arguments]
    with subprocess.Popen(
        command, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        started(process.pid)
        deadline = time.monotonic() + PATIENCE
        while process.poll() is None and time.monotonic() < deadline:
            watch()
            time.sleep(0.01)
        process.kill()
        assert process.stdout
        return Ended(process.wait(), process.stdout.read())
