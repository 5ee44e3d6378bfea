"""What a target was found to be able to do: a table for people, lines for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..text import printable

if TYPE_CHECKING:
    from rich.text import Text

    from ..doctor.check import Check
    from ..doctor.doctor import DoctorReport

__all__ = ["check_lines", "draw_checks", "failure_lines", "verdict"]

_STYLES = {"ok": "green", "warning": "yellow", "no": "bold red", "skipped": "dim"}
_SECTIONS = ("list", "conditional create", "metadata", "record")
"""Names of the checks before which the table has a line."""


def verdict(report: DoctorReport) -> str:
    """What all of it comes to, in a line."""
    does = "reading from" if report.read_only else "publishing to"
    if report.ok:
        unread = "" if report.is_index_checked else "; reading through the public URL could not be checked"
        return f"{does} {report.target} is sound{unread}"
    names = [check.name for check in report.checks if check.result.value == "no"]
    return f"{does} {report.target} is not sound: see {', '.join(names)}"


def check_lines(report: DoctorReport) -> Iterator[str]:
    """A line a check, ``RESULT NAME: what was found; what to do``, then the verdict."""
    yield from map(_line, report.checks)
    yield verdict(report)


def failure_lines(report: DoctorReport) -> Iterator[str]:
    """Those of `check_lines` that say why the verdict is bad."""
    yield from (_line(check) for check in report.checks if check.result.value == "no")
    yield verdict(report)


def draw_checks(report: DoctorReport) -> None:
    """Print the checks as a table, and the verdict below."""
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(
        "Check", "Result", "Found, and what to do", title=Text(printable(report.target)), title_justify="left"
    )
    table.columns[0].no_wrap = table.columns[1].no_wrap = True
    table.columns[2].overflow = "fold"
    for number, check in enumerate(report.checks):
        if number and check.name in _SECTIONS:
            table.add_section()
        table.add_row(Text(check.name), Text(check.result.value, style=_STYLES[check.result.value]), _told(check))
    console = Console()
    console.print(table)
    console.print(Text(printable(verdict(report)), style="bold green" if report.ok else "bold red"))


def _line(check: Check) -> str:
    return f"{check.result.value} {check.name}: {'; '.join(filter(None, (check.found, check.advice)))}"


def _told(check: Check) -> Text:
    from rich.text import Text  # noqa: PLC0415

    told = Text(printable(check.found), style="dim" if check.result.value == "skipped" else "")
    return told.append(f"\n{printable(check.advice)}", style="italic") if check.advice else told
