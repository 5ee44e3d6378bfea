"""Run the console scripts, each in a process of its own.

`tests.support.forked_programs` does so in forks, which are quicker; `tests.support.in_process` in this process.
"""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = [
    "CHECKOUT", "LONG_GRACE", "PATIENCE", "SHORT_GRACE", "Ended", "answered", "assert_one_line", "command", "finish",
    "on_terminal", "run", "run_json", "run_on_terminal", "start", "wait_until",
]  # fmt: skip

CHECKOUT = Path(__file__).parents[2]
PATIENCE = 300.0
"""Seconds after which a program counts as one that hangs: no run takes as long, even on a busy machine."""
LONG_GRACE = 600.0
"""Seconds of grace after a signal that no test waits for: the process ends because its work did."""
SHORT_GRACE = 0.5
"""Seconds of grace after a signal after which the process ends by itself."""

READ_BY_PYTHON = ("PYTHON", "LC_", "LANG")
"""How variables begin that a new Python process reads, and a fork does not."""

FUNCTIONS = {"s3pypi": "main", "s3upload": "s3upload", "pypi-private": "pypi_private"}
WITH_GRACE = "import s3pypi_setuptools.interruption as interruption; interruption.GRACE = {grace}; "


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


def command(program: str = "s3pypi", *, grace: float | None = None) -> list[str]:
    """The start of a command line that runs a console script.

    :param grace: seconds that it has after a signal; as many as usual if None.
    """
    function = FUNCTIONS[program]
    setting = "" if grace is None else WITH_GRACE.format(grace=grace)
    code = f"import sys; {setting}from s3pypi_setuptools.cli import {function} as f; sys.exit(f())"
    return [sys.executable, "-W", "error", "-c", code]


def run(
    program: str, *arguments: str, cwd: Path, environ: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a console script with its output piped; it must not print a traceback.

    It runs in a fork, which is quick, unless ``environ`` has variables that Python itself reads when it starts.
    """
    from tests.support.forked_programs import shared_programs  # noqa: PLC0415 - that module imports this one

    if not any(name.startswith(READ_BY_PYTHON) for name in environ or ()):
        ended = shared_programs().run(program, *arguments, cwd=cwd, environ=environ)
        assert "Traceback" not in ended.stderr
        return subprocess.CompletedProcess([program, *arguments], ended.status, ended.stdout, ended.stderr)
    done = subprocess.run(
        [*command(program), *arguments],
        cwd=cwd,
        env={**os.environ, **(environ or {})},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert "Traceback" not in done.stderr
    return done


def run_json(*arguments: str, cwd: Path) -> dict[str, Any]:
    """What ``s3pypi … --json`` printed."""
    value = json.loads(run("s3pypi", *arguments, "--json", cwd=cwd).stdout)
    assert isinstance(value, dict)
    return value


def start(
    words: Sequence[str | Path], *, cwd: Path, environ: Mapping[str, str] | None = None, output: int = subprocess.PIPE
) -> subprocess.Popen[str]:
    """Start a command with its output piped; `finish` waits for its end."""
    return subprocess.Popen(
        words,
        cwd=cwd,
        env={**os.environ, **(environ or {})},
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> Ended:
    """Wait until a process has ended that `start` started; it must not print a traceback."""
    stdout, stderr = process.communicate(timeout=PATIENCE)
    assert "Traceback" not in stderr, stderr
    return Ended(process.returncode, stdout or "", stderr)


def assert_one_line(stderr: str, *secrets: str) -> None:
    """A program said in a single line what failed, in words for people, and shows none of the ``secrets``."""
    assert stderr.startswith("s3pypi: error: "), stderr
    assert stderr.count("\n") == 1, stderr
    assert "Traceback" not in stderr
    assert "run with -v" not in stderr, f"an error that nobody foresaw: {stderr}"
    assert not any(secret in stderr for secret in secrets)


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait until the condition holds."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "the condition never held"
        time.sleep(0.02)


def answered(answer: str, *arguments: str, cwd: Path) -> tuple[int, str]:
    """Exit status and output of ``s3pypi`` where somebody types ``answer``."""
    child, terminal = pty.openpty()
    process = subprocess.Popen(
        [*command(), *arguments],
        cwd=cwd,
        env={**os.environ, "TERM": "dumb"},
        stdin=terminal,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    os.write(child, f"{answer}\n".encode())
    output, _ = process.communicate(timeout=PATIENCE)
    os.close(child)
    os.close(terminal)
    return process.returncode, output


def run_on_terminal(*arguments: str, cwd: Path, environ: Mapping[str, str] | None = None) -> tuple[int, str]:
    """Exit status and output of ``s3pypi`` on a terminal."""
    return on_terminal([*command(), *arguments], cwd=cwd, environ=environ)


def on_terminal(words: Sequence[str], *, cwd: Path, environ: Mapping[str, str] | None = None) -> tuple[int, str]:
    """Exit status and output of any command on a terminal of 100 columns."""
    child, terminal = pty.openpty()
    process = subprocess.Popen(
        words,
        cwd=cwd,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "100", **(environ or {})},
        stdin=subprocess.DEVNULL,
        stdout=terminal,
        stderr=terminal,
    )
    os.close(terminal)
    output = bytearray()
    while True:
        try:
            data = os.read(child, 65536)
        except OSError:  # the other end is closed
            break
        if not data:
            break
        output += data
    os.close(child)
    return process.wait(PATIENCE), output.decode()
