"""``s3pypi [SUBCOMMAND] …``."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import dropwhile

from ...errors import UsageError
from ...text import suggestion
from .. import guard
from ..subcommands import GROUPS, SUBCOMMANDS, load
from ..terminal import Terminal

__all__ = ["main"]

_DEFAULT = "upload"
_LIKENESS = 0.8
"""Of a misspelt subcommand; ``dist``, a folder that was not built yet, is less like ``list``."""
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
"""What other tools call our commands."""
_BEFORE_SUBCOMMAND = frozenset({"-v", "--verbose", "-q", "--quiet", "--json"})


def main() -> int:
    """Run the program on ``sys.argv``; the exit status."""
    return guard.run("s3pypi", _run)


def _run(argv: Sequence[str], terminal: Terminal) -> int:
    name, rest = _split(argv)
    subcommand = load(name or _DEFAULT)
    parser = subcommand.parser()
    if name is None:
        _refuse_misspelt_subcommand(next(iter(_without_leading_flags(argv)), ""))
        parser.usage = "s3pypi [upload] FILES... [--target TARGET] [options]"
        parser.description = f"{parser.description}\n\n{_commands()}"
    arguments = parser.parse_intermixed_args(rest)
    if name is None:
        _refuse_misspelt_subcommand(arguments.files[0])
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


def _refuse_misspelt_subcommand(word: str) -> None:
    """Raises `UsageError` where ``word`` is no file, and almost a subcommand's name or what others call one."""
    if not word.replace("-", "").isalpha() or os.path.lexists(word):
        return
    if word in _SYNONYMS:
        near = f" (did you mean 's3pypi {_SYNONYMS[word]}'?)"
    else:
        near = suggestion(word, SUBCOMMANDS, likeness=_LIKENESS)
    if near:
        raise UsageError(f"{word}: no such file or command{near} (see s3pypi --help)")


def _split(argv: Sequence[str]) -> tuple[str | None, list[str]]:
    """The subcommand, None when none is named, and the other arguments; ``./init`` is a path."""
    rest = _without_leading_flags(argv)
    if rest and rest[0] in SUBCOMMANDS:
        return rest[0], [*argv[: len(argv) - len(rest)], *rest[1:]]
    return None, list(argv)


def _without_leading_flags(argv: Sequence[str]) -> list[str]:
    return list(dropwhile(_BEFORE_SUBCOMMAND.__contains__, argv))
