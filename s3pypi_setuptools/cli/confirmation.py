"""Ask for confirmation before something is deleted."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from typing import Protocol

from ..errors import Error, UsageError
from .terminal import Terminal

__all__ = ["NOTHING_CHANGED", "Confirm", "Declined", "confirmation"]

NOTHING_CHANGED = "nothing was changed"

_YES = frozenset({"y", "yes"})


class Confirm(Protocol):
    """Asks for confirmation before something is deleted."""

    def __call__(self, lines: Iterable[str], question: str, declined: str = NOTHING_CHANGED) -> None:
        """Print ``lines``, which say what is about to be deleted, and ask; raise `Declined` unless the answer is yes.

        :param declined: what the error says was done so far.
        """


class Declined(Error):
    """The answer was no."""


def confirmation(arguments: argparse.Namespace, terminal: Terminal) -> Confirm | None:
    """A function that asks for confirmation; None with ``--yes`` and ``--dry-run``.

    Questions go to stderr, so that results can be piped. Raises `UsageError` if stdin is not a terminal.
    """
    if arguments.yes or arguments.dry_run:
        return None
    if sys.stdin is None or not sys.stdin.isatty():
        raise UsageError("confirmation needed, but stdin is not a terminal; pass --yes, or use --dry-run")

    def confirm(lines: Iterable[str], question: str, declined: str = NOTHING_CHANGED) -> None:
        terminal.stop_drawing()
        if terminal.ask(lines, question) not in _YES:
            raise Declined(f"{declined}: the answer was not yes")

    return confirm
