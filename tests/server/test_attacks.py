"""Whatever is sent to any route: a well-formed answer, without markup of the sender's, and nothing from elsewhere."""

from __future__ import annotations

import contextlib
import logging
import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings

from s3pypi_setuptools.config.service_options import DownloadStyle
from s3pypi_setuptools.server import create_app
from s3pypi_setuptools.server.options import ServiceOptions
from s3pypi_setuptools.server.routing import Route
from s3pypi_setuptools.server.user_file import UserFile
from tests.server.conftest import Place, running
from tests.server.hosting import hosted
from tests.server.requests_of_attackers import FILE, MARK, requests_to
from tests.support import examples, samples

CANARY = "what lies outside of the repository"
HEADERS = {
    "accept-ranges", "allow", "cache-control", "connection", "content-encoding", "content-length", "content-range",
    "content-security-policy", "content-type", "date", "etag", "last-modified", "location", "referrer-policy",
    "retry-after", "server", "transfer-encoding", "vary", "www-authenticate", "x-content-type-options",
}  # fmt: skip
MALFORMED = (
    b"\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01", b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
    b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\nzz\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nX: a\x00b\r\n\r\n", b"GET http://[::1/ HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET * HTTP/1.1\r\nHost: x\r\n\r\n",
)  # fmt: skip


def exchange(url: str, data: bytes, *, ends: bool = False) -> bytes:
    """Everything that is answered until the server closes the connection.

    :param ends: the client sends nothing more, and says so.
    """
    parts = urlsplit(url)
    answer = bytearray()
    with socket.create_connection((parts.hostname, parts.port or 0), timeout=60) as connection:
        with contextlib.suppress(OSError):  # it may be refused before it was read
            connection.sendall(data)
            if ends:
                connection.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionError):
            while more := connection.recv(65536):
                answer += more
    return bytes(answer)


def assert_harmless(answer: bytes) -> None:
    head, end, body = answer.partition(b"\r\n\r\n")
    status, *lines = head.decode("ascii").split("\r\n")
    assert end
    assert re.fullmatch(r"HTTP/1\.1 [1-4]\d\d [A-Za-z -]+", status), status
    assert all(re.fullmatch(r"[A-Za-z-]+: [\x20-\x7e]*", line) for line in lines), lines
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    assert set(headers) <= HEADERS, headers
    assert CANARY.encode() not in body
    assert b"Traceback" not in body
    if headers.get("content-type", "").startswith("text/html"):
        assert MARK.encode() not in body
        assert b"<evil" not in body
        assert "default-src 'none'" in headers["content-security-policy"]
    elif body and "Invalid HTTP request received." not in body.decode("latin-1"):
        assert headers["x-content-type-options"] == "nosniff"


@pytest.fixture
def target(tmp_path: Path) -> Iterator[Place]:
    """A repository with a project; what lies beside it stays as it is."""
    place = Place((tmp_path / "above" / "repository").as_uri(), {})
    place.open().publish(samples.wheel(tmp_path / "above"))
    for name in ("outside.whl", "outside.tar.gz"):
        (tmp_path / "above" / name).write_text(CANARY, encoding="utf-8")

    def outside() -> list[str]:
        found = (path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*"))
        return sorted(path for path in found if not path.startswith("above/repository/"))

    before = outside()
    yield place
    assert [path for path in outside() if path != "server.log"] == before


def attack(url: str, routes: tuple[Route, ...], count: int, after: Callable[[], None] = lambda: None) -> None:
    @settings(max_examples=count, suppress_health_check=[*HealthCheck])
    @given(requests_to(routes))
    def attacks(request: bytes) -> None:
        assert_harmless(exchange(url, request))
        after()

    attacks()
    for request in MALFORMED:
        answer = exchange(url, request, ends=True)
        assert not answer or assert_harmless(answer) is None
    last = exchange(url, f"GET /simple/demo/{FILE} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    assert last.startswith(b"HTTP/1.1 200 ")


def routes_of(place: Place) -> tuple[Route, ...]:
    return tuple(create_app(place.open(), ServiceOptions()).routes)


@pytest.mark.parametrize("private", [False, True])
def test_no_request_makes_the_service_fail_or_leave_its_place(
    target: Place, tmp_path: Path, caplog: pytest.LogCaptureFixture, private: bool
) -> None:
    users = UserFile(tmp_path / "users.toml") if private else None
    options = ServiceOptions(
        users=users, anonymous_read=True, anonymous_upload=not private, downloads=DownloadStyle.STREAM
    )

    def nothing_failed() -> None:
        assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []

    with running(target, options) as url:
        attack(url, routes_of(target), (60 if private else 250) * examples.TIMES, nothing_failed)


@pytest.mark.slow
def test_so_it_is_in_another_server(target: Place, tmp_path: Path) -> None:
    with hosted("granian", target, tmp_path) as hosting:
        attack(hosting.client.url, routes_of(target), 400 * examples.TIMES)
        assert "Traceback" not in "\n".join(hosting.lines())


@pytest.mark.parametrize("name", ["Accept", "If-None-Match", "Cookie", "Range"])
def test_long_headers_are_refused_before_they_are_parsed(target: Place, name: str) -> None:
    with running(target, ServiceOptions(anonymous_read=True)) as url:
        for size, status in ((30_000, b"200 "), (64_000, b"431 "), (1_000_000, b"431 ")):
            value = "bytes=0-0" + "," * size if name == "Range" else "*/*," + "a," * (size // 2)
            request = f"GET /simple/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{name}: {value}\r\n\r\n"
            answer = exchange(url, request.encode())
            assert answer.startswith(b"HTTP/1.1 " + status)
            assert_harmless(answer)
        assert exchange(url, b"GET /simple/ HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.1 200 ")


def test_headers_that_come_twice_are_one_list(target: Place) -> None:
    with running(target, ServiceOptions(anonymous_read=True)) as url:
        accepts = ("image/png", "application/vnd.pypi.simple.v1+json")
        for pair in (accepts, accepts[::-1]):
            lines = "".join(f"Accept: {accept}\r\n" for accept in pair)
            answer = exchange(url, f"GET /simple/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{lines}\r\n".encode())
            assert b"content-type: application/vnd.pypi.simple.v1+json\r\n" in answer
