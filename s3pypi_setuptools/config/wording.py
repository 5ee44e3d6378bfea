"""How configuration errors word things: one line, no credentials, the nearest right name."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["plain", "quoted", "redacted", "suggestion"]

_LONGEST = 200


def redacted(text: str) -> str:
    """``text`` without the user name and password of a URL in it.

    Everything up to the last ``@`` goes: keys and passwords may hold any character themselves.
    """
    before, separator, after = text.partition("://")
    if not separator or "@" not in after:
        return text
    return f"{before}://***@{after.rpartition('@')[2]}"


def quoted(text: str) -> str:
    """``text`` as an error shows it: in quotes, on one line, shortened, without credentials."""
    shown = redacted(text)
    return ascii(shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…")


def plain(name: str) -> str:
    """A setting's ``name`` as an error shows it: as it is, or quoted where it is no word."""
    return name if name.isprintable() and name.isascii() and " " not in name and name else quoted(name)


def suggestion(word: str, words: Iterable[str], before: str = "") -> str:
    """`` (did you mean 'x'?)`` with the nearest of ``words``, ``before`` put before it; empty when none is near."""
    import difflib  # noqa: PLC0415  only errors need it

    known = {candidate.lower(): candidate for candidate in words}
    near = difflib.get_close_matches(word.lower(), known, n=1, cutoff=0.6)
    return f" (did you mean {before + known[near[0]]!r}?)" if near else ""
