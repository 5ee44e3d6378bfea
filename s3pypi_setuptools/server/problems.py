"""Errors as HTTP answers: a status, and a body in the form that the client takes (RFC 9457, or plain text)."""

from __future__ import annotations

import json
from http import HTTPStatus

from ..errors import (
    AccessDenied,
    ConfigurationError,
    Contended,
    Error,
    FileConflict,
    InvalidDistribution,
    InvalidIndex,
    LockError,
    NotFound,
    RepositoryError,
    StorageFull,
    StoreError,
    Unavailable,
)
from .messages import Reply, Request, text_reply
from .negotiation import prefers_json

_RETRY_SECONDS = 5


class Problem(Exception):
    """Why a request cannot be done, for people and programs.

    :param code: a word that programs can rely on.
    """

    def __init__(self, status: int, code: str, message: str, headers: tuple[tuple[bytes, bytes], ...] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers

    def reply(self, request: Request) -> Reply:
        """The answer; JSON where the client names a JSON type in ``Accept``, and text otherwise.

        In ``application/json``, ``code`` is status and message, as PyPI has it: uv shows nothing else.
        """
        accept = request.header(b"accept")
        if not prefers_json(accept):
            return text_reply(self.status, f"{self.message}\n", *self.headers)
        kind = "application/problem+json" if "application/problem+json" in accept else "application/json"
        title = HTTPStatus(self.status).phrase
        document = {
            "title": title,
            "status": self.status,
            "detail": self.message,
            "code": self.code if "problem" in kind else f"{int(self.status)} {self.message}",
            "error": self.code,
            "message": self.message,
        }
        return text_reply(self.status, json.dumps(document), *self.headers, content_type=kind)


class Untrusted(Exception):
    """A token is refused.

    :param code: a word that programs can rely on.
    """

    def __init__(self, code: str, description: str) -> None:
        super().__init__(description)
        self.code = code
        self.description = description


def not_found(message: str) -> Problem:
    """The problem of a request for something that does not exist."""
    return Problem(HTTPStatus.NOT_FOUND, "not-found", message)


_UNAVAILABLE = (HTTPStatus.SERVICE_UNAVAILABLE, "unavailable")
_BAD_STORE = (HTTPStatus.BAD_GATEWAY, "store-failed")
_STATUS: tuple[tuple[type[Error], tuple[HTTPStatus, str]], ...] = (
    (FileConflict, (HTTPStatus.CONFLICT, "file-exists")),
    (LockError, _UNAVAILABLE),
    (InvalidDistribution, (HTTPStatus.BAD_REQUEST, "invalid-distribution")),
    (NotFound, (HTTPStatus.NOT_FOUND, "not-found")),
    (Unavailable, _UNAVAILABLE),
    (Contended, _UNAVAILABLE),
    (AccessDenied, _BAD_STORE),
    (StorageFull, (HTTPStatus.INSUFFICIENT_STORAGE, "no-space")),
    (StoreError, _BAD_STORE),
    (InvalidIndex, _BAD_STORE),
    (ConfigurationError, _BAD_STORE),
    (RepositoryError, (HTTPStatus.FORBIDDEN, "refused")),
)
"""The first class that an error is one of decides."""


def problem_of(error: Error) -> Problem:
    """The problem that an error of this package is for a client.

    A store's errors name keys and advise on credentials, which is nothing for clients: they go to the log alone.
    """
    status, code = next((what for kind, what in _STATUS if isinstance(error, kind)), _BAD_STORE)
    message = str(error)
    headers: tuple[tuple[bytes, bytes], ...] = ()
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        message = "The repository cannot be reached at the moment; try again"
        headers = ((b"retry-after", str(_RETRY_SECONDS).encode()),)
    elif status is HTTPStatus.INSUFFICIENT_STORAGE:
        message = "The repository has no space for the file at the moment"
    elif status is HTTPStatus.BAD_GATEWAY:
        message = "The repository could not be read or written; the reason is in the service's log"
    return Problem(status, code, message, headers)
