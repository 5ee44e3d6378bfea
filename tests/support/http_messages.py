"""HTTP/1.1 messages, read whole and kept as the bytes they were (RFC 9112)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

__all__ = ["Request", "Response", "read_request", "read_response"]


@dataclass(frozen=True)
class Request:
    """:param target: path and query, as they were sent. ``headers``: by lower-case name."""

    method: str
    target: str
    headers: dict[str, str]
    head: bytes
    body: bytes


@dataclass(frozen=True)
class Response:
    """:param closes: whether the connection ends with it."""

    status: int
    headers: dict[str, str]
    head: bytes
    body: bytes
    closes: bool


def read_request(file: BinaryIO, send: Callable[[bytes], object]) -> Request | None:
    """The next request; None where the client has closed the connection, or ends in the middle of a request.

    A client that waits for ``100 Continue`` gets it: by ``send``.
    """
    head = _head(file)
    if head is None:
        return None
    method, target, _ = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ", 2)
    headers = _headers(head)
    if headers.get("expect", "").lower() == "100-continue":
        send(b"HTTP/1.1 100 Continue\r\n\r\n")
    try:
        body = _body(file, headers) or b""
    except EOFError:
        return None
    return Request(method, target, headers, head, body)


def read_response(file: BinaryIO, method: str) -> Response:
    """The final answer to a request of ``method``; raises `ConnectionError` where the server closes before its end."""
    status = 100
    while status // 100 == 1:
        head = _head(file)
        if head is None:
            raise ConnectionError("the server has closed the connection")
        status = int(head[9:12])
    headers = _headers(head)
    closes = headers.get("connection", "keep-alive" if head.startswith(b"HTTP/1.1") else "close").lower() == "close"
    if method == "HEAD" or status in (204, 304):
        return Response(status, headers, head, b"", closes)
    try:
        body = _body(file, headers)
    except EOFError as error:
        raise ConnectionError("the server has closed the connection in the middle of an answer") from error
    if body is None:
        body, closes = file.read(), True
    return Response(status, headers, head, body, closes)


def _head(file: BinaryIO) -> bytes | None:
    lines = []
    while (line := file.readline()).endswith(b"\n"):
        lines.append(line)
        if line == b"\r\n":
            return b"".join(lines)
    return None


def _headers(head: bytes) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in head.decode("latin-1").split("\r\n")[1:-2]:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    return headers


def _body(file: BinaryIO, headers: dict[str, str]) -> bytes | None:
    """The body in its transfer encoding; None if nothing tells its length; raises `EOFError`."""
    if "chunked" in headers.get("transfer-encoding", "").lower():
        return _chunks(file)
    if "content-length" in headers:
        return _exactly(file, int(headers["content-length"]))
    return None


def _chunks(file: BinaryIO) -> bytes:
    parts = []
    while True:
        line = file.readline()
        parts.append(line)
        size = int(line.split(b";", 1)[0] or b"0", 16) if line.endswith(b"\n") else None
        if size is None:
            raise EOFError
        if size == 0:
            break
        parts.append(_exactly(file, size + 2))
    while parts[-1] != b"\r\n":  # the trailer
        parts.append(file.readline())
        if not parts[-1].endswith(b"\n"):
            raise EOFError
    return b"".join(parts)


def _exactly(file: BinaryIO, size: int) -> bytes:
    data = file.read(size)
    if len(data) < size:
        raise EOFError
    return data
