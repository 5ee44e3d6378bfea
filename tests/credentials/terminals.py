"""A program on a terminal of its own, and somebody who answers when it asks."""

from __future__ import annotations

import contextlib
import os
import pty
import re
import select
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support.programs import LONG_GRACE, command

__all__ = ["CODE", "CTRL_C", "Ended", "run"]

CODE = "987654"
CTRL_C = "\x03"

PROMPT = re.compile(r"MFA code for [^ ]+: |Password of the vault: ")

# In a session of its own, the program makes the terminal its controlling one.
LAUNCHER = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
PATIENCE = 300


@dataclass(frozen=True)
class Ended:
    """How a program ended.

    :param shown: all that the terminal showed, with ``\\n`` at the ends of lines.
    :param asked: what stood on the terminal at each prompt, the prompt last.
    :param echo: whether the terminal shows what is typed.
    """

    status: int
    shown: str
    asked: Sequence[str]
    echo: bool


def run(*arguments: str, cwd: Path, environ: Mapping[str, str], answer: str = CODE) -> Ended:
    """Run ``s3pypi``, and type ``answer`` whenever it asks for something; it has all the time in the world to end."""
    with _terminal() as (ours, theirs):
        process = subprocess.Popen(
            [sys.executable, "-c", LAUNCHER, *command(grace=LONG_GRACE), *arguments],
            cwd=cwd,
            env={**os.environ, "TERM": "xterm", **environ},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        seen, shown, asked = b"", "", []
        try:
            deadline = time.monotonic() + PATIENCE
            while process.poll() is None:
                assert time.monotonic() < deadline, f"it does not end: {shown}"
                seen += _read(ours)
                shown = _text(seen)
                if len(PROMPT.findall(shown)) > len(asked) and not _echoes(theirs):
                    asked.append(shown)
                    typed = answer if answer == CTRL_C else f"{answer}\n"
                    os.write(ours, typed.encode())
            while more := _read(ours):
                seen += more
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        return Ended(process.returncode, _text(seen), asked, _echoes(theirs))


@contextlib.contextmanager
def _terminal() -> Iterator[tuple[int, int]]:
    ours, theirs = pty.openpty()
    try:
        yield ours, theirs
    finally:
        os.close(ours)
        os.close(theirs)


def _read(terminal: int) -> bytes:
    return os.read(terminal, 65536) if select.select([terminal], [], [], 0.1)[0] else b""


def _text(seen: bytes) -> str:
    return seen.decode(errors="replace").replace("\r\n", "\n")


def _echoes(terminal: int) -> bool:
    return bool(termios.tcgetattr(terminal)[3] & termios.ECHO)
