"""A store that is silent, slow, or breaks off: waited for, and not for ever."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

import pytest

from s3pypi_setuptools.config.connection import Connection
from s3pypi_setuptools.config.secret import Secret
from s3pypi_setuptools.errors import ConfigurationError, TimedOut, Unavailable
from s3pypi_setuptools.stores.base import ABSENT, Info, Token
from s3pypi_setuptools.stores.s3.client import Patience, S3Options
from s3pypi_setuptools.stores.s3.store import S3Store
from s3pypi_setuptools.transaction import Backoff, update
from tests.stores.samples import PLAIN
from tests.support.canned_server import Answer, canned

BRIEF = Patience(connect=0.3, answer=0.3, long_answer=0.3)
"""For servers that never answer."""
USUAL = Patience()
"""For servers that answer, if late on a busy machine."""
OBJECT = {"ETag": '"1"', "Last-Modified": "Mon, 02 Nov 2026 10:00:00 GMT"}


@contextlib.contextmanager
def deaf() -> Iterator[tuple[int, list[socket.socket]]]:
    """The port of a server that takes every connection and never says anything, and its connections."""
    connections: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connections.append(listener.accept()[0])

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield listener.getsockname()[1], connections
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()
            for connection in connections:
                connection.close()


def store_at(port: int, patience: Patience = BRIEF, scheme: str = "http") -> S3Store:
    connection = Connection(
        endpoint_url=f"{scheme}://127.0.0.1:{port}", aws_access_key_id="id", aws_secret_access_key=Secret("secret")
    )
    return S3Store("b", S3Options(connection, patience=patience))


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_silent_store_is_asked_twice(scheme: str) -> None:
    with deaf() as (port, connections):
        with pytest.raises(
            TimedOut, match=r"^s3://b/k: cannot be read: the store at https?://127.0.0.1:\d+ did not answer in time"
        ):
            store_at(port, scheme=scheme).get("k")
        assert len(connections) == 2


@pytest.mark.parametrize("attempts", [1, 3])
def test_or_as_often_as_people_say(attempts: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", str(attempts))
    with deaf() as (port, connections):
        with pytest.raises(TimedOut):
            store_at(port).put("k", b"1", PLAIN, ABSENT)
        assert len(connections) == attempts


def test_a_change_is_not_attempted_again_on_a_silent_store() -> None:
    with deaf() as (port, connections):
        store = store_at(port)
        with pytest.raises(TimedOut):
            update(lambda: store.get("k"), Backoff(first=0.001))
        assert len(connections) == 2


def test_a_host_that_takes_no_connection() -> None:
    with socket.socket() as listener, contextlib.ExitStack() as waiting:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):  # nobody accepts, and the queue is full: what else knocks gets no answer
            knock = waiting.enter_context(socket.socket())
            knock.setblocking(False)
            knock.connect_ex(listener.getsockname())
        with pytest.raises(TimedOut, match="did not answer in time"):
            store_at(listener.getsockname()[1]).get("k")


def test_what_takes_a_store_long_is_waited_for_longer() -> None:
    said = b"<Result><ETag>&quot;2&quot;</ETag><IsTruncated>false</IsTruncated></Result>"
    done = Answer(headers=OBJECT, body=said, delay=1.0)
    with canned(done) as server:
        port = int(server.url.rpartition(":")[2])
        store = store_at(port, Patience(answer=0.3, long_answer=60))
        assert store.put("k", b"1" * 100_000, PLAIN) == '"1"'
        assert list(store.list("k")) == []
        with pytest.raises(TimedOut):
            store.put("k", b"1", PLAIN)
        original = Info("k", Token('"1"'), 1, None)  # type: ignore[arg-type]
        with pytest.raises(TimedOut):  # the copy is done, and looking at the original is what takes too long
            store.copy(store, original, "l", PLAIN)
        assert [method for method, *_ in server.requests] == ["PUT", "GET", "PUT", "PUT", "PUT", "HEAD", "HEAD"]


@pytest.mark.parametrize("attempts", ["", "1"])
def test_a_document_that_breaks_off_is_read_once_more(attempts: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if attempts:
        monkeypatch.setenv("AWS_MAX_ATTEMPTS", attempts)
    short = Answer(headers=OBJECT, body=b"sho", length=5)
    with canned(short, Answer(headers=OBJECT, body=b"whole")) as server:
        assert store_at(int(server.url.rpartition(":")[2]), USUAL).get("k").data == b"whole"
    with canned(short) as server:
        with pytest.raises(Unavailable, match="cut short"):
            store_at(int(server.url.rpartition(":")[2]), USUAL).get("k")
        assert len(server.requests) == 2


@pytest.mark.parametrize("lacking", OBJECT)
def test_an_answer_without_the_headers_of_an_object(lacking: str) -> None:
    headers = {name: value for name, value in OBJECT.items() if name != lacking}
    with canned(Answer(headers=headers, body=b"1")) as server:
        store = store_at(int(server.url.rpartition(":")[2]), USUAL)
        for read in (store.get, store.head):
            with pytest.raises(Unavailable, match="garbled"):
                read("k")


def test_attempts_that_are_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "many")
    with pytest.raises(ConfigurationError, match="AWS_MAX_ATTEMPTS"):
        store_at(9).get("k")


@pytest.mark.parametrize("mode", ["adaptive", "legacy", "standard"])
def test_every_mode_of_retrying(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_RETRY_MODE", mode)
    with canned(Answer(503, "SlowDown"), Answer(headers=OBJECT)) as server:
        assert store_at(int(server.url.rpartition(":")[2]), USUAL).put("k", b"1", PLAIN) == '"1"'
        assert len(server.requests) == 2
