"""Hide secrets in texts, and describe errors in one line."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from base64 import b64encode
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from .errors import Error
from .text import HIDDEN, one_line, without_credentials

__all__ = ["Redactor", "describe", "redact", "silenced"]

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

_CHATTY = ("boto3", "botocore", "s3transfer", "urllib3")

_MOST = 200
"""Secrets that one redactor remembers: the latest, so that a service whose keys are renewed for years stays quick."""


class Redactor:
    """Hides secrets in texts: those of one invocation's settings, and those that the environment holds.

    Settings, and the stores opened with them, share one; another invocation in the same process has its own, so that
    its texts do not change. Safe between threads.
    """

    def __init__(self) -> None:
        self._secrets: dict[str, None] = {}
        self._spelt: tuple[set[str], list[str]] = (set(), [])
        self._others: list[Redactor] = []
        self._lock = threading.Lock()

    def conceal(self, *secrets: str | None, ids: bool = False) -> None:
        """Hide ``secrets`` from now on.

        :param ids: they are key ids, not secrets.
        """
        shortest = _SHORTEST_ID if ids else _SHORTEST
        with self._lock:
            for secret in secrets:
                if secret and len(secret) >= shortest:
                    self._secrets.pop(secret, None)
                    self._secrets[secret] = None
            while len(self._secrets) > _MOST:
                del self._secrets[next(iter(self._secrets))]

    def include(self, other: Redactor) -> None:
        """Also hide what ``other`` hides, now and later."""
        if other is not self and other not in self._others:
            self._others.append(other)

    def redact(self, text: str, environ: Mapping[str, str] | None = None) -> str:
        """``text`` without the secrets, without those that the environment holds, and `without_credentials`.

        Secrets are found percent-encoded and in base64, too.
        """
        values = {*self._known(), *_of_environment(os.environ if environ is None else environ)}
        spelt = self._spelt  # one tuple, so that no other thread changes it in between
        if spelt[0] != values:
            forms = {form for value in values for form in _forms(value)}
            spelt = self._spelt = (values, sorted(forms, key=len, reverse=True))
        for form in spelt[1]:
            text = text.replace(form, HIDDEN)
        return without_credentials(text)

    def describe(self, error: BaseException) -> str:
        """One line of printable characters that says what failed.

        An `Error` says it itself; anything else is an internal error.
        """
        if isinstance(error, Error):
            return self.redact(str(error))
        text = one_line(str(error))
        return self.redact(f"internal error: {type(error).__name__}{': ' if text else ''}{text}")

    def clean(self, error: BaseException) -> None:
        """Take the secrets out of ``error`` and of the errors that led to it: tracebacks show their texts."""
        waiting: list[BaseException | None] = [error]
        cleaned: set[int] = set()
        while waiting:
            each = waiting.pop()
            if each is None or id(each) in cleaned:
                continue
            cleaned.add(id(each))
            waiting += (each.__cause__, each.__context__)
            each.args = tuple(self._cleaned(each.args))
            response = getattr(each, "response", None)  # of botocore's ClientError
            if isinstance(response, dict) and "Error" in response:
                response["Error"] = self._cleaned(response["Error"])

    def _cleaned(self, value: Any) -> Any:
        match value:
            case str():
                return self.redact(value)
            case dict():
                return {key: self._cleaned(each) for key, each in value.items()}
            case list() | tuple():
                return [self._cleaned(each) for each in value]
            case _:
                return value

    def _known(self) -> set[str]:
        with self._lock:
            own = set(self._secrets)
        return own.union(*(other._known() for other in self._others))


def describe(error: BaseException) -> str:
    """`Redactor.describe` of a redactor that knows the environment's secrets alone."""
    return Redactor().describe(error)


def redact(text: str) -> str:
    """`Redactor.redact` of a redactor that knows the environment's secrets alone."""
    return Redactor().redact(text)


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


def _of_environment(environ: Mapping[str, str]) -> Iterator[str]:
    for name in _SECRET_VARIABLES:
        shortest = _SHORTEST_ID if name.endswith(("KEY_ID", "S3_ACCESS_KEY")) else _SHORTEST
        if len(value := environ.get(name, "")) >= shortest:
            yield value


def _forms(secret: str) -> Iterator[str]:
    data = secret.encode(errors="surrogatepass")  # variables may hold bytes that are no text
    yield secret
    yield quote(data)
    yield quote(data, safe="")
    yield b64encode(data).decode()
