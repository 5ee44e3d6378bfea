"""Run the console scripts, each in a process of its own.

Most run in a fork of `tests.support.fork_server`, which is quicker than a new Python process;
`tests.support.in_process` runs them in this process.
"""

from __future__ import annotations

import contextlib
import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from tests.support.forked_programs import PATIENCE, Ended, Running, shared_programs

LONG_GRACE = 600.0
"""Seconds of grace after a signal that no test waits for: the process ends because its work did."""
SHORT_GRACE = 0.5
"""Seconds of grace after a signal after which the process ends by itself."""

READ_BY_PYTHON = ("PYTHON", "LC_", "LANG")
"""How variables begin that a new Python process reads, and a fork does not."""

TERMINAL = {"TERM": "xterm-256color", "COLUMNS": "100"}
React = Callable[[str, int, Any], object]
"""Called again and again with all that was shown, a descriptor of the terminal, and the process."""
Started = TypeVar("Started", subprocess.Popen[bytes], Running)
FUNCTIONS = {"s3pypi": "main", "s3upload": "s3upload", "pypi-private": "pypi_private"}


def command(program: str = "s3pypi") -> list[str]:
    """The start of a command line that runs a console script."""
    code = f"import sys; from s3pypi_setuptools.cli import {FUNCTIONS[program]} as f; sys.exit(f())"
    return [sys.executable, "-W", "error", "-c", code]


def execute(
    words: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    environ: Mapping[str, str] | None = None,
    reads: str = "",
) -> Ended:
    """Run any command to its end, with its output piped.

    :param environ: variables besides those of this process.
    :param reads: all of its standard input.
    """
    done = subprocess.run(
        words,
        cwd=cwd,
        env={**os.environ, **(environ or {})},
        input=reads,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def output_of(words: Sequence[str | Path], *, cwd: Path | None = None, environ: Mapping[str, str] | None = None) -> str:
    """What a command prints, which must succeed; see `execute`."""
    done = execute(words, cwd=cwd, environ=environ)
    assert done.status == 0, f"{words}\n{done.output}"
    return done.output


def run(program: str, *arguments: str, cwd: Path, environ: Mapping[str, str] | None = None) -> Ended:
    """Run a console script with its output piped; it must not print a traceback.

    It runs in a fork, which is quick, unless ``environ`` has other variables that Python itself reads when it starts.
    """
    others = {name for name, value in (environ or {}).items() if os.environ.get(name) != value}
    if any(name.startswith(READ_BY_PYTHON) for name in others):
        done = execute([*command(program), *arguments], cwd=cwd, environ=environ)
    else:
        done = shared_programs().run(program, *arguments, cwd=cwd, environ=environ)
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


def finish(process: subprocess.Popen[str] | Running) -> Ended:
    """Wait until a process has ended that was started; it must not print a traceback."""
    if isinstance(process, Running):
        done = process.wait()
    else:
        stdout, stderr = process.communicate(timeout=PATIENCE)
        done = Ended(process.returncode, stdout, stderr)
    assert "Traceback" not in done.stderr, done.stderr
    return done


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


@contextlib.contextmanager
def new_terminal() -> Iterator[tuple[int, int]]:
    """Descriptors of a new terminal: of who sits in front of it, and of programs."""
    ours, theirs = pty.openpty()
    try:
        yield ours, theirs
    finally:
        os.close(ours)
        os.close(theirs)


def answered(answer: str, *arguments: str, cwd: Path, environ: Mapping[str, str] | None = None) -> Ended:
    """How ``s3pypi`` ends where somebody types ``answer``."""
    environ = {"TERM": "dumb", **(environ or {})}
    with new_terminal() as (ours, theirs):
        running = shared_programs().start("s3pypi", *arguments, cwd=cwd, environ=environ, streams={0: theirs})
        os.write(ours, answer.encode())
        return running.wait()


def run_on_terminal(
    *arguments: str,
    cwd: Path,
    environ: Mapping[str, str] | None = None,
    react: React | None = None,
    grace: float | None = None,
) -> tuple[int, str]:
    """Exit status and output of ``s3pypi`` on a terminal of 100 columns.

    :param react: what somebody does who watches; the terminal is the program's standard input, too, and controls it.
    :param grace: seconds that the program has after a signal; as many as usual if None.
    """

    def start(terminal: int) -> Running:
        return shared_programs().start(
            "s3pypi",
            *arguments,
            cwd=cwd,
            environ={**TERMINAL, **(environ or {})},
            streams=dict.fromkeys((1, 2) if react is None else (0, 1, 2), terminal),
            controlled=react is not None,
            grace=grace,
        )

    running, shown = watched(start, react)
    return running.wait().status, shown


def on_terminal(words: Sequence[str], *, cwd: Path, environ: Mapping[str, str] | None = None) -> tuple[int, str]:
    """Exit status and output of any command on a terminal of 100 columns."""

    def start(terminal: int) -> subprocess.Popen[bytes]:
        environment = {**os.environ, **TERMINAL, **(environ or {})}
        streams = {"stdin": subprocess.DEVNULL, "stdout": terminal, "stderr": terminal}
        return subprocess.Popen(words, cwd=cwd, env=environment, **streams)

    process, shown = watched(start)
    return process.wait(), shown


def watched(start: Callable[[int], Started], react: React | None = None) -> tuple[Started, str]:
    """A program that has ended, and what it showed on the terminal that ``start`` was given."""
    with new_terminal() as (ours, theirs):
        process = start(theirs)
        output, deadline = bytearray(), time.monotonic() + PATIENCE
        while True:
            ended = process.poll() is not None
            while select.select([ours], [], [], 0 if ended else 0.02)[0]:
                output += os.read(ours, 65536)
            shown = output.decode(errors="replace")
            if react is not None:
                react(shown, ours, process)
            if ended:
                return process, shown
            if time.monotonic() > deadline:
                process.send_signal(signal.SIGKILL)
