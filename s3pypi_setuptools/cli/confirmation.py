"""Asking before something is destroyed."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from typing import Protocol

from ..errors import Error, UsageError
from .terminal import Terminal

__all__ = ["NOTHING_CHANGED", "Confirm", "Declined", "add_change_options", "confirmation"]

NOTHING_CHANGED = "nothing was changed"

_YES = frozenset({"y", "yes"})


class Confirm(Protocol):
    """Asks before something is destroyed."""

    def __call__(self, lines: Iterable[str], question: str, declined: str = NOTHING_CHANGED) -> None:
        """Show ``lines``, what is about to be destroyed, and ask; raises `Declined` unless the answer is yes.

        :param declined: what has been done when the answer is no.
        """


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

    def confirm(lines: Iterable[str], question: str, declined: str = NOTHING_CHANGED) -> None:
        terminal.stop_drawing()
        if terminal.ask(lines, question) not in _YES:
            raise Declined(f"{declined}: the answer was not yes")

    return confirm
