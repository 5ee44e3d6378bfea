"""``s3pypi [SUBCOMMAND] …``."""

from __future__ import annotations

from collections.abc import Sequence

from .. import guard
from ..subcommands import SUBCOMMANDS, load
from ..terminal import Terminal

__all__ = ["main"]

_DEFAULT = "upload"
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
        parser.description = f"{parser.description}\n\ncommands:\n" + "\n".join(
            f"  {known:<8} {summary}" for known, summary in SUBCOMMANDS.items()
        )
    arguments = parser.parse_intermixed_args(rest)
    terminal.configure_from(arguments)
    return subcommand.run(arguments, terminal)


def _split(argv: Sequence[str]) -> tuple[str | None, list[str]]:
    """The subcommand, None when none is named, and the other arguments; ``./init`` is a path."""
    index = 0
    while index < len(argv) and argv[index] in _BEFORE_SUBCOMMAND:
        index += 1
    if index < len(argv) and argv[index] in SUBCOMMANDS:
        return argv[index], [*argv[:index], *argv[index + 1 :]]
    return None, list(argv)
