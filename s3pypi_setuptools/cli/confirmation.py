"""Asking before something is destroyed."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable
from typing import TypeAlias

from ..errors import Error, UsageError
from .terminal import Terminal

__all__ = ["Confirm", "Declined", "add_change_options", "confirmation"]

Confirm: TypeAlias = Callable[[Iterable[str], str], None]
"""Called with what is about to be destroyed, a line each, and the question; raises `Declined` unless the answer is yes.
"""

_YES = frozenset({"y", "yes"})


class Declined(Error):
    """The answer was no."""


def add_change_options(parser: argparse.ArgumentParser, *, asks: bool = False) -> None:
    """What every command that changes a repository takes: ``--dry-run`` and ``--yes``.

    :param asks: whether the command asks before it works; others take ``--yes`` all the same, so that scripts may
        always give it.
    """
    group = parser.add_argument_group("trying and confirming" if asks else "trying")
    group.add_argument("-n", "--dry-run", action="store_true", help="say what would be done, and write nothing")
    help_text = "do it without asking; needed where there is no terminal to ask on" if asks else argparse.SUPPRESS
    group.add_argument("-y", "--yes", action="store_true", help=help_text)


def confirmation(arguments: argparse.Namespace, terminal: Terminal) -> Confirm | None:
    """How to ask; None where there is nothing to ask, with ``--yes`` and ``--dry-run``.

    Questions go to stderr, so that results can be piped. Raises `UsageError` where nobody can answer.
    """
    if arguments.yes or arguments.dry_run:
        return None
    if sys.stdin is None or not sys.stdin.isatty():
        raise UsageError(
            "this would ask first, and there is no terminal to ask on: give --yes, or try it with --dry-run"
        )

    def confirm(lines: Iterable[str], question: str) -> None:
        terminal.stop_drawing()
        if terminal.ask(lines, question) not in _YES:
            raise Declined("nothing was changed: the answer was not yes")

    return confirm
