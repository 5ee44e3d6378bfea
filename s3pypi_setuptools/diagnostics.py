"""An error as one line for people, without secrets."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import threading
from base64 import b64encode
from collections.abc import Iterator, Mapping
from urllib.parse import quote

from .errors import Error
from .printable import one_line

__all__ = ["conceal", "describe", "redact", "silenced", "without_credentials"]

_HIDDEN = "***"
_SECRET_VARIABLES = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "S3PYPI_AWS_ACCESS_KEY_ID",
    "S3PYPI_AWS_SECRET_ACCESS_KEY",
    "S3PYPI_AWS_SESSION_TOKEN",
    "PP_S3_ACCESS_KEY",
    "PP_S3_SECRET_KEY",
    "PP_S3_SESSION_TOKEN",
)
_SHORTEST = 6
"""Characters of a secret; shorter ones are nobody's, and would hide ordinary words."""
_SHORTEST_ID = 16
"""Characters of a key id, as AWS gives them; shorter ones are user names, and may be ordinary words."""
_PORT = r"\d+(?:[/?#]|$)"
_USERINFO = re.compile(rf"(?<=://)(?:[^/?#\s@]+|[^/?#\s@:]*:(?!{_PORT})[^\s@]*)@")
_SIGNED = re.compile(r"(?i)\b((?:x-amz-)?(?:credential|signature|security-token)|awsaccesskeyid)=[^&\s,;\"'<>]+")
_CHATTY = ("boto3", "botocore", "s3transfer", "urllib3")

_MOST = 200
"""Secrets that are remembered: the latest, so that a service whose keys are renewed for years stays quick."""

_concealed: dict[str, None] = {}
_concealing = threading.Lock()


def conceal(*secrets: str | None, ids: bool = False) -> None:
    """Never show these: from now on, `redact` takes them out of every text of this process.

    :param ids: they are key ids, not secrets.
    """
    shortest = _SHORTEST_ID if ids else _SHORTEST
    with _concealing:
        for secret in secrets:
            if secret and len(secret) >= shortest:
                _concealed.pop(secret, None)
                _concealed[secret] = None
        while len(_concealed) > _MOST:
            del _concealed[next(iter(_concealed))]


def describe(error: BaseException) -> str:
    """One line of printable characters that says what failed.

    An `Error` says it itself; anything else is an internal error.
    """
    if isinstance(error, Error):
        return redact(str(error))
    text = one_line(str(error))
    return redact(f"internal error: {type(error).__name__}{': ' if text else ''}{text}")


def redact(text: str, environ: Mapping[str, str] | None = None) -> str:
    """``text`` without what is to be concealed, the secrets that the environment holds, and `without_credentials`.

    Secrets are found percent-encoded and in base64, too.
    """
    environment = os.environ if environ is None else environ
    with _concealing:
        values = set(_concealed)
    for name in _SECRET_VARIABLES:
        shortest = _SHORTEST_ID if name.endswith(("KEY_ID", "S3_ACCESS_KEY")) else _SHORTEST
        if len(value := environment.get(name, "")) >= shortest:
            values.add(value)
    forms = {form for value in values for form in _forms(value)}
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, _HIDDEN)
    return without_credentials(text)


def without_credentials(text: str) -> str:
    """``text`` without the user names and passwords of URLs in it, and without their signatures."""
    return _SIGNED.sub(rf"\1={_HIDDEN}", _USERINFO.sub(f"{_HIDDEN}@", text))


@contextlib.contextmanager
def silenced() -> Iterator[None]:
    """Hold back what botocore logs of every request, its headers too, unless the user set those loggers themselves."""
    loggers = [logger for name in _CHATTY if not (logger := logging.getLogger(name)).level]
    for logger in loggers:
        logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        for logger in loggers:
            logger.setLevel(logging.NOTSET)


def _forms(secret: str) -> Iterator[str]:
    data = secret.encode(errors="surrogatepass")  # variables may hold bytes that are no text
    yield secret
    yield quote(data)
    yield quote(data, safe="")
    yield b64encode(data).decode()
