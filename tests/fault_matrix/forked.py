"""The console scripts, each run in a process of its own that need not load them first."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

__all__ = ["Done", "Programs", "programs"]

SERVER = Path(__file__).with_name("fork_server.py")
SECONDS = 150
"""When a program counts as one that hangs."""


@dataclass(frozen=True)
class Done:
    """How a program ended."""

    status: int
    stdout: str
    stderr: str


@dataclass(frozen=True)
class Programs:
    """The programs that the fork server at ``path`` runs."""

    path: str

    def run(
        self,
        program: str,
        *arguments: str,
        cwd: Path,
        environ: Mapping[str, str] | None = None,
        largest_file: int | None = None,
    ) -> Done:
        """Run one to its end.

        :param largest_file: bytes that a file which it writes may have: a disk that is full behind them.
        """
        asked = {
            "program": program,
            "arguments": arguments,
            "cwd": str(cwd),
            "environ": {**os.environ, **(environ or {})},
            "largest_file": largest_file,
        }
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(SECONDS)
            connection.connect(self.path)
            connection.sendall(json.dumps(asked).encode())
            connection.shutdown(socket.SHUT_WR)
            with connection.makefile("rb") as file:
                return Done(**json.load(file))


@contextlib.contextmanager
def programs() -> Iterator[Programs]:
    """A fork server."""
    with TemporaryDirectory(prefix="s3pypi-") as folder:
        path = f"{folder}/socket"
        process = subprocess.Popen([sys.executable, "-W", "error", str(SERVER), path], stdout=subprocess.PIPE)
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == b"ready\n"
            yield Programs(path)
        finally:
            process.kill()
            process.wait()
            process.stdout.close()
