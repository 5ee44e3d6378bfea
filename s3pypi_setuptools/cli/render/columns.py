"""Aligned columns of text, and the times and sizes in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from ...text import size_text

__all__ = ["ABSENT", "columns", "day", "facts", "size", "time_text"]

ABSENT = "-"
"""Replaces an unknown value, so that every line has the same number of columns."""


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
