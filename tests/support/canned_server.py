"""HTTP servers of tests in threads of this process: of prepared answers (`canned`), or of any handler (`serving`)."""

from __future__ import annotations

import contextlib
import socket
import ssl
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from xml.sax.saxutils import escape


class Handler(BaseHTTPRequestHandler):
    """Speaks HTTP/1.1 and logs nothing."""

    protocol_version = "HTTP/1.1"

    def send(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        """Send an answer, with the length of its body and the time unless ``headers`` have others."""
        self.send_response_only(status)
        for name, value in {"Date": self.date_time_string(), "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


class _Server(ThreadingHTTPServer):
    """Ends all connections, and waits for their threads, when it is closed."""

    daemon_threads = False
    request_queue_size = 256

    def __init__(self, handler: type[Handler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self._connections: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], OSError):  # a client may leave before it has read everything
            super().handle_error(request, client_address)

    def server_close(self) -> None:
        for connection in [*self._connections]:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        super().server_close()


@contextlib.contextmanager
def serving(handler: type[Handler], *, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """Serve with this handler, over HTTPS if ``tls`` is given; the value is the server's URL."""
    with _Server(handler) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http{'s' if tls else ''}://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@dataclass(frozen=True)
class Answer:
    """An answer that was made up.

    :param code: of an S3 error, whose XML is the body unless ``body`` is given.
    :param length: other than the body's, it cuts the answer short.
    :param delay: seconds before `canned` gives the answer.
    """

    status: int = 200
    code: str = ""
    message: str = "What it says."
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    length: int | None = None
    delay: float = 0

    @property
    def content(self) -> bytes:
        if self.code and not self.body:
            message = escape(self.message)
            return f"<Error><Code>{self.code}</Code><Message>{message}</Message></Error>".encode()
        return self.body


@dataclass
class Canned:
    url: str
    requests: list[tuple[str, str, dict[str, str], bytes]]


@contextlib.contextmanager
def canned(*answers: Answer) -> Iterator[Canned]:
    """Gives ``answers`` in order, the last one for ever."""
    left = list(answers)
    requests: list[tuple[str, str, dict[str, str], bytes]] = []

    class CannedHandler(Handler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            requests.append((self.command, self.path, headers, body))
            answer = left.pop(0) if len(left) > 1 else left[0]
            time.sleep(answer.delay)
            length = {} if answer.length is None else {"Content-Length": str(answer.length)}
            self.send(answer.status, {**answer.headers, **length}, answer.content)
            self.close_connection = answer.length is not None

        do_GET = do_PUT = do_HEAD = do_DELETE = do_POST = answer  # noqa: N815

    with serving(CannedHandler) as url:
        yield Canned(url, requests)
