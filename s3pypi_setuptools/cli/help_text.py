"""Wrap help to the width of the terminal, and keep its columns."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

__all__ = ["filled", "filled_usage", "wrapped"]

_COLUMN = re.compile(r" *\S.*?  +(?=\S)")
_INDENT = 4
"""Further spaces before what is continued in another line."""
_LEAST_WIDTH = 10
"""The least characters in a line; terminals may claim to have no columns."""
_GROUP = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_HELD = "\0"
"""Replaces a space at which no line may end."""


def filled(text: str, width: int) -> str:
    """``text`` in lines of at most ``width`` characters; only a longer word makes a longer line.

    Lines that begin with a space (examples, lists) stay lines. If one is too long, its second column, which follows two
    spaces, is continued below itself, or is moved to lines of its own if it has less than half of the width. All other
    lines of a paragraph flow.
    """
    return "\n".join(line for paragraph in text.split("\n\n") for line in ("", *_paragraph(paragraph, width)))[1:]


def filled_usage(usage: str, width: int, indent: int) -> str:
    """``usage`` wrapped, but not within brackets; all lines but the first are indented."""
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
            yield from _columns(line, width)
        else:
            flowing.append(line)
    yield from wrapped(" ".join(flowing), width)


def _columns(line: str, width: int) -> list[str]:
    column = _COLUMN.match(line)
    below = len(line) - len(line.lstrip()) + _INDENT
    if column is None or len(line) <= width:
        return wrapped(line, width, below)
    if column.end() <= width // 2:
        return wrapped(line, width, column.end())
    second = wrapped(" " * below + line[column.end() :], width, below)
    return [*wrapped(column[0].rstrip(), width, below), *second]
