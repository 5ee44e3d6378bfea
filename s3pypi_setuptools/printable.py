"""Texts as people may see them: names and paths may hold what drives a terminal, or what no encoding has."""

from __future__ import annotations

import importlib.util
import os
import sys
from typing import TextIO

__all__ = ["counted", "is_drawable", "is_watched", "one_line", "printable", "size_text"]

_THOUSAND = 1000


def printable(text: str) -> str:
    r"""``text`` with every character that cannot be shown written as its escape, such as ``\x1b``."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


def one_line(text: str) -> str:
    """``text`` on one line of `printable` characters, each run of blanks and line breaks a space."""
    return printable(" ".join(text.split()))


def counted(number: int, noun: str) -> str:
    """``1 file``, ``0 files``.

    :param noun: one of them; of many it ends in ``s``.
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def size_text(count: int) -> str:
    """A number of bytes for people: ``12 B``, ``1.2 MB``."""
    if count < _THOUSAND:
        return f"{count} B"
    size, units = count / _THOUSAND, ["TB", "GB", "MB", "kB"]
    while size >= _THOUSAND and len(units) > 1:
        size /= _THOUSAND
        units.pop()
    return f"{size:,.1f} {units[-1]}"


def is_drawable(stream: TextIO | None) -> bool:
    """Whether bars and tables can be drawn on ``stream``: a terminal, and rich is installed (extra ``cli``)."""
    return stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb" and _has_rich()


def is_watched() -> bool:
    """Whether results are shown to people: stdout is such a terminal, or ``FORCE_COLOR`` says so."""
    return is_drawable(sys.stdout) or (bool(os.environ.get("FORCE_COLOR")) and _has_rich())


def _has_rich() -> bool:
    return importlib.util.find_spec("rich") is not None
