"""Commit ids: 32 hexadecimal digits, of which the first 12 count a record's commits and the others are random.

The count tells which of two pages of one record is the later. The random part makes each id, and the bytes of each
page, the only ones of their kind, also where a record was lost and counting began again.
"""

from __future__ import annotations

import re
from collections.abc import Callable

__all__ = ["blank_id", "is_blank", "next_id", "number_of"]

_DIGITS = 12
_ID = re.compile(r"[0-9a-f]{32}")
_LAST = 16**_DIGITS - 1


def number_of(commit: str) -> int | None:
    """The count in ``commit``; None for what is no id of this form."""
    return int(commit[:_DIGITS], 16) if _ID.fullmatch(commit) else None


def next_id(previous: str | None, new_id: Callable[[], str]) -> str:
    """The id of the commit that follows ``previous``; None when there was none.

    :param new_id: makes 32 random hexadecimal digits.
    """
    number = min(((number_of(previous) if previous else 0) or 0) + 1, _LAST)
    return f"{number:0{_DIGITS}x}{new_id()[_DIGITS:]}"


def blank_id(new_id: Callable[[], str]) -> str:
    """The id of a page that is there before any commit; see `next_id`."""
    return f"{0:0{_DIGITS}x}{new_id()[_DIGITS:]}"


def is_blank(commit: str) -> bool:
    """Whether `blank_id` made it."""
    return number_of(commit) == 0
