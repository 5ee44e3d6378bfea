"""A program on a terminal of its own, and somebody who answers when it asks."""

from __future__ import annotations

import os
import re
import termios
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support.forked_programs import Running
from tests.support.programs import LONG_GRACE, run_on_terminal

CODE = "987654"
CTRL_C = "\x03"

PROMPT = re.compile(r"MFA code for [^ ]+: |Password of the vault: ")


@dataclass(frozen=True)
class Answered:
    """How a program ended.

    :param shown: all that the terminal showed, with ``\\n`` at the ends of lines.
    :param asked: what stood on the terminal at each prompt, the prompt last.
    :param echo: whether the terminal shows what is typed.
    """

    status: int
    shown: str
    asked: Sequence[str]
    echo: bool


def run(*arguments: str, cwd: Path, environ: Mapping[str, str], answer: str = CODE) -> Answered:
    """Run ``s3pypi``, and type ``answer`` whenever it asks for something; it has all the time in the world to end."""
    asked: list[str] = []
    echo = True

    def react(shown: str, terminal: int, process: Running) -> None:
        nonlocal echo
        echo = bool(termios.tcgetattr(terminal)[3] & termios.ECHO)
        if len(PROMPT.findall(shown)) > len(asked) and not echo:
            asked.append(_lines(shown))
            os.write(terminal, answer.encode() if answer == CTRL_C else f"{answer}\n".encode())

    environ = {"TERM": "xterm", **environ}
    status, shown = run_on_terminal(*arguments, cwd=cwd, environ=environ, react=react, grace=LONG_GRACE)
    return Answered(status, _lines(shown), asked, echo)


def _lines(shown: str) -> str:
    return shown.replace("\r\n", "\n")
