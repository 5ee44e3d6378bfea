"""What a `tests.support.fault_proxy.FaultProxy` can do to a request."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

__all__ = ["Answer", "CutShort", "Do", "DropAfter", "DropBefore", "Fault", "Garbage", "Garbled", "Hold", "Stall"]


@dataclass(frozen=True)
class Answer:
    """This answer instead of the server's, which never sees the request.

    :param code: of an S3 error, in XML; used unless a ``body`` is given.
    """

    status: int
    code: str = ""
    message: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None


@dataclass(frozen=True)
class DropBefore:
    """The connection is closed; the server never sees the request."""


@dataclass(frozen=True)
class DropAfter:
    """The connection is closed after the server has answered; the client never sees the answer."""


@dataclass(frozen=True)
class CutShort:
    """Only that part of the answer's body, under its whole Content-Length; then the connection is closed.

    Of an answer without a body, that part of its head. (Python's HTTP takes a head that ends early for a whole one, if
    its first line is there.)
    """

    keep: float = 0.5


@dataclass(frozen=True)
class Garbage:
    """Bytes that are not HTTP, then the connection is closed.

    :param landed: whether the server sees the request.
    """

    landed: bool = False


@dataclass(frozen=True)
class Garbled:
    """The server's answer with random bytes for its body, as many."""


@dataclass(frozen=True)
class Stall:
    """Nothing for so many seconds, then the connection is closed; the server never sees the request."""

    seconds: float


@dataclass(frozen=True)
class Hold:
    """Wait for an event before the request goes on, and for one before its answer does."""

    before: threading.Event | None = None
    after: threading.Event | None = None


def nothing() -> None:
    """What `Do` does unless told."""


@dataclass(frozen=True)
class Do:
    """Call something before the request goes on, and when the server has answered, before the client hears it.

    What is called may raise `ConnectionError`: then the connection is closed there.
    """

    before: Callable[[], object] = nothing
    after: Callable[[], object] = nothing


Fault = Answer | DropBefore | DropAfter | CutShort | Garbage | Garbled | Stall | Hold | Do
