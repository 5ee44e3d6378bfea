"""The console scripts, run in this process: quick enough for thousands of runs."""

from __future__ import annotations

import contextlib
import gc
import io
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from s3pypi_setuptools import cli

PROGRAMS = {"s3pypi": cli.main, "s3upload": cli.s3upload, "pypi-private": cli.pypi_private}


@dataclass(frozen=True)
class Said:
    """How a program ended, and what it said."""

    status: int
    out: str
    err: str

    @property
    def errors(self) -> list[str]:
        return [line for line in self.err.splitlines() if ": error: " in line]


def run(program: str, *arguments: str, cwd: Path, environ: Mapping[str, str] | None = None) -> Said:
    """Run it.

    Whatever it was given, it did what it was asked to, or said in one line why not; nothing that it says drives the
    terminal, and none of it is a traceback.
    """
    out, err = io.BytesIO(), io.BytesIO()
    with _surroundings([program, *arguments], cwd, environ or {}):
        stdout, stderr = io.TextIOWrapper(out, "utf-8"), io.TextIOWrapper(err, "utf-8")
        with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
            status = PROGRAMS[program]()
        stdout.flush()
        stderr.flush()
        said = Said(status, out.getvalue().decode(), err.getvalue().decode())
    assert is_plain(said.out), said
    assert is_plain(said.err), said
    assert "Traceback" not in said.err, said
    assert "internal error" not in said.err, said
    assert len(said.err) < 100_000, said.err[:1000]
    if status == 0:
        assert not said.errors, said
    else:
        assert status in (1, 2), said
        assert said.errors or said.out, said
    return said


def is_plain(text: str) -> bool:
    """Whether a terminal shows all of ``text``, lines of printable characters, and obeys none of it."""
    return text.replace("\n", "").isprintable()


@contextlib.contextmanager
def _surroundings(argv: list[str], cwd: Path, environ: Mapping[str, str]) -> Iterator[None]:
    before, folder, variables = sys.argv, Path.cwd(), dict(os.environ)
    handler, thresholds = signal.getsignal(signal.SIGINT), gc.get_threshold()
    sys.argv = argv
    os.chdir(cwd)
    os.environ.update(environ)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
        gc.unfreeze()
        gc.set_threshold(*thresholds)
        os.environ.clear()
        os.environ.update(variables)
        os.chdir(folder)
        sys.argv = before
