"""HTTP requests and their answers, as ASGI has them (https://asgi.readthedocs.io/en/latest/specs/www.html)."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, TypeAlias
from urllib.parse import parse_qs, quote

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Headers: TypeAlias = list[tuple[bytes, bytes]]

_LONGEST_VALUE = 8 * 1024
"""Bytes of one header that are looked at: nginx takes no longer ones."""
_ETAGS = re.compile(rb'(?:W/)?"[^"]*"')
_MOST_PARAMETERS = 100
"""Parameters of a query that are read: no page knows more than two."""


class Request:
    """One request.

    :ivar path: below the service's own root, with percent-encoding undone.
    :ivar root: what its URLs on this host begin with; no ``/`` at the end.
    :ivar headers: by lower-case name; several of one name are one list (RFC 9110, section 5.3).
    """

    __slots__ = ("headers", "id", "identity", "method", "path", "query", "receive", "root", "scope")

    def __init__(self, scope: Scope, receive: Receive, root: str) -> None:
        path: str = scope["path"]
        self.scope = scope
        self.receive = receive
        self.root = root
        self.method: str = scope["method"]
        self.path = path[len(root) :] if root and path.startswith(f"{root}/") else path
        self.query: bytes = scope["query_string"]
        self.headers: dict[bytes, bytes] = dict(scope["headers"])
        if len(self.headers) < len(scope["headers"]):
            self.headers = _joined(scope["headers"])
        self.identity: Any = None
        self.id = ""

    def header(self, name: bytes) -> str:
        """The value of a header, up to `_LONGEST_VALUE`; empty where there is none."""
        return self.headers.get(name, b"")[:_LONGEST_VALUE].decode("latin-1")

    def parameter(self, name: str) -> str | None:
        """The first value of a parameter of the query; None where it is not given, or the query has too many."""
        try:
            given = parse_qs(self.query.decode("latin-1"), keep_blank_values=True, max_num_fields=_MOST_PARAMETERS)
        except ValueError:
            return None
        return given.get(name, [None])[0]

    def knows(self, tag: bytes) -> bool:
        """Whether the client has what the ETag ``tag`` stands for, by ``If-None-Match`` (RFC 9110, section 13.1.2)."""
        given = self.headers.get(b"if-none-match")
        if given is None:
            return False
        if given == tag or given.strip() == b"*":
            return True
        return any(found.removeprefix(b"W/") == tag for found in _ETAGS.findall(given))

    @property
    def head_size(self) -> int:
        """Bytes of its headers, path and query."""
        lines = sum(map(len, self.headers)) + sum(map(len, self.headers.values()))
        return lines + len(self.path) + len(self.query)

    @property
    def is_head(self) -> bool:
        """Whether the body of the answer is left out."""
        return self.method == "HEAD"


def _joined(headers: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    found: dict[bytes, list[bytes]] = {}
    for name, value in headers:
        found.setdefault(name, []).append(value)
    return {name: b", ".join(values) for name, values in found.items()}


class Reply:
    """An answer whose body is in memory.

    :param headers: raw, with ``content-length`` where there is a body.
    """

    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, headers: Headers, body: bytes = b"") -> None:
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def size(self) -> int:
        """Bytes of the body."""
        return len(self.body)

    async def send(self, request: Request, send: Send) -> None:
        """Send it."""
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": b"" if request.is_head else self.body})


def text_reply(
    status: int, text: str, *headers: tuple[bytes, bytes], content_type: str = "text/plain; charset=utf-8"
) -> Reply:
    """An answer with a text."""
    body = text.encode()
    fixed = [
        (b"content-type", content_type.encode("latin-1")),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    return Reply(status, [*fixed, *headers], body)


def redirect(status: int, url: str, headers: Iterable[tuple[bytes, bytes]] = ()) -> Reply:
    """An answer that sends the client to ``url``, in which what no header may hold is encoded."""
    location = quote(url, safe="%/:?#[]@!$&'()*+,;=~-._").encode("ascii")
    return Reply(status, [(b"location", location), (b"content-length", b"0"), *headers])
