"""Run console scripts in processes of their own that need not import anything first.

Thousands of runs are quick this way. `tests.support.programs` runs a program in a new Python process instead.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType

CHECKOUT = Path(__file__).parents[2]
PATIENCE = 300.0
"""Seconds after which a program counts as one that hangs: no run takes as long, even on a busy machine."""

NO_STREAMS: Mapping[int, int] = MappingProxyType({})

_shared = contextlib.ExitStack()


@dataclass(frozen=True)
class Ended:
    """How a program ended.

    :param status: its exit status; negative: the number of the signal that killed it.
    """

    status: int
    stdout: str
    stderr: str

    @property
    def killed(self) -> bool:
        """Whether SIGKILL ended it."""
        return self.status == -signal.SIGKILL

    @property
    def output(self) -> str:
        """Everything that it printed."""
        return self.stdout + self.stderr

    def lines(self, *words: str) -> list[str]:
        """The lines of its output that hold all the words."""
        return [line for line in self.output.splitlines() if all(word in line for word in words)]


def nothing() -> None:
    """Nothing is done while the program runs."""


@dataclass
class Running:
    """A program that was started; `wait` must be called.

    :param pid: the program's process id.
    """

    pid: int
    _connection: socket.socket

    def poll(self) -> bool | None:
        """None while the program runs, as of `subprocess.Popen`."""
        return bool(select.select([self._connection], [], [], 0)[0]) or None

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def wait(self, watch: Callable[[], None] = nothing) -> Ended:
        """Wait until the program has ended; raises `TimeoutError` if that takes longer than `PATIENCE`.

        :param watch: called every few milliseconds while the program runs.
        """
        answer, deadline, overdue = b"", time.monotonic() + PATIENCE, False
        with self._connection:
            while not answer.endswith(b"\n"):
                if select.select([self._connection], [], [], 0.01)[0]:
                    more = self._connection.recv(65536)
                    assert more, "the fork server has ended"
                    answer += more
                watch()
                if time.monotonic() > deadline and not overdue:
                    overdue = True
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(self.pid, signal.SIGKILL)
        ended = Ended(**json.loads(answer))
        if overdue:
            raise TimeoutError(f"the program did not end: {ended}")
        return ended


@dataclass(frozen=True)
class ForkedPrograms:
    """The programs ``s3pypi``, ``s3upload``, ``pypi-private``, ``pip`` and ``hatch``.

    :param path: the socket of the fork server.
    """

    path: str

    def run(
        self,
        program: str,
        *arguments: str,
        cwd: Path,
        environ: Mapping[str, str] | None = None,
        largest_file: int | None = None,
    ) -> Ended:
        """Run a program to its end; see `start`."""
        return self.start(program, *arguments, cwd=cwd, environ=environ, largest_file=largest_file).wait()

    def start(
        self,
        program: str,
        *arguments: str,
        cwd: Path,
        environ: Mapping[str, str] | None = None,
        largest_file: int | None = None,
        killed_at: tuple[Path, int] | None = None,
        streams: Mapping[int, int] = NO_STREAMS,
        controlled: bool = False,
        grace: float | None = None,
    ) -> Running:
        """Start a program.

        :param environ: variables besides those of this process.
        :param largest_file: the most bytes that a file may have which it writes, as on a disk that becomes full.
        :param killed_at: a folder and a number, from 0: the program is killed before its change of that number inside
            the folder.
        :param streams: open files for its standard streams, by their numbers. What it reads is empty otherwise, and
            `Running.wait` returns what it writes.
        :param controlled: its standard input is a terminal that controls it, in a session of its own.
        :param grace: seconds that it has after a signal; as many as usual if None.
        """
        task = {
            "program": program,
            "arguments": arguments,
            "cwd": str(cwd),
            "environ": {**os.environ, **(environ or {})},
            "largest_file": largest_file,
            "killed_at": killed_at and (str(killed_at[0]), killed_at[1]),
            "streams": [*streams],
            "controlled": controlled,
            "grace": grace,
        }
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(PATIENCE)
        connection.connect(self.path)
        if streams:
            socket.send_fds(connection, [b" "], [*streams.values()])
        connection.sendall(json.dumps(task).encode())
        connection.shutdown(socket.SHUT_WR)
        pid = b""
        while not pid.endswith(b"\n"):
            pid += connection.recv(1)
        return Running(int(pid), connection)


@contextlib.contextmanager
def forked_programs(*modules: str) -> Iterator[ForkedPrograms]:
    """Start a fork server; it ends with the context.

    :param modules: what it imports besides what programs of this package and pip need.
    """
    with TemporaryDirectory(prefix="s3pypi-") as folder:
        path = f"{folder}/socket"
        command = [sys.executable, "-W", "error", "-m", "tests.support.fork_server", path, *modules]
        with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            try:
                assert process.stdout.readline() == b"ready\n"
                yield ForkedPrograms(path)
            finally:
                process.kill()


@functools.cache
def shared_programs() -> ForkedPrograms:
    """The programs of one fork server for all tests of this process; the first call starts it."""
    return _shared.enter_context(forked_programs())


def end_shared_programs() -> None:
    """End the fork server that `shared_programs` started, if it did."""
    _shared.close()
    shared_programs.cache_clear()
