"""Asking before something is destroyed."""

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
    """Asks before something is destroyed."""

    def __call__(self, lines: Iterable[str], question: str, declined: str = NOTHING_CHANGED) -> None:
        """Show ``lines``, what is about to be destroyed, and ask; raise `Declined` unless the answer is yes.

        :param declined: what has been done when the answer is no.
        """


class Declined(Error):
    """The answer was no."""


def confirmation(arguments: argparse.Namespace, terminal: Terminal) -> Confirm | None:
    """How to ask; None where nothing is to be asked, with ``--yes`` and ``--dry-run``.

    Questions go to stderr, so that results can be piped. Raises `UsageError` where nobody can answer.
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
