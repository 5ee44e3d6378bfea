"""Run the console scripts, each in a process of its own.

Most run in a fork of `tests.support.fork_server`, which is quicker than a new Python process;
`tests.support.in_process` runs them in this process.
"""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.support.forked_programs import CHECKOUT, PATIENCE, Ended, shared_programs

__all__ = [
    "CHECKOUT", "LONG_GRACE", "PATIENCE", "SHORT_GRACE", "Ended", "answered", "assert_one_line", "command", "finish",
    "on_terminal", "run", "run_json", "run_on_terminal", "start", "wait_until",
]  # fmt: skip

LONG_GRACE = 600.0
"""Seconds of grace after a signal that no test waits for: the process ends because its work did."""
SHORT_GRACE = 0.5
"""Seconds of grace after a signal after which the process ends by itself."""

READ_BY_PYTHON = ("PYTHON", "LC_", "LANG")
"""How variables begin that a new Python process reads, and a fork does not."""

TERMINAL = {"TERM": "xterm-256color", "COLUMNS": "100"}
FUNCTIONS = {"s3pypi": "main", "s3upload": "s3upload", "pypi-private": "pypi_private"}


def command(program: str = "s3pypi") -> list[str]:
    """The start of a command line that runs a console script."""
    code = f"import sys; from s3pypi_setuptools.cli import {FUNCTIONS[program]} as f; sys.exit(f())"
    return [sys.executable, "-W", "error", "-c", code]


def run(
    program: str, *arguments: str, cwd: Path, environ: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a console script with its output piped; it must not print a traceback.

    It runs in a fork, which is quick, unless ``environ`` has other variables that Python itself reads when it starts.
    """
    others = {name for name, value in (environ or {}).items() if os.environ.get(name) != value}
    if not any(name.startswith(READ_BY_PYTHON) for name in others):
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


def start(words: Sequence[str | Path], *, cwd: Path, environ: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
    """Start a command with its output piped; `finish` waits for its end."""
    return subprocess.Popen(
        words,
        cwd=cwd,
        env={**os.environ, **(environ or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
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


def answered(answer: str, *arguments: str, cwd: Path, environ: Mapping[str, str] | None = None) -> tuple[int, str]:
    """Exit status and output of ``s3pypi`` where somebody types ``answer``."""
    child, terminal = pty.openpty()
    read, write = os.pipe()
    streams = {0: terminal, 1: write, 2: write}
    running = shared_programs().start(
        "s3pypi", *arguments, cwd=cwd, environ={"TERM": "dumb", **(environ or {})}, streams=streams
    )
    os.close(write)
    os.write(child, f"{answer}\n".encode())
    with os.fdopen(read) as output:
        text = output.read()
    ended = running.wait()
    os.close(child)
    os.close(terminal)
    return ended.status, text


def run_on_terminal(*arguments: str, cwd: Path, environ: Mapping[str, str] | None = None) -> tuple[int, str]:
    """Exit status and output of ``s3pypi`` on a terminal of 100 columns."""
    child, terminal = pty.openpty()
    running = shared_programs().start(
        "s3pypi", *arguments, cwd=cwd, environ={**TERMINAL, **(environ or {})}, streams={1: terminal, 2: terminal}
    )
    os.close(terminal)
    output = shown_on(child)
    return running.wait().status, output


def on_terminal(words: Sequence[str], *, cwd: Path, environ: Mapping[str, str] | None = None) -> tuple[int, str]:
    """Exit status and output of any command on a terminal of 100 columns."""
    child, terminal = pty.openpty()
    process = subprocess.Popen(
        words,
        cwd=cwd,
        env={**os.environ, **TERMINAL, **(environ or {})},
        stdin=subprocess.DEVNULL,
        stdout=terminal,
        stderr=terminal,
    )
    os.close(terminal)
    output = shown_on(child)
    return process.wait(PATIENCE), output


def shown_on(terminal: int) -> str:
    """All that a terminal shows until no program has it open any more."""
    output = bytearray()
    while True:
        try:
            data = os.read(terminal, 65536)
        except OSError:  # the other end is closed
            break
        if not data:
            break
        output += data
    os.close(terminal)
    return output.decode()
