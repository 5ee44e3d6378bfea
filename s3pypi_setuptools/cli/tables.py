"""Tables that fit the terminal: columns that matter less are left out where there is no room for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from rich.text import Text

__all__ = ["Column", "draw_table"]

_BORDERS = 3
"""Characters around each column."""


class Column(NamedTuple):
    """A column.

    :param spare: in which order columns are left out, 1 first; 0 is never left out.
    :param elastic: longer texts are cut off where there is no room.
    """

    name: str
    right: bool = False
    spare: int = 0
    elastic: bool = False


def draw_table(title: Text, columns: Sequence[Column], rows: Sequence[Sequence[Text]]) -> None:
    """Print a table, with one line a row where the first column fits; that is folded otherwise.

    A column in which every cell is empty is left out.
    """
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    console = Console()
    widths = [
        len(column.name) if column.elastic else max(len(column.name), *(row[number].cell_len for row in rows), 0)
        for number, column in enumerate(columns)
    ]
    kept = [number for number in range(len(columns)) if not rows or any(row[number].plain for row in rows)]
    for number in sorted((each for each in kept if columns[each].spare), key=lambda each: columns[each].spare):
        if _room(console.width, widths, kept) < 0:
            kept.remove(number)
    room = _room(console.width, widths, kept)
    table = Table(title=title, title_justify="left")
    for number in kept:
        column = columns[number]
        table.add_column(
            column.name,
            justify="right" if column.right else "left",
            overflow="fold",
            no_wrap=number != 0 or room >= 0,
            max_width=widths[number] + max(room, 0) if column.elastic else None,
        )
    for row in rows:
        for number in kept:
            if columns[number].elastic:
                row[number].truncate(widths[number] + max(room, 0), overflow="ellipsis")
        table.add_row(*(row[number] for number in kept))
    console.print(table)


def _room(width: int, widths: Sequence[int], kept: Sequence[int]) -> int:
    """Characters that are left of a line; negative where it is too short."""
    return width - 1 - sum(widths[number] + _BORDERS for number in kept)
