"""How configuration errors word things: one line, no credentials, the nearest right name."""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["as_options", "plain", "quoted", "redacted", "suggestion"]

_LONGEST = 200


def redacted(text: str) -> str:
    """``text`` without the user name and password that it may hold as a URL, or as one without ``://``.

    Everything up to the last ``@`` goes, and all that follows a ``?``: keys and passwords may hold any character
    themselves, and queries may be signed.
    """
    before, separator, after = text.partition("://")
    if not separator:
        before, after = "", text
    user, at, rest = after.rpartition("@")
    if at and (separator or ":" in user):
        after = f"***@{rest}"
    address, query, parameters = after.partition("?")
    if separator and query and "=" in parameters:
        after = f"{address}?***"
    return f"{before}{separator}{after}"


def quoted(text: str) -> str:
    """``text`` as an error shows it: in quotes, on one line, shortened, without credentials."""
    shown = redacted(text)
    return ascii(shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…")


def as_options(text: str) -> str:
    """``text`` for hatch, which takes settings as ``-o NAME=VALUE``: no ``--NAME`` for those of a command line."""
    from .options import OPTIONS  # noqa: PLC0415  few errors need it

    names = "|".join(re.escape(string.removeprefix("--")) for option in OPTIONS for string in option.strings)
    text = re.sub(r"\bcommand line --(?=[\w.-])", "option ", text)
    return re.sub(rf"(?<![\w-])--({names})(?![\w.-])", r"-o \1", text)


def plain(name: str) -> str:
    """A setting's ``name`` as an error shows it: as it is, or quoted where it is no word."""
    return name if name.isprintable() and name.isascii() and " " not in name and name else quoted(name)


def suggestion(word: str, words: Iterable[str], before: str = "", *, likeness: float = 0.6) -> str:
    """`` (did you mean 'x'?)`` with the nearest of ``words``, ``before`` put before it; empty when none is near.

    :param likeness: how near that is, from 0 to 1.
    """
    import difflib  # noqa: PLC0415  only errors need it

    known = {candidate.lower(): candidate for candidate in words}
    near = difflib.get_close_matches(word.lower(), known, n=1, cutoff=likeness)
    return f" (did you mean {before + known[near[0]]!r}?)" if near else ""
