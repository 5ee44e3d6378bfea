"""HTTP servers of tests in threads of this process: of prepared answers (`canned`), or of any handler (`serving`)."""

from __future__ import annotations

import contextlib
import ssl
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

__all__ = ["Answer", "Canned", "Handler", "canned", "serving"]


class Handler(BaseHTTPRequestHandler):
    """Speaks HTTP/1.1 and logs nothing."""

    protocol_version = "HTTP/1.1"

    def send(self, status: int, headers: dict[str, str], body: bytes) -> None:
        """Send an answer, with the length of its body unless ``headers`` have another."""
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):  # a client may leave before it has read everything
            super().handle_error(request, client_address)


@contextlib.contextmanager
def serving(handler: type[Handler], *, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """Serve with this handler, over HTTPS if ``tls`` is given; the value is the server's URL."""
    with _Server(("127.0.0.1", 0), handler) as server:
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
    """``length`` other than the body's cuts the answer short; ``delay`` is in seconds."""

    status: int = 200
    code: str = ""
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None
    delay: float = 0

    @property
    def content(self) -> bytes:
        if self.code:
            return f"<Error><Code>{self.code}</Code><Message>What it says.</Message></Error>".encode()
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
