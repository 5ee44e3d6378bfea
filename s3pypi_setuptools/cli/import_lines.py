"""How an import, and a mirroring, is told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..text import counted

if TYPE_CHECKING:
    from ..operations.transfer.report import ImportReport

__all__ = ["import_lines"]

_WOULD = {"adopted": "would adopt", "completed": "would complete", "copied": "would copy"}


def import_lines(report: ImportReport) -> Iterator[str]:
    """``OUTCOME PROJECT FILENAME  WHERE`` for each file that did not fail, and how many there are of each."""
    counts: dict[str, int] = {}
    for file in report.files:
        outcome = file.outcome.value
        said = _WOULD.get(outcome, outcome) if report.dry_run else outcome
        counts[said] = counts.get(said, 0) + 1
        if outcome != "failed":
            yield f"{said} {file.project} {file.filename}  {file.source}"
    yield ", ".join(
        [counted(len(report.files), "file"), *(f"{count} {said}" for said, count in sorted(counts.items()))]
    )
