"""The console scripts, run as processes."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

FUNCTIONS = {"s3pypi": "main", "s3upload": "s3upload", "pypi-private": "pypi_private"}


def command(program: str) -> list[str]:
    function = FUNCTIONS[program]
    return [
        sys.executable,
        "-W",
        "error",
        "-c",
        f"import sys; from s3pypi_setuptools.cli import {function} as f; sys.exit(f())",
    ]


def run(
    program: str, *arguments: str, cwd: Path, environ: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run it with its output piped; there is never a traceback."""
    done = subprocess.run(
        [*command(program), *arguments],
        cwd=cwd,
        env={**os.environ, **(environ or {})},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert "Traceback" not in done.stderr
    return done


def run_json(*arguments: str, cwd: Path) -> dict[str, Any]:
    """What ``s3pypi … --json`` printed."""
    value = json.loads(run("s3pypi", *arguments, "--json", cwd=cwd).stdout)
    assert isinstance(value, dict)
    return value


def answered(answer: str, *arguments: str, cwd: Path) -> tuple[int, str]:
    """Exit status and output of ``s3pypi`` where somebody types ``answer``."""
    child, terminal = pty.openpty()
    process = subprocess.Popen(
        [*command("s3pypi"), *arguments],
        cwd=cwd,
        env={**os.environ, "TERM": "dumb"},
        stdin=terminal,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    os.write(child, f"{answer}\n".encode())
    output, _ = process.communicate(timeout=300)
    os.close(child)
    os.close(terminal)
    return process.returncode, output


def run_on_terminal(*arguments: str, cwd: Path, environ: Mapping[str, str] | None = None) -> tuple[int, str]:
    """Exit status and output of ``s3pypi`` on a terminal."""
    return on_terminal([*command("s3pypi"), *arguments], cwd=cwd, environ=environ)


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
    return process.wait(300), output.decode()
