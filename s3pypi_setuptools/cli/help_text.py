"""Help that fits the terminal: words stay whole, and columns keep below one another."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

__all__ = ["filled", "filled_usage", "wrapped"]

_COLUMN = re.compile(r" *\S.*?  +(?=\S)")
_NARROWEST = 24
"""Characters that a line's second column needs to be a column."""
_LEAST_WIDTH = 10
"""Characters in a line, however few columns the terminal says that it has."""
_GROUP = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_HELD = "\0"
"""Stands for a space at which no line may end."""


def filled(text: str, width: int) -> str:
    """``text`` in lines of at most ``width`` characters, as far as its words let it.

    Lines that begin with a space (examples, lists) stay lines, and go on below their second column, which follows two
    spaces; all others of a paragraph flow.
    """
    return "\n".join(line for paragraph in text.split("\n\n") for line in ("", *_paragraph(paragraph, width)))[1:]


def filled_usage(usage: str, width: int, indent: int) -> str:
    """``usage`` likewise, with its brackets whole; all lines but the first are indented."""
    held = _GROUP.sub(lambda group: group[0].replace(" ", _HELD), usage)
    lines = wrapped(held, width - indent)
    return f"\n{' ' * indent}".join(lines).replace(_HELD, " ")


def wrapped(text: str, width: int, hanging: int = 0) -> list[str]:
    """``text`` in lines; all but the first are indented by ``hanging``."""
    width = max(width, _LEAST_WIDTH)
    return textwrap.wrap(text, width, subsequent_indent=" " * hanging, break_long_words=False, break_on_hyphens=False)


def _paragraph(text: str, width: int) -> Iterator[str]:
    flowing: list[str] = []
    for line in text.splitlines():
        if line.startswith(" "):
            yield from wrapped(" ".join(flowing), width)
            flowing.clear()
            yield from wrapped(line, width, _hanging(line, width))
        else:
            flowing.append(line)
    yield from wrapped(" ".join(flowing), width)


def _hanging(line: str, width: int) -> int:
    column = _COLUMN.match(line)
    if column and width - column.end() >= _NARROWEST:
        return column.end()
    return len(line) - len(line.lstrip()) + 4
