"""Files that cannot be sent to their end, clients that go away, and many clients at once."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import socket
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from s3pypi_setuptools.server.messages import Request
from s3pypi_setuptools.server.streamed import StreamedReply
from tests.server.conftest import Place, Serve
from tests.server.hosting import SERVERS, Hosted, hosted
from tests.support import samples
from tests.support.fault_proxy import Answer, CutShort, FaultProxy, Passing
from tests.support.markers import case
from tests.support.programs import wait_until
from tests.support.servers import S3Server

LARGE = 40_000_000
ONE_ALWAYS = [case(server, slow=server != "uvicorn") for server in SERVERS]
FILE = "/simple/demo/demo-1.0-py3-none-any.whl"


def in_bucket(server: S3Server, endpoint: str) -> Place:
    return Place(f"s3://{server.new_bucket()}/simple", {**server.settings, "endpoint_url": endpoint})


def published(place: Place, folder: Path, padding: int) -> Path:
    path = samples.wheel(folder, padding=padding)
    place.open().publish(path)
    return path


def reads_file(passing: Passing) -> bool:
    return passing.operation == "GetObject" and passing.key.endswith(".whl")


def broken_off(hosting: Hosted) -> list[str]:
    """The one line of the log."""
    wait_until(lambda: any("broken off" in line for line in hosting.lines()))
    return [line for line in hosting.lines() if line and "granian" not in line.lower()]


@pytest.mark.parametrize("server", SERVERS)
def test_a_store_that_breaks_off_a_file_ends_the_clients_connection_and_is_one_line_of_the_log(
    ministack: S3Server, tmp_path: Path, server: str
) -> None:
    with FaultProxy(ministack.endpoint_url) as proxy:
        place = in_bucket(ministack, proxy.url)
        path = published(place, tmp_path, 3_000_000)
        with hosted(server, place, tmp_path) as hosting:
            proxy.fault = lambda passing: CutShort() if reads_file(passing) else None
            with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
                hosting.client.get(FILE)
            (line,) = broken_off(hosting)
            assert f"'{FILE}': broken off after" in line
            proxy.fault = lambda passing: Answer(503, "SlowDown") if reads_file(passing) else None
            refused = hosting.client.get(FILE)
            assert (refused.status_code, refused.text.count("\n")) == (503, 1)
            assert refused.headers["Retry-After"]
            proxy.fault = lambda passing: None
            assert hosting.client.get(FILE).content == path.read_bytes()
            assert "Traceback" not in "\n".join(hosting.lines())


@pytest.mark.parametrize("server", ONE_ALWAYS)
def test_a_file_that_is_shortened_meanwhile_ends_the_connection(tmp_path: Path, server: str) -> None:
    place = Place((tmp_path / "repository").as_uri(), {})
    published(place, tmp_path, LARGE)
    with hosted(server, place, tmp_path) as hosting:
        with contextlib.closing(hosting.client.get(FILE, stream=True)) as answer:
            assert len(answer.raw.read(1000)) == 1000
            os.truncate(tmp_path / "repository/demo/demo-1.0-py3-none-any.whl", LARGE // 2)
            with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
                _ = answer.content
        (line,) = broken_off(hosting)
        assert "the file is shorter than it was" in line


@pytest.mark.parametrize("server", ONE_ALWAYS)
def test_a_client_that_goes_away_is_no_error(tmp_path: Path, server: str) -> None:
    place = Place((tmp_path / "repository").as_uri(), {})
    path = published(place, tmp_path, LARGE)
    with hosted(server, place, tmp_path) as hosting:
        for _ in range(3):
            with contextlib.closing(hosting.client.get(FILE, stream=True)) as answer:
                answer.raw.read(1000)
        assert hosting.client.get(FILE).content == path.read_bytes()
        assert [line for line in hosting.lines() if "error" in line.lower()] == []


def test_a_file_of_a_folder_is_sent_by_the_system_itself(
    serve: Serve, folder: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[int] = []
    sendfile = os.sendfile

    def counting(*arguments: int) -> int:
        count = sendfile(*arguments)
        sent.append(count)
        return count

    monkeypatch.setattr(os, "sendfile", counting)
    path = published(folder, tmp_path, LARGE)
    client = serve(folder)
    assert client.get(FILE).content == path.read_bytes()
    assert client.get(FILE, headers={"Range": "bytes=1000000-2999999"}).content == path.read_bytes()[1000000:3000000]
    assert sum(sent) == path.stat().st_size + 2_000_000


def test_no_more_is_read_for_a_client_that_went_away() -> None:
    read: list[int] = []
    sent: list[Any] = []
    gone = asyncio.Event()

    def chunks() -> Iterator[bytes]:
        for number in range(100):
            read.append(number)
            yield b"x"

    async def receive() -> dict[str, Any]:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)
        if len(sent) == 4:
            gone.set()
        await asyncio.sleep(0)

    async def work() -> None:
        with ThreadPoolExecutor(1) as pool:
            reply = StreamedReply(200, [], range(100), pool, first=b"y", rest=chunks())
            scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}
            with pytest.raises(ConnectionError):
                await reply.send(Request(scope, receive, ""), send)

    asyncio.run(work())
    assert len(read) < 10


def test_ranges_follow_the_version_that_the_client_has(serve: Serve, folder: Place, tmp_path: Path) -> None:
    path = published(folder, tmp_path, 500_000)
    client = serve(folder)
    whole = client.get(FILE)
    size, modified = len(path.read_bytes()), whole.headers["Last-Modified"]

    def status(**headers: str) -> int:
        return client.get(FILE, headers={name.replace("_", "-"): value for name, value in headers.items()}).status_code

    assert status(Range="bytes=0-9", If_Range=modified) == 206
    assert status(Range="bytes=0-9", If_Range=formatdate(0, usegmt=True)) == 200
    assert status(If_Modified_Since=modified) == 304
    assert status(If_Modified_Since=modified, If_None_Match='"other"') == 200
    assert status(Range="bytes=0-9", If_None_Match=whole.headers["ETag"]) == 304
    assert status(Range="bytes=-0") == 416
    beyond = client.get(FILE, headers={"Range": f"bytes={size}-"})
    assert (beyond.status_code, beyond.headers["Content-Range"]) == (416, f"bytes */{size}")
    head = client.request("HEAD", FILE, headers={"Range": "bytes=1-2"})
    assert (head.status_code, head.headers["Content-Length"], head.content) == (206, "2", b"")
    assert client.get(FILE, headers={"Range": f"bytes=-{size + 5}"}).content == path.read_bytes()


@pytest.fixture(params=["folder", "bucket"])
def anywhere(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """An empty place in a folder, and in a bucket."""
    if request.param == "folder":
        return Place((tmp_path / "repository").as_uri(), {})
    server: S3Server = request.getfixturevalue("ministack")
    return in_bucket(server, server.endpoint_url)


@pytest.mark.slow
def test_a_thousand_downloads_at_once_all_succeed(anywhere: Place, tmp_path: Path) -> None:
    path = published(anywhere, tmp_path, 100_000)
    expected = hashlib.sha256(path.read_bytes()).digest()
    count = 1000 if anywhere.target.startswith("file:") else 200  # the store of the tests answers one at a time

    async def download(host: str, port: int, ready: Callable[[], Awaitable[None]]) -> bytes:
        reader, writer = await asyncio.open_connection(host, port)
        await ready()
        writer.write(f"GET {FILE} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        data = await reader.read(-1)
        writer.close()
        head, _, body = data.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 ")
        return hashlib.sha256(body).digest()

    async def work(url: str) -> list[bytes]:
        connected, everybody = 0, asyncio.Event()

        async def ready() -> None:
            nonlocal connected
            connected += 1
            if connected == count:
                everybody.set()
            await everybody.wait()

        parts = urlsplit(url)
        assert parts.hostname
        assert parts.port
        return await asyncio.gather(*(download(parts.hostname, parts.port, ready) for _ in range(count)))

    with hosted("uvicorn", anywhere, tmp_path) as hosting:
        assert asyncio.run(work(hosting.client.url)) == [expected] * count
        assert hosting.lines() == []


def memory_of(pid: int) -> int:
    """Bytes of memory that the process has."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) * 1024


@pytest.mark.slow
def test_slow_readers_hold_little_memory_and_nobody_else(anywhere: Place, tmp_path: Path) -> None:
    path = published(anywhere, tmp_path, LARGE)
    count = 60
    with hosted("uvicorn", anywhere, tmp_path) as hosting, contextlib.ExitStack() as stack:
        assert hosting.client.get(FILE).content == path.read_bytes()
        before = memory_of(hosting.pid)
        parts = urlsplit(hosting.client.url)
        for _ in range(count):
            reader = stack.enter_context(contextlib.closing(socket.socket()))
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            reader.connect((parts.hostname, parts.port))
            reader.sendall(f"GET {FILE} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            assert reader.recv(12) == b"HTTP/1.1 200"
        steady = stable(lambda: memory_of(hosting.pid))
        assert steady - before < count * 1_000_000 + 30_000_000
        assert hosting.client.get("/simple/demo/").status_code == 200
        assert hosting.client.get(FILE, headers={"Range": "bytes=0-9"}).status_code == 206


def stable(measure: Callable[[], int]) -> int:
    """What is measured once it grows no more."""
    value = measure()
    for _ in range(200):
        time.sleep(0.1)
        if (now := measure()) <= value:
            return now
        value = now
    return value
