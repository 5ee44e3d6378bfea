"""The closing table, drawn with rich."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from .operations.publish.report import Outcome, PublishReport
from .reports import install_command, outcome_text
from .text import printable, size_text

__all__ = ["show_summary"]

_STYLES = {
    Outcome.PUBLISHED: "green",
    Outcome.REPLACED: "yellow",
    Outcome.PRESENT: "cyan",
    Outcome.SKIPPED: "cyan",
    Outcome.FAILED: "bold red",
}


def show_summary(report: PublishReport) -> None:
    """Print what became of every file, and how to install what was published."""
    console = Console()
    table = Table("File", "Size", "Outcome", title=Text(printable(report.target)), title_justify="left")
    table.columns[0].overflow = "fold"
    table.columns[1].justify = "right"
    for file in report.files:
        outcome = Text(outcome_text(file, report.dry_run), style=_STYLES[file.outcome])
        table.add_row(Text(file.filename), size_text(file.size), outcome)
    console.print(table)
    if command := install_command(report):
        console.print(Text("Install with:"))
        console.print(Text(printable(f"  {command}")), soft_wrap=True)
