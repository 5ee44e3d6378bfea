"""Tables for people, drawn with rich; a narrow terminal shows only the columns that matter more.

rich (extra ``cli``) is imported when a table is drawn; see `text.is_watched`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from .text import printable

if TYPE_CHECKING:
    from rich.text import Text

_BORDERS = 3
"""Characters of the border and the spaces around each column."""


class Cell(NamedTuple):
    """A text, escaped when it is shown.

    :param style: a style of rich: ``bold red``.
    :param advice: a second text, shown below the first in italics.
    """

    text: str
    style: str = ""
    advice: str = ""

    def styled(self) -> Text:
        """The cell as a text of rich."""
        from rich.text import Text  # noqa: PLC0415

        styled = Text(printable(self.text), self.style)
        return styled.append(f"\n{printable(self.advice)}", "italic") if self.advice else styled


class Column(NamedTuple):
    """A column.

    :param spare: the order in which columns are omitted from a table that is too wide, 1 first; 0 is never omitted.
    :param elastic: texts are cut off if the table is too wide.
    :param folds: texts are continued in the next line if the table is too wide.
    """

    name: str
    right: bool = False
    spare: int = 0
    elastic: bool = False
    folds: bool = False


class Table(NamedTuple):
    """A table with a title, and lines below it.

    :param title: a line or more.
    :param sections: numbers of the rows above which a line is drawn.
    :param below: lines that follow the table.
    """

    title: Sequence[str]
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    sections: frozenset[int] = frozenset()
    below: Sequence[Cell] = ()

    def draw(self) -> None:
        """Print the table, with one line for each row if the terminal is wide enough.

        A column in which every cell is empty is omitted.
        """
        from rich.console import Console  # noqa: PLC0415
        from rich.table import Table as RichTable  # noqa: PLC0415
        from rich.text import Text  # noqa: PLC0415

        console = Console()
        columns, rows = self.columns, [[cell.styled() for cell in row] for row in self.rows]
        widths = [
            len(column.name) if column.elastic else max(len(column.name), *(row[number].cell_len for row in rows), 0)
            for number, column in enumerate(columns)
        ]
        kept = [number for number in range(len(columns)) if not rows or any(row[number].plain for row in rows)]
        for number in sorted((each for each in kept if columns[each].spare), key=lambda each: columns[each].spare):
            if _room(console.width, widths, kept) < 0:
                kept.remove(number)
        room = _room(console.width, widths, kept)
        table = RichTable(title=Text("\n".join(map(printable, self.title))), title_justify="left")
        for number in kept:
            column = columns[number]
            table.add_column(
                column.name,
                justify="right" if column.right else "left",
                overflow="fold",
                no_wrap=not column.folds or room >= 0,
                max_width=widths[number] + max(room, 0) if column.elastic else None,
            )
        for position, row in enumerate(rows):
            if position in self.sections:
                table.add_section()
            for number in kept:
                if columns[number].elastic:
                    row[number].truncate(widths[number] + max(room, 0), overflow="ellipsis")
            table.add_row(*(row[number] for number in kept))
        console.print(table)
        for line in self.below:
            console.print(line.styled(), soft_wrap=True)


def _room(width: int, widths: Sequence[int], kept: Sequence[int]) -> int:
    """How many characters of a line are not used; negative if the table is too wide."""
    return width - 1 - sum(widths[number] + _BORDERS for number in kept)
