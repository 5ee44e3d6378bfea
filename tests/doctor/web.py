"""A web server over a folder repository, right unless it is told otherwise."""

from __future__ import annotations

import base64
import contextlib
import gzip
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.support import canned_server
from tests.support.canned_server import Handler

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

    class PageHandler(Handler):
        def answer(self) -> None:
            if authorization := self.headers.get("Authorization"):
                web.passwords.append(authorization)
            page = self.page()
            web.change(self.path, page)
            if page.headers.get("Content-Encoding") == "gzip" and not page.damaged:
                page.body = gzip.compress(page.body)
            self.send(page.status, page.headers, page.body)

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

    with canned_server.serving(PageHandler) as url:
        web = Web(url)
        yield web
