"""Columns of values: aligned in a pipe, a table on a terminal; and the times and sizes in them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from ...tables import Cell, Column, Table
from ...text import size_text
from .output import Output

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

ABSENT = "-"
"""Replaces an unknown value, so that every line has the same number of columns."""


class Size(int):
    """A number of bytes."""


class Shown(NamedTuple):
    """A value that has texts of its own: in a pipe (None for an unknown value), and on a terminal."""

    piped: str | None
    drawn: str
    style: str = ""


Value: TypeAlias = str | int | datetime | Shown | None


def listing(
    report: DataclassInstance | Mapping[str, object],
    title: Sequence[str],
    names: Sequence[Column],
    rows: Sequence[Sequence[Value]],
    *,
    dim: Collection[int] = (),
    **more: Any,
) -> Output:
    """The output of a command that lists something: a line for each row in a pipe, and a table on a terminal.

    In a pipe, sizes are in bytes, times are in UTC, and unknown values are `ABSENT`.

    :param title: of the table.
    :param names: the columns of the table.
    :param dim: numbers of the rows that are drawn dimly.
    :param more: fields of `Output`.
    """

    def drawn() -> Table:
        cells = [[_cell(each, "dim" if number in dim else "") for each in row] for number, row in enumerate(rows)]
        return Table(title, names, cells)

    return Output(report=report, lines=columns([[*map(_piped, row)] for row in rows]), drawn=drawn, **more)


def _piped(value: Value) -> str | None:
    match value:
        case Shown():
            return value.piped
        case datetime():
            return time_text(value)
        case _:
            return None if value is None else str(value)


def _cell(value: Value, style: str) -> Cell:
    match value:
        case Shown():
            return Cell(value.drawn, value.style or style)
        case datetime():
            return Cell(day(value), style)
        case Size():
            return Cell(size_text(value), style)
        case _:
            return Cell("" if value is None else str(value), style)


def columns(rows: Sequence[Sequence[str | None]], absent: str = ABSENT) -> Iterator[str]:
    """The rows as lines with aligned columns; ``absent`` replaces None."""
    texts = [[text or absent for text in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    for row in texts:
        yield "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()


def facts(values: Mapping[str, str | None]) -> Iterator[str]:
    """A line with name and value for each value that is not empty."""
    width = max(map(len, values))
    yield from (f"{name:<{width}}  {value}" for name, value in values.items() if value)


def time_text(time: datetime | None) -> str | None:
    """A time in UTC, to the second, in ISO 8601."""
    return None if time is None else time.isoformat(timespec="seconds").replace("+00:00", "Z")


def day(time: datetime | None, absent: str = "") -> str:
    """The day of a time, in ISO 8601."""
    return absent if time is None else f"{time:%Y-%m-%d}"


def size(count: int | None, absent: str = "") -> str:
    """A number of bytes for people."""
    return absent if count is None else size_text(count)
