"""Texts for people: printable, on one line, and without the credentials in URLs."""

from __future__ import annotations

import importlib.util
import os
import re
import sys
from collections.abc import Iterable, Sequence
from typing import TextIO

_THOUSAND = 1000


def printable(text: str) -> str:
    r"""``text`` with every unprintable character replaced by its escape, such as ``\x1b``."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


def one_line(text: str) -> str:
    """``text`` on one line of `printable` characters; each run of blanks and line breaks becomes a space."""
    return printable(" ".join(text.split()))


def counted(number: int, noun: str) -> str:
    """A number and a noun: ``1 file``, ``0 files``.

    :param noun: in the singular; the plural ends in ``s``.
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def listed(texts: Sequence[str], most: int) -> str:
    """``texts`` with commas between; of more than ``most``, the first, and how many others there are."""
    more = f" and {len(texts) - most} more" if len(texts) > most else ""
    return f"{', '.join(texts[:most])}{more}"


def size_text(count: int) -> str:
    """A number of bytes with a unit: ``12 B``, ``1.2 MB``."""
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
    """Whether results are drawn for people: stdout `is_drawable`, or the user set ``FORCE_COLOR``."""
    return is_drawable(sys.stdout) or (bool(os.environ.get("FORCE_COLOR")) and _has_rich())


def _has_rich() -> bool:
    return importlib.util.find_spec("rich") is not None


_LONGEST = 200
"""Characters of a quoted text, so that an error stays one line."""
_LONGEST_LITERAL = 80
"""Characters of a literal, of which an error may show several."""


def quoted(text: str) -> str:
    """``text`` as errors show it: in quotes, on one line, shortened, without credentials."""
    shown = without_credentials(text, is_url=True)
    return ascii(shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…")


def literal(value: object) -> str:
    """``value`` as a literal in ASCII, shortened: how errors show what a document or distribution holds."""
    text = ascii(value)
    return text if len(text) <= _LONGEST_LITERAL else f"{text[: _LONGEST_LITERAL - 3]}..."


def plain(name: str) -> str:
    """A setting's ``name`` as errors show it: quoted only if it is no word."""
    return name if name.isprintable() and name.isascii() and " " not in name and name else quoted(name)


def suggestion(word: str, words: Iterable[str], before: str = "", *, likeness: float = 0.6) -> str:
    """`` (did you mean 'x'?)`` with the word that is most like ``word``; empty if none is similar.

    :param before: a text to put before the word that is found.
    :param likeness: how similar it must be, from 0 to 1, as of `difflib.get_close_matches`.
    """
    import difflib  # noqa: PLC0415  only errors need it

    known = {candidate.lower(): candidate for candidate in words}
    near = difflib.get_close_matches(word.lower(), known, n=1, cutoff=likeness)
    return f" (did you mean {before + known[near[0]]!r}?)" if near else ""


HIDDEN = "***"
_PORT = r"\d+(?:[/?#]|$)"
_USERINFO = re.compile(rf"(?<=://)(?:[^/?#\s@]+|[^/?#\s@:]*:(?!{_PORT})[^\s@]*)@")
_SIGNED = re.compile(r"(?i)\b((?:x-amz-)?(?:credential|signature|security-token)|awsaccesskeyid)=[^&\s,;\"'<>]+")


def without_credentials(text: str, *, is_url: bool = False) -> str:
    """Hide user names, passwords and signatures of the URLs in ``text``.

    :param is_url: the text is one URL, perhaps a malformed one or one without ``://``. Then everything up to its last
        ``@`` is hidden, and everything after a ``?``, since keys and passwords may hold any character.
    """
    return _SIGNED.sub(rf"\1={HIDDEN}", _USERINFO.sub(f"{HIDDEN}@", _hide_user_and_query(text) if is_url else text))


def _hide_user_and_query(url: str) -> str:
    before, separator, after = url.partition("://")
    if not separator:
        before, after = "", url
    user, at, rest = after.rpartition("@")
    if at and (separator or ":" in user):
        after = f"{HIDDEN}@{rest}"
    address, _, parameters = after.partition("?")
    if separator and "=" in parameters:
        after = f"{address}?{HIDDEN}"
    return f"{before}{separator}{after}"
