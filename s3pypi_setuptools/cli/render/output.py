"""A report and the forms in which a terminal, a pipe or a program reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from ...tables import Table

__all__ = ["Output"]


class Output(NamedTuple):
    """A report, and how it is shown.

    :param lines: the report for programs, a line a thing.
    :param drawn: makes what people see on a terminal: a table, or other lines; None: the same lines.
    :param failures: those of the lines that say what failed; shown on stdout even with ``--quiet``.
    :param errors: lines that say what failed, for stderr.
    :param warnings: lines for stderr, after the errors.
    :param failed: something failed of which this report does not say so.
    """

    report: DataclassInstance
    lines: Iterable[str]
    drawn: Callable[[], Table | Iterable[str]] | None = None
    failures: Iterable[str] = ()
    errors: Iterable[str] = ()
    warnings: Iterable[str] = ()
    failed: bool = False

    @property
    def ok(self) -> bool:
        """Whether nothing failed; the exit status is 1 otherwise. A report without ``ok`` cannot fail."""
        return not self.failed and bool(getattr(self.report, "ok", True))
