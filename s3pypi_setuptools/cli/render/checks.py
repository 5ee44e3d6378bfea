"""The checks of ``s3pypi doctor``: a table for people, lines for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...tables import Cell, Column, Table

if TYPE_CHECKING:
    from ...doctor.check import Check
    from ...doctor.doctor import DoctorReport

__all__ = ["check_lines", "check_table", "failure_lines", "verdict"]

_STYLES = {"ok": "green", "warning": "yellow", "failed": "bold red", "skipped": "dim"}
_SECTIONS = ("list", "conditional create", "metadata", "record")
"""Names of the checks before which the table has a line."""


def verdict(report: DoctorReport) -> str:
    """The result of all checks, in a line."""
    does = "reading from" if report.read_only else "publishing to"
    if report.ok:
        unread = "" if report.is_index_checked else "; reading through the public URL could not be checked"
        return f"{does} {report.target} is sound{unread}"
    names = [check.name for check in report.checks if check.result.value == "failed"]
    return f"{does} {report.target} is not sound: see {', '.join(names)}"


def check_lines(report: DoctorReport) -> Iterator[str]:
    """A line a check, ``RESULT NAME: what was found; what to do``, then the verdict."""
    yield from map(_line, report.checks)
    yield verdict(report)


def failure_lines(report: DoctorReport) -> Iterator[str]:
    """Those of `check_lines` that say what is not sound, and the verdict."""
    yield from (_line(check) for check in report.checks if check.result.value == "failed")
    yield verdict(report)


def check_table(report: DoctorReport) -> Table:
    """The checks as a table, and the verdict below."""
    rows = [
        (
            Cell(check.name),
            Cell(check.result.value, _STYLES[check.result.value]),
            Cell(check.found, "dim" if check.result.value == "skipped" else "", check.advice or ""),
        )
        for check in report.checks
    ]
    sections = frozenset(number for number, check in enumerate(report.checks) if number and check.name in _SECTIONS)
    columns = (Column("Check"), Column("Result"), Column("Found, and what to do", folds=True))
    below = (Cell(verdict(report), "bold green" if report.ok else "bold red"),)
    return Table((report.target,), columns, rows, sections, below)


def _line(check: Check) -> str:
    return f"{check.result.value} {check.name}: {'; '.join(filter(None, (check.found, check.advice)))}"
