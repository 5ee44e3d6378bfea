"""What an installer gets from a URL."""

from __future__ import annotations

import gzip
import netrc
import ssl
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from urllib.parse import urlsplit

__all__ = ["PAGE_TYPES", "Answer", "NoAnswer", "fetch"]

PAGE_TYPES = ("application/vnd.pypi.simple.v1+json", "application/vnd.pypi.simple.v1+html", "text/html")
"""What installers take for a page."""

_ACCEPT = f"{PAGE_TYPES[0]}, {PAGE_TYPES[1]};q=0.1, {PAGE_TYPES[2]};q=0.01"
_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    :param headers: by lower-case name.
    :param body: without the compression that ``Content-Encoding`` states.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


class NoAnswer(Exception):
    """No answer came; the text says why."""


def fetch(url: str, *, method: str = "GET", compressed: bool = True) -> Answer:
    """The answer to a request as pip makes it, with the password that ``~/.netrc`` has; raises `NoAnswer`.

    :param compressed: let the server compress; pip does so for pages alone.
    """
    headers = {"Accept": _ACCEPT, "Accept-Encoding": "gzip" if compressed else "identity", **_authorization(url)}
    try:
        request = urllib.request.Request(url, headers=headers, method=method)  # noqa: S310 - http(s), or the user's own
        with urllib.request.urlopen(request, timeout=_SECONDS) as response:  # noqa: S310
            return _answer(response.status, response.headers.items(), response.read())
    except urllib.error.HTTPError as error:
        with error:
            return _answer(error.code, error.headers.items(), b"")
    except (OSError, HTTPException, ValueError) as error:
        reason = getattr(error, "reason", error)
        kind = "TLS: " if isinstance(reason, ssl.SSLError) else ""
        raise NoAnswer(f"{kind}{getattr(reason, 'strerror', None) or reason or type(error).__name__}") from error


def _answer(status: int, headers: object, body: bytes) -> Answer:
    found = {str(name).lower(): str(value) for name, value in headers}  # type: ignore[attr-defined]
    if found.get("content-encoding", "").lower() == "gzip" and body:
        body = gzip.decompress(body)
    return Answer(status, found, body)


def _authorization(url: str) -> dict[str, str]:
    try:
        found = netrc.netrc().authenticators(urlsplit(url).hostname or "")
    except (OSError, netrc.NetrcParseError):
        return {}
    if found is None:
        return {}
    return {"Authorization": f"Basic {b64encode(f'{found[0]}:{found[2]}'.encode()).decode()}"}
