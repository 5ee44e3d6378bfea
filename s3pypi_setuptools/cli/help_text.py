"""Wrap help to the width of the terminal, and keep its columns."""

from __future__ import annotations

import itertools
import re
import textwrap
from collections.abc import Iterator

_COLUMN = re.compile(r" *\S.*?  +(?=\S)")
_INDENT = 4
"""Further spaces before what is continued in another line."""
_CONTINUATION = " \\"
"""The end of a line whose command is continued in the next line."""
_LEAST_WIDTH = 10
"""The least characters in a line; terminals may claim to have no columns."""
_GROUP = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_HELD = "\0"
"""Replaces a space at which no line may end."""


def filled(text: str, width: int) -> str:
    """``text`` in lines of at most ``width`` characters; only a longer word makes a longer line.

    Lines that begin with a space (examples, lists) stay lines, and successive ones are a block. If one is too long, all
    second columns of the block, which follow two spaces, are treated in the same way: they are continued below
    themselves, or moved to lines of their own if one of them has less than half of the width. A first column, such as a
    command, is continued after a backslash, so that a copy runs in a shell. All other lines of a paragraph flow.
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


def _paragraph(paragraph: str, width: int) -> Iterator[str]:
    for is_block, group in itertools.groupby(paragraph.splitlines(), key=lambda line: line.startswith(" ")):
        lines = [*group]
        yield from _block(lines, width) if is_block else wrapped(" ".join(lines), width)


def _block(lines: list[str], width: int) -> Iterator[str]:
    if all(len(line) <= width for line in lines):
        yield from lines
        return
    beside = all(column.end() <= width // 2 for line in lines if (column := _COLUMN.match(line)))
    for line in lines:
        column = _COLUMN.match(line)
        below = len(line) - len(line.lstrip()) + _INDENT
        if column is None:
            yield from _continued(line, width, below)
        elif beside:
            yield from wrapped(line, width, column.end())
        else:
            yield from _continued(column[0].rstrip(), width, below)
            yield from wrapped(" " * below + line[column.end() :], width, below)


def _continued(command: str, width: int, hanging: int) -> Iterator[str]:
    if len(command) <= width:
        yield command
        return
    *lines, last = wrapped(command, width - len(_CONTINUATION), hanging)
    yield from (f"{line}{_CONTINUATION}" for line in lines)
    yield last
