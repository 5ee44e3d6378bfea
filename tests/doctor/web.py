"""A web server over a folder repository, right unless it is told otherwise."""

from __future__ import annotations

import base64
import contextlib
import gzip
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

__all__ = ["JSON", "Page", "Web", "serving"]

JSON = "application/vnd.pypi.simple.v1+json"


@dataclass
class Page:
    """What is about to be answered."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    damaged: bool = False
    """The body goes as it is, whatever Content-Encoding says."""


@dataclass
class Web:
    url: str
    change: Callable[[str, Page], None] = lambda path, page: None
    password: str | None = None
    passwords: list[str] = field(default_factory=list)
    """What requests had as Authorization."""


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[Web]:
    """Pages are JSON at ``/``, fresh and typed; ``Web.change`` may alter any answer, ``password`` is asked of user."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            if authorization := self.headers.get("Authorization"):
                web.passwords.append(authorization)
            page = self.page()
            web.change(self.path, page)
            if page.headers.get("Content-Encoding") == "gzip" and not page.damaged:
                page.body = gzip.compress(page.body)
            self.send_response(page.status)
            for name, value in {"Content-Length": str(len(page.body)), **page.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(page.body)

        do_GET = do_HEAD = answer  # noqa: N815

        def page(self) -> Page:
            if web.password is not None:
                wanted = base64.b64encode(f"user:{web.password}".encode()).decode()
                if self.headers.get("Authorization") != f"Basic {wanted}":
                    return Page(401, b"", {"WWW-Authenticate": "Basic"})
            path = folder / self.path.lstrip("/")
            if self.path.endswith("/"):
                path, kind, caching = path / "index.json", JSON, "no-cache"
            else:
                kind, caching = "application/octet-stream", "max-age=365000000, immutable"
            if not path.is_file():
                return Page(404)
            return Page(200, path.read_bytes(), {"Content-Type": kind, "Cache-Control": caching})

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        web = Web(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield web
        finally:
            server.shutdown()
            thread.join()
