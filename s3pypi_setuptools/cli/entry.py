"""Run a console script: find the command, and map every outcome to an exit status and at most one error line."""

from __future__ import annotations

import contextlib
import errno
import gc
import os
import signal
import sys
from collections.abc import Callable, Sequence
from itertools import dropwhile

from ..errors import Error, UsageError
from ..interruption import Interruption
from ..text import suggestion
from .commands import GROUPS, SUBCOMMANDS, load
from .parser import Answer
from .terminal import Terminal

_DEFAULT = "upload"
_LIKENESS = 0.8
"""How alike a misspelt command must be; ``dist``, a folder that was not built yet, is less like ``list``."""
_SYNONYMS = {
    "build": "release",
    "fetch": "download",
    "find": "list",
    "get": "download",
    "help": "--help",
    "info": "show",
    "ls": "list",
    "publish": "upload",
    "push": "upload",
    "remove": "delete",
    "rm": "delete",
    "search": "list",
    "sync": "mirror",
    "version": "--version",
}
"""The names that other tools have for these commands."""
_BEFORE_COMMAND = frozenset({"-v", "--verbose", "-q", "--quiet", "--json"})
_COLLECT = (100_000, 50, 50)
"""Thresholds of the garbage collector: with the default ones it takes a quarter of a short run, which leaves little."""


def main() -> int:
    """The ``s3pypi`` script; returns the exit status."""
    return _run("s3pypi", _s3pypi)


def s3upload() -> int:
    """The ``s3upload`` script; returns the exit status."""
    return _run("s3upload", lambda argv, terminal: load("s3upload").execute(argv, terminal))


def pypi_private() -> int:
    """The ``pypi-private`` script; returns the exit status."""
    return _run("pypi-private", lambda argv, terminal: load("pypi-private").execute(argv, terminal))


def split(argv: Sequence[str]) -> tuple[str | None, list[str]]:
    """The command that ``argv`` names, None if it names none, and the other arguments; ``./init`` is a path."""
    rest = _without_leading_flags(argv)
    if rest and rest[0] in SUBCOMMANDS:
        return rest[0], [*argv[: len(argv) - len(rest)], *rest[1:]]
    return None, list(argv)


def _s3pypi(argv: Sequence[str], terminal: Terminal) -> int:
    if not _without_leading_flags(argv):
        raise UsageError(
            "usage: s3pypi FILES... --target TARGET, or s3pypi COMMAND ... (s3pypi --help lists the commands)"
        )
    name, rest = split(argv)
    command = load(name or _DEFAULT)
    if name is not None:
        return command.execute(rest, terminal)
    _refuse_misspelt_command(_without_leading_flags(argv)[0])
    parser = command.parser()
    parser.usage = "s3pypi [upload] FILES... [--target TARGET] [options]"
    parser.description = f"{parser.description}\n\n{_commands()}"
    arguments = parser.parse_intermixed_args(rest)
    _refuse_misspelt_command(arguments.files[0])
    return command.run_parsed(arguments, terminal)


def _commands() -> str:
    """The list of commands in the help."""
    width = max(map(len, SUBCOMMANDS))
    lines = []
    for title, group in GROUPS.items():
        lines.append(f"{title}:")
        lines += [f"  {name:<{width}}  {summary}" for name, summary in group.items()]
    return "\n".join([*lines, "", "Run 's3pypi COMMAND --help' for the options of a command."])


def _refuse_misspelt_command(word: str) -> None:
    """Raise `UsageError` if ``word`` is no file, but is like a command's name or what other tools call one."""
    if not word.replace("-", "").isalpha() or os.path.lexists(word):
        return
    if word in _SYNONYMS:
        near = f" (did you mean 's3pypi {_SYNONYMS[word]}'?)"
    else:
        near = suggestion(word, SUBCOMMANDS, likeness=_LIKENESS)
    if near:
        raise UsageError(f"{word}: no such file or command{near} (see s3pypi --help)")


def _without_leading_flags(argv: Sequence[str]) -> list[str]:
    return list(dropwhile(_BEFORE_COMMAND.__contains__, argv))


def _run(program: str, work: Callable[[Sequence[str], Terminal], int]) -> int:
    """Run ``work`` on ``sys.argv``; returns the exit status.

    0: done, 1: failed, 2: the command line is wrong, 130: interrupted by Ctrl-C, 143: terminated by SIGTERM.
    """
    argv = sys.argv[1:]
    terminal = Terminal(program, json="--json" in argv)
    interruption = Interruption(terminal.journal.stop, terminal.interrupted, last=True)
    gc.set_threshold(*_COLLECT)
    try:
        with terminal.logging(), interruption:
            return terminal.ended(work(argv, terminal))
    except BaseException as error:
        if interruption.status is None:
            return terminal.ended(_ended(error, terminal))
        interruption.tell()  # the signal is the reason, whichever error it led to
        return interruption.status
    finally:
        gc.freeze()  # the interpreter need not collect garbage before it ends
        with contextlib.suppress(ValueError):  # not the main thread
            if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
                signal.signal(signal.SIGINT, signal.SIG_DFL)  # the interpreter's end, interrupted, shows no traceback


def _ended(error: BaseException, terminal: Terminal) -> int:
    if isinstance(error, Answer):
        terminal.text(error.text)
        return 0
    error = _of_machine(error) or error
    terminal.fail(error)  # any error but an `Error` is a defect, and the line says so
    return error.exit_status if isinstance(error, Error) else 1


def _of_machine(error: BaseException) -> Error | None:
    """The error to print if ``error`` says that memory, threads or open files ran out; None for others."""
    if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM):
        return Error("there is not enough memory; free some, or raise the limit (ulimit -v)")
    if isinstance(error, RuntimeError) and "start new thread" in str(error):
        return Error("no thread can be started: memory or a limit (ulimit -v, ulimit -u) does not allow it; raise it")
    if isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE):
        return Error("too many files are open; raise the limit (ulimit -n)")
    return None
