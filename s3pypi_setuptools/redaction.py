"""Hide secrets in texts; describe an error in one line."""

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
"""Characters of a secret; hiding shorter texts would hide ordinary words."""
_SHORTEST_ID = 16
"""Characters of a key id of AWS; shorter ids are user names of other stores, and may be ordinary words."""

_VERBOSE_LOGGERS = ("boto3", "botocore", "s3transfer", "urllib3")

_MOST = 200
"""Secrets that one redactor remembers; the oldest are forgotten, since a server's keys are renewed all the time."""


class Redactor:
    """Hides secrets in texts: those of one invocation's settings, and those in the environment.

    Settings and the stores opened with them share a redactor. Other invocations in the same process have their own, so
    that one invocation does not change the texts of another. A redactor may be used by several threads.
    """

    def __init__(self) -> None:
        self._secrets: dict[str, None] = {}
        self._cached_forms: tuple[set[str], list[str]] = (set(), [])
        self._others: list[Redactor] = []
        self._lock = threading.Lock()

    def conceal(self, *secrets: str | None, ids: bool = False) -> None:
        """Hide ``secrets`` from now on; None and short ones are ignored.

        :param ids: the texts are key ids, which are ignored if they are shorter than those of AWS.
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
        """Also hide the secrets of ``other``, including those that it learns later."""
        if other is not self and other not in self._others:
            self._others.append(other)

    def redact(self, text: str, environ: Mapping[str, str] | None = None) -> str:
        """Hide the secrets in ``text``, those in the environment, and the credentials of URLs.

        Secrets are hidden in plain, percent-encoded and base64 form.

        :param environ: the environment variables; by default those of the process.
        """
        values = {*self._known(), *_of_environment(os.environ if environ is None else environ)}
        cached = self._cached_forms  # read once, since another thread may replace it
        if cached[0] != values:
            forms = {form for value in values for form in _forms(value)}
            cached = self._cached_forms = (values, sorted(forms, key=len, reverse=True))
        for form in cached[1]:
            text = text.replace(form, HIDDEN)
        return without_credentials(text)

    def describe(self, error: BaseException) -> str:
        """Describe ``error`` in one printable line without secrets.

        An `Error` has such a text; any other exception is called an internal error.
        """
        if isinstance(error, Error):
            return self.redact(str(error))
        text = one_line(str(error))
        return self.redact(f"internal error: {type(error).__name__}{': ' if text else ''}{text}")

    def clean(self, error: BaseException) -> None:
        """Hide the secrets in ``error`` and in the errors that caused it, since tracebacks show their texts."""
        waiting: list[BaseException | None] = [error]
        cleaned: set[int] = set()
        while waiting:
            each = waiting.pop()
            if each is None or id(each) in cleaned:
                continue
            cleaned.add(id(each))
            waiting += (each.__cause__, each.__context__)
            each.args = tuple(self._cleaned(each.args))
            response = getattr(each, "response", None)  # botocore's ClientError has one
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
    """Describe ``error`` as `Redactor.describe` does; only secrets in the environment are known."""
    return Redactor().describe(error)


def redact(text: str) -> str:
    """Hide secrets as `Redactor.redact` does; only secrets in the environment are known."""
    return Redactor().redact(text)


@contextlib.contextmanager
def silenced() -> Iterator[None]:
    """Turn off debug logs of botocore, which contain every request with its headers.

    Loggers whose level the user has set are left alone.
    """
    loggers = [logger for name in _VERBOSE_LOGGERS if not (logger := logging.getLogger(name)).level]
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
    data = secret.encode(errors="surrogatepass")  # an environment variable may hold bytes that are no text
    yield secret
    yield quote(data)
    yield quote(data, safe="")
    yield b64encode(data).decode()
