"""Send requests as installers do."""

from __future__ import annotations

import gzip
import http.client
import io
import netrc
import os
import ssl
import urllib.error
import urllib.request
import zlib
from base64 import b64encode
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPException, HTTPMessage, IncompleteRead
from typing import IO
from urllib.parse import urlsplit

from ..http_limits import limited
from ..index.model import LARGEST_DOCUMENT
from ..index.simple_json import CONTENT_TYPE
from ..index.urls import DEFAULT_PORTS
from ..redaction import redact

PAGE_TYPES = (CONTENT_TYPE, "application/vnd.pypi.simple.v1+html", "text/html")
"""Content types that installers accept for a page (https://peps.python.org/pep-0691/#content-types)."""

_ACCEPT = f"{PAGE_TYPES[0]}, {PAGE_TYPES[1]};q=0.1, {PAGE_TYPES[2]};q=0.01"
_SECONDS = 20.0
_WHOLE_SECONDS = 3 * _SECONDS
"""How long to wait for a whole answer, in seconds."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a request.

    :param body: without the compression that ``Content-Encoding`` states.
    """

    status: int
    headers: Message
    body: bytes


class NoAnswer(Exception):
    """There was no answer, or none that can be understood; the text says why."""


class Unreachable(NoAnswer):
    """No connection could be made from this machine, or no answer came; others may reach the server."""


def fetch(url: str, *, method: str = "GET", compressed: bool = True) -> Answer:
    """Send a request as pip does, with the password in ``~/.netrc``; raises `NoAnswer`.

    The password is not sent to another server if the request is redirected.

    :param compressed: accept a compressed body, as pip does for pages alone.
    """
    headers = {"Accept": _ACCEPT, "Accept-Encoding": "gzip" if compressed else "identity", **_authorization(url)}
    try:
        request = urllib.request.Request(url, headers=headers, method=method)  # noqa: S310 - http(s), or the user's own
        with _OPENER.open(request, timeout=_SECONDS) as response:
            body = response.read(LARGEST_DOCUMENT + 1)
            if len(body) <= LARGEST_DOCUMENT and response.length:
                raise IncompleteRead(body, response.length)
            return _answer(response.status, response.headers, body)
    except urllib.error.HTTPError as error:
        with error:
            return _answer(error.code, error.headers, b"")
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise NoAnswer("what came is not the gzip that Content-Encoding says") from error
    except (OSError, HTTPException, ValueError) as error:
        reason = getattr(error, "reason", error)
        kind = "TLS: " if isinstance(reason, ssl.SSLError) else ""
        text = str(getattr(reason, "strerror", None) or reason) or type(error).__name__
        failure = Unreachable if isinstance(error, OSError) and not kind else NoAnswer
        raise failure(redact(f"{kind}{text}")) from error


class _Redirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(  # noqa: PLR0917 - as the base class has it
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> urllib.request.Request | None:
        """As the base class, but without the password on requests to other servers."""
        made = super().redirect_request(req, fp, code, msg, headers, newurl)
        if made is not None and not _keeps_password(req.full_url, newurl):
            made.remove_header("Authorization")
        return made


class _Http(urllib.request.HTTPHandler):
    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(limited(http.client.HTTPConnection, _WHOLE_SECONDS), req)


class _Https(urllib.request.HTTPSHandler):
    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        connection = limited(http.client.HTTPSConnection, _WHOLE_SECONDS)
        return self.do_open(connection, req, context=self._context)  # type: ignore[attr-defined]


_OPENER = urllib.request.build_opener(_Redirects, _Http, _Https)


def _keeps_password(old: str, new: str) -> bool:
    """Whether ``new`` is on the server of ``old``, or the same with TLS; this is the rule of pip's requests library."""
    (before, after) = (_origin(old), _origin(new))
    return before == after or (before, after) == (("http", after[1], 80), ("https", before[1], 443))


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or DEFAULT_PORTS.get(parts.scheme)


def _answer(status: int, headers: Message, body: bytes) -> Answer:
    if headers.get("content-encoding", "").lower() == "gzip" and body:
        with gzip.GzipFile(fileobj=io.BytesIO(body)) as unpacked:
            body = unpacked.read(LARGEST_DOCUMENT + 1)
    if len(body) > LARGEST_DOCUMENT:
        raise NoAnswer(f"it is larger than {LARGEST_DOCUMENT // 2**20} MiB")
    return Answer(status, headers, body)


def netrc_file() -> str:
    """The file in which pip finds passwords; the null device if it is a pipe, which might never end."""
    path = os.path.expanduser(os.environ.get("NETRC") or "~/.netrc")  # noqa: PTH111
    return path if os.path.isfile(path) or not os.path.exists(path) else os.devnull  # noqa: PTH110, PTH113


def _authorization(url: str) -> dict[str, str]:
    try:
        found = netrc.netrc(netrc_file()).authenticators(urlsplit(url).hostname or "")
    except (OSError, netrc.NetrcParseError, ValueError):  # ValueError if it is not UTF-8
        return {}
    if found is None:
        return {}
    return {"Authorization": f"Basic {b64encode(f'{found[0]}:{found[2]}'.encode()).decode()}"}
