"""An error as one line for people, without secrets."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping

from .errors import Error
from .printable import one_line

__all__ = ["describe", "redact"]

_SECRET_VARIABLES = (
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "S3PYPI_AWS_SECRET_ACCESS_KEY",
    "PP_S3_SECRET_KEY",
    "PP_S3_SESSION_TOKEN",
)
_SHORTEST = 6
"""Characters of a secret; shorter ones are nobody's, and would hide ordinary words."""
_USERINFO = re.compile(r"(?<=://)[^/?#\s@]*:[^/?#\s@]*@")


def describe(error: BaseException) -> str:
    """One line of printable characters that says what failed.

    An `Error` says it itself; anything else is an internal error.
    """
    if isinstance(error, Error):
        return redact(str(error))
    text = one_line(str(error))
    return redact(f"internal error: {type(error).__name__}{': ' if text else ''}{text}")


def redact(text: str, secrets: Iterable[str] = (), environ: Mapping[str, str] | None = None) -> str:
    """``text`` without ``secrets``, the secrets that the environment holds, and passwords in URLs."""
    environment = os.environ if environ is None else environ
    values = {*secrets, *(environment.get(name, "") for name in _SECRET_VARIABLES)}
    for value in sorted((value for value in values if len(value) >= _SHORTEST), key=len, reverse=True):
        text = text.replace(value, "***")
    return _USERINFO.sub("***@", text)
