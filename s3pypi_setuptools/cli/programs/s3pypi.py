"""``s3pypi [SUBCOMMAND] …``."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence

from ...config.wording import suggestion
from ...errors import UsageError
from .. import guard
from ..subcommands import GROUPS, SUBCOMMANDS, load
from ..terminal import Terminal

__all__ = ["main"]

_DEFAULT = "upload"
_LIKENESS = 0.8
"""Of a misspelt subcommand; ``dist``, a folder that was not built yet, is less like ``list``."""
_BEFORE_SUBCOMMAND = frozenset({"-v", "--verbose", "-q", "--quiet", "--json"})


def main() -> int:
    """Run the program on ``sys.argv``; the exit status."""
    return guard.run("s3pypi", _run)


def _run(argv: Sequence[str], terminal: Terminal) -> int:
    name, rest = _split(argv)
    subcommand = load(name or _DEFAULT)
    parser = subcommand.parser()
    if name is None:
        parser.usage = "s3pypi [upload] FILES... [--target TARGET] [options]"
        parser.description = f"{parser.description}\n\n{_commands()}"
    arguments = parser.parse_intermixed_args(rest)
    if name is None:
        _refuse_misspelt_subcommand(arguments)
    terminal.configure_from(arguments)
    return subcommand.run(arguments, terminal)


def _commands() -> str:
    """The subcommands, as help lists them."""
    width = max(map(len, SUBCOMMANDS))
    lines = []
    for title, group in GROUPS.items():
        lines.append(f"{title}:")
        lines += [f"  {name:<{width}}  {summary}" for name, summary in group.items()]
    return "\n".join([*lines, "", "s3pypi COMMAND --help tells more."])


def _refuse_misspelt_subcommand(arguments: argparse.Namespace) -> None:
    """Raises `UsageError` where the first of the files is none, and is almost called like a subcommand."""
    word = arguments.files[0]
    if not word.replace("-", "").isalpha() or os.path.lexists(word):
        return
    if near := suggestion(word, SUBCOMMANDS, likeness=_LIKENESS):
        raise UsageError(f"{word}: no such file or command{near} (see s3pypi --help)")


def _split(argv: Sequence[str]) -> tuple[str | None, list[str]]:
    """The subcommand, None when none is named, and the other arguments; ``./init`` is a path."""
    index = 0
    while index < len(argv) and argv[index] in _BEFORE_SUBCOMMAND:
        index += 1
    if index < len(argv) and argv[index] in SUBCOMMANDS:
        return argv[index], [*argv[:index], *argv[index + 1 :]]
    return None, list(argv)
