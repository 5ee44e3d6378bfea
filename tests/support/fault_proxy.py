"""A proxy on loopback between a client and an S3 server that does to any request what a test says.

Requests and answers pass on as they are, byte for byte (the Host header too, which a signature covers), over kept
connections. A request counts once it was read whole; what becomes of it is then asked of ``FaultProxy.fault``.

    >>> with FaultProxy(server.endpoint_url) as proxy:
    ...     proxy.fault = lambda passing: Answer(503, "SlowDown") if passing.operation == "PutObject" else None
    ...     run(endpoint_url=proxy.url)
    ...     [passing.operation for passing in proxy.take()]
"""

from __future__ import annotations

import contextlib
import random
import select
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from tests.support.http_messages import Request, Response, read_request, read_response
from tests.support.proxy_faults import Answer, CutShort, Do, DropAfter, DropBefore, Fault, Garbage, Garbled, Hold, Stall
from tests.support.s3_operations import operation_of

__all__ = [
    "Answer",
    "CutShort",
    "Do",
    "DropAfter",
    "DropBefore",
    "Fault",
    "FaultProxy",
    "Garbage",
    "Garbled",
    "Hold",
    "Passing",
    "Stall",
]


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


def no_fault(passing: Passing) -> Fault | None:
    """Every request passes."""
    return None


class FaultProxy:
    """The proxy, on threads of its own, as a context manager.

    :param upstream: URL of the server, over plain HTTP.
    :param fault: what becomes of a request; called for one request at a time, in the order of their numbers, and may be
        replaced at any time.

    What a callable of the test raised is raised again when the context ends.
    """

    def __init__(self, upstream: str, fault: Callable[[Passing], Fault | None] = no_fault) -> None:
        parts = urlsplit(upstream)
        assert parts.scheme == "http", f"{upstream}: the proxy speaks plain HTTP alone"
        assert parts.hostname is not None
        self.server = (parts.hostname, parts.port or 80)
        self.fault = fault
        self.passed: list[Passing] = []
        """Every request that came in, also those that went no further."""
        self.closing = threading.Event()
        self.failures: list[BaseException] = []
        self._lock = threading.Lock()
        self._sockets: set[socket.socket] = set()
        self._threads: set[threading.Thread] = set()

    @property
    def url(self) -> str:
        """What clients are given as the endpoint."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def take(self) -> list[Passing]:
        """The requests that came in until now; the next one has number 0 again."""
        with self._lock:
            taken, self.passed = self.passed, []
        return taken

    def __enter__(self) -> FaultProxy:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self._accepting = threading.Thread(target=self._accept, name="fault-proxy", daemon=True)
        self._accepting.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.closing.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._accepting.join()
        self._listener.close()
        with self._lock:
            sockets, threads = list(self._sockets), list(self._threads)
        for each in sockets:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join()
        if self.failures and error is None:
            raise self.failures[0]

    def decided(self, request: Request) -> tuple[Passing, Fault | None]:
        """The request, numbered, and what becomes of it."""
        operation, bucket, key, query = operation_of(request.method, request.target, request.headers)
        with self._lock:
            number = len(self.passed)
            passing = Passing(number, operation, request.method, key, query, request.headers, bucket)
            self.passed.append(passing)
            return passing, self.fault(passing)

    def waits(self, event: threading.Event | None) -> None:
        """Wait for the event, or until the proxy closes."""
        while event is not None and not event.wait(0.02) and not self.closing.is_set():
            pass

    def _accept(self) -> None:
        while not self.closing.is_set():
            try:
                accepted, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(accepted,), name="fault-proxy", daemon=True)
            with self._lock:
                self._sockets.add(accepted)
                self._threads.add(thread)
            thread.start()

    def _serve(self, accepted: socket.socket) -> None:
        connection = _Connection(self, accepted)
        try:
            with accepted:
                connection.serve()
        except OSError:
            pass  # either side has gone; the other hears of it as it does without a proxy
        except BaseException as failure:
            self.failures.append(failure)
        finally:
            connection.upstream.close()
            with self._lock:
                self._sockets.discard(accepted)
                self._threads.discard(threading.current_thread())


class _Upstream:
    """The connection to the server, made when it is needed."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._address = address
        self._socket: socket.socket | None = None

    def answer(self, request: Request) -> Response:
        if self._socket is not None and select.select([self._socket], [], [], 0)[0]:
            self.close()  # the server has closed it meanwhile
        if self._socket is None:
            self._socket = socket.create_connection(self._address)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._file = self._socket.makefile("rb")
        self._socket.sendall(request.head + request.body)
        response = read_response(self._file, request.method)
        if response.closes:
            self.close()
        return response

    def close(self) -> None:
        if self._socket is not None:
            self._file.close()
            self._socket.close()
            self._socket = None


class _Connection:
    """The connection from a client; each method ends with what the client gets."""

    def __init__(self, proxy: FaultProxy, client: socket.socket) -> None:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.proxy = proxy
        self.client = client
        self.upstream = _Upstream(proxy.server)

    def serve(self) -> None:
        with self.client.makefile("rb") as file:
            while request := read_request(file, self.client.sendall):
                passing, fault = self.proxy.decided(request)
                if not self._meets(request, passing, fault):
                    return

    def _meets(self, request: Request, passing: Passing, fault: Fault | None) -> bool:
        """Whether the connection is still open."""
        match fault:
            case Answer():
                self.client.sendall(_rendered(fault, request.method))
                return True
            case DropBefore() | Stall() | Garbage(landed=False):
                self._ends(passing, fault)
                return False
            case Hold(before=event):
                self.proxy.waits(event)
            case Do(before=call):
                call()
        response = self.upstream.answer(request)
        match fault:
            case DropAfter() | Garbage() | CutShort():
                self._ends(passing, fault, response)
                return False
            case Garbled():
                noise = _noise(passing.number, len(response.body))
                if "transfer-encoding" in response.headers:
                    noise = b"%x\r\n%b\r\n0\r\n\r\n" % (len(noise), noise)
                self.client.sendall(response.head + noise)
                return not response.closes
            case Hold(after=event):
                self.proxy.waits(event)
            case Do(after=call):
                call()
        self.client.sendall(response.head + response.body)
        return not response.closes

    def _ends(self, passing: Passing, fault: Fault, response: Response | None = None) -> None:
        """The last that the client hears before the connection is closed."""
        match fault:
            case Stall(seconds):
                self.proxy.closing.wait(seconds)
            case Garbage():
                self.client.sendall(b"\x16\x03\x01" + _noise(passing.number, 200))
            case CutShort(keep) if response is not None:
                head, body = response.head, response.body
                kept = head + body[: int(len(body) * keep)] if body else head[: int(len(head) * keep)]
                self.client.sendall(kept)


def _noise(seed: int, size: int) -> bytes:
    return random.Random(seed).randbytes(size)


def _rendered(answer: Answer, method: str) -> bytes:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    body = answer.body
    if body is None:
        body = b""
        if answer.code:
            headers.setdefault("content-type", "application/xml")
            message = escape(answer.message or "What the proxy says.")
            body = (
                '<?xml version="1.0" encoding="UTF-8"?>\n'
                f"<Error><Code>{escape(answer.code)}</Code><Message>{message}</Message></Error>"
            ).encode()
    headers.setdefault("content-length", str(len(body)))
    lines = [f"HTTP/1.1 {answer.status} Said", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode() + (b"" if method == "HEAD" else body)
