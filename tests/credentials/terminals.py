"""A program on a terminal of its own, and somebody who answers when it asks."""

from __future__ import annotations

import contextlib
import os
import pty
import re
import select
import signal
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support.forked_programs import PATIENCE, shared_programs
from tests.support.programs import LONG_GRACE

__all__ = ["CODE", "CTRL_C", "Ended", "run"]

CODE = "987654"
CTRL_C = "\x03"

PROMPT = re.compile(r"MFA code for [^ ]+: |Password of the vault: ")


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
        process = shared_programs().start(
            "s3pypi",
            *arguments,
            cwd=cwd,
            environ={"TERM": "xterm", **environ},
            streams={0: theirs, 1: theirs, 2: theirs},
            controlled=True,
            grace=LONG_GRACE,
        )
        seen, shown, asked = b"", "", []
        deadline = time.monotonic() + PATIENCE
        while process.poll() is None:
            if time.monotonic() > deadline:
                process.send_signal(signal.SIGKILL)
                break
            seen += _read(ours)
            shown = _text(seen)
            if len(PROMPT.findall(shown)) > len(asked) and not _echoes(theirs):
                asked.append(shown)
                typed = answer if answer == CTRL_C else f"{answer}\n"
                os.write(ours, typed.encode())
        status = process.wait().status
        while more := _read(ours):
            seen += more
        return Ended(status, _text(seen), asked, _echoes(theirs))


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
