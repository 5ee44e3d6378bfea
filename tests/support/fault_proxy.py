"""A proxy on loopback between a client and an S3 server that does to any request what a test says.

Requests and answers pass on as they are (the Host header too, which a signature covers), over kept connections. A
request counts once it was read whole; what becomes of it is then asked of ``FaultProxy.fault``.

    >>> with FaultProxy(server.endpoint_url) as proxy:
    ...     proxy.fault = lambda passing: Answer(503, "SlowDown") if passing.operation == "PutObject" else None
    ...     run(endpoint_url=proxy.url)
    ...     [passing.operation for passing in proxy.take()]
"""

from __future__ import annotations

import contextlib
import http.client
import random
import select
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from urllib.parse import urlsplit

from tests.support.canned_server import Answer, Handler, serving
from tests.support.s3_operations import operation_of


@dataclass(frozen=True)
class Passing:
    """One request.

    :param number: from 0, in the order in which requests came in.
    :param operation: as S3 names it, such as ``UploadPart``.
    :param key: percent-decoded, without the bucket; ``query`` is as it was sent.
    :param headers: by lower-case name.
    """

    number: int
    operation: str
    method: str
    key: str
    query: str
    headers: Mapping[str, str]
    bucket: str = ""


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


def nothing() -> None:
    """What `Do` does unless told."""


@dataclass(frozen=True)
class Do:
    """Call something before the request goes on, and when the server has answered, before the client hears it.

    What is called may raise `ConnectionError`: then the connection is closed there.
    """

    before: Callable[[], object] = nothing
    after: Callable[[], object] = nothing


Fault = Answer | DropBefore | DropAfter | CutShort | Garbage | Garbled | Stall | Do
"""What becomes of a request; `Answer` is given instead of the server's, which never sees the request."""


def no_fault(passing: Passing) -> Fault | None:
    """Every request passes."""
    return None


def failing(
    fault: Fault, matches: Callable[[Passing], bool], times: float = float("inf")
) -> Callable[[Passing], Fault | None]:
    """The fault for as many of the matching requests."""
    left = times

    def decide(passing: Passing) -> Fault | None:
        nonlocal left
        if left and matches(passing):
            left -= 1
            return fault
        return None

    return decide


class FaultProxy:
    """The proxy, on threads of its own, as a context manager.

    :param upstream: URL of the server, over plain HTTP.
    :param fault: what becomes of a request; called for one request at a time, in the order of their numbers, and may be
        replaced at any time.
    :ivar url: what clients are given as the endpoint.
    :ivar passed: every request that came in, also those that went no further.

    What a callable of the test raised is raised again when the context ends.
    """

    url: str

    def __init__(self, upstream: str, fault: Callable[[Passing], Fault | None] = no_fault) -> None:
        parts = urlsplit(upstream)
        assert parts.scheme == "http", f"{upstream}: the proxy speaks plain HTTP alone"
        self.server = parts.netloc
        self.fault = fault
        self.passed: list[Passing] = []
        self.closing = threading.Event()
        self.failures: list[BaseException] = []
        self._lock = threading.Lock()
        self._context = contextlib.ExitStack()

    def take(self) -> list[Passing]:
        """The requests that came in until now; the next one has number 0 again."""
        with self._lock:
            taken, self.passed = self.passed, []
        return taken

    def decided(self, request: Handler) -> tuple[Passing, Fault | None]:
        """The request, numbered, and what becomes of it."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        operation, bucket, key, query = operation_of(request.command, request.path, headers)
        with self._lock:
            passing = Passing(len(self.passed), operation, request.command, key, query, headers, bucket)
            self.passed.append(passing)
            return passing, self.fault(passing)

    def __enter__(self) -> FaultProxy:
        self.url = self._context.enter_context(serving(type("Connection", (_Connection,), {"proxy": self})))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.closing.set()
        self._context.close()
        if self.failures and error is None:
            raise self.failures[0]


class _Connection(Handler):
    """The connection from a client, and one to the server."""

    proxy: FaultProxy
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self.upstream = http.client.HTTPConnection(self.proxy.server)

    def finish(self) -> None:
        self.upstream.close()
        super().finish()

    def answer(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length)
        try:
            assert "Transfer-Encoding" not in self.headers, "the proxy reads no parts of unknown length"
            if len(body) < length:
                raise ConnectionAbortedError("the client has gone in the middle of a request")
            self.meet(body, *self.proxy.decided(self))
        except (OSError, http.client.HTTPException):
            # Either side has gone, or the fault is that it does; the other hears of it as it does without a proxy.
            self.close_connection = True
        except BaseException as failure:
            self.proxy.failures.append(failure)
            self.close_connection = True

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = answer  # noqa: N815

    def meet(self, body: bytes, passing: Passing, fault: Fault | None) -> None:
        """Do to the request what the fault says; raises `ConnectionError` where the connection is to end."""
        ends = ConnectionAbortedError(repr(fault))
        chance = random.Random(passing.number)
        match fault:
            case Answer():
                self.send(fault.status, fault.headers, fault.content)
                return
            case Do():
                fault.before()
            case DropBefore():
                raise ends
            case Stall():
                self.proxy.closing.wait(fault.seconds)
                raise ends
            case Garbage(landed=False):
                self.wfile.write(b"\x16\x03\x01" + chance.randbytes(200))
                raise ends
        head, data = self.pass_on(body)
        match fault:
            case Do():
                fault.after()
            case DropAfter():
                raise ends
            case Garbage():
                self.wfile.write(b"\x16\x03\x01" + chance.randbytes(200))
                raise ends
            case CutShort():
                self.wfile.write(
                    head + data[: int(len(data) * fault.keep)] if data else head[: int(len(head) * fault.keep)]
                )
                raise ends
            case Garbled():
                data = chance.randbytes(len(data))
        self.wfile.write(head + data)

    def pass_on(self, body: bytes) -> tuple[bytes, bytes]:
        """Head and body of what the server answers."""
        if self.upstream.sock and select.select([self.upstream.sock], [], [], 0)[0]:
            self.upstream.close()  # the server has closed it meanwhile
        self.upstream.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            self.upstream.putheader(name, value)
        self.upstream.endheaders(body or None)
        answer = self.upstream.getresponse()
        data = answer.read()
        if "Transfer-Encoding" in answer.headers:
            del answer.headers["Transfer-Encoding"]
            answer.headers["Content-Length"] = str(len(data))
        headers = (f"{name}: {value}" for name, value in answer.headers.items())
        return "\r\n".join((f"HTTP/1.1 {answer.status} {answer.reason}", *headers, "", "")).encode("latin-1"), data
