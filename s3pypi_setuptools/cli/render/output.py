"""A report, and its forms for terminals, scripts and programs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from ...tables import Table

__all__ = ["Output"]


class Output(NamedTuple):
    """A report, and how it is printed.

    :param report: printed with ``--json``.
    :param lines: printed in a pipe: one line for each file, project or finding.
    :param drawn: makes the table or the lines for a terminal; None: print ``lines`` there, too.
    :param failures: those of ``lines`` that say what failed; printed even with ``--quiet``.
    :param errors: lines for stderr that say what failed.
    :param warnings: lines for stderr, after the errors.
    :param failed: whether something failed that is not in this report.
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
