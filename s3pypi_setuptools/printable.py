"""Texts as people may see them: names and paths may hold what drives a terminal, or what no encoding has."""

from __future__ import annotations

__all__ = ["counted", "one_line", "printable"]


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
