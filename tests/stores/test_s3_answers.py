"""Answers of a store that are damaged, endless, or lack what S3 states."""

from __future__ import annotations

import contextlib
import hashlib
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from s3pypi_setuptools.errors import StoreError, Unavailable
from s3pypi_setuptools.stores import base
from s3pypi_setuptools.stores.s3.client import Patience
from s3pypi_setuptools.stores.s3.store import S3Store
from tests.stores.test_s3_patience import USUAL, store_at
from tests.support.canned_server import Answer, canned
from tests.support.markers import case

MODIFIED = "Mon, 02 Nov 2026 10:00:00 GMT"


def etag(data: bytes) -> str:
    return f'"{hashlib.md5(data, usedforsecurity=False).hexdigest()}"'


def answer(data: bytes, of: bytes | None = None, **headers: str) -> Answer:
    """``data``, with the ETag of the bytes ``of``."""
    tag = etag(data if of is None else of)
    return Answer(body=data, headers={"Last-Modified": MODIFIED, "ETag": tag, **headers})


def store_of(url: str, patience: Patience = USUAL) -> S3Store:
    return store_at(int(url.rpartition(":")[2]), patience)


SOUND = answer(b"sound")


def test_a_body_that_is_not_what_its_etag_says_is_read_once_more() -> None:
    with canned(SOUND, answer(b"cut", b"cut short"), answer(b"cut short")) as server:
        store = store_of(server.url)
        store.get("sound")
        assert store.get("k").data == b"cut short"
    with canned(SOUND, answer(b"cut", b"cut short")) as server:
        store = store_of(server.url)
        store.get("sound")
        with pytest.raises(Unavailable, match="s3://b/k: cannot be read: what came is not what its ETag says"):
            store.get("k")
        assert len(server.requests) == 3


def test_that_a_store_answered_a_write_with_an_md5_is_known_too() -> None:
    with canned(Answer(headers={"ETag": etag(b"written")}), answer(b"cut", b"cut short")) as server:
        store = store_of(server.url)
        store.put("written", b"written", base.Attributes())
        with pytest.raises(Unavailable, match="ETag"):
            store.get("k")


@pytest.mark.parametrize(
    "headers",
    [
        {"x-amz-server-side-encryption": "aws:kms"},
        {"x-amz-server-side-encryption": "aws:kms:dsse"},
        {"x-amz-server-side-encryption-customer-algorithm": "AES256"},
        {"ETag": f'{etag(b"parts")[:-1]}-2"'},
        {"ETag": '"0x8DCF"'},
    ],
)
def test_an_etag_that_is_no_md5_proves_nothing(headers: dict[str, str]) -> None:
    with canned(SOUND, answer(b"whole", b"other", **headers)) as server:
        store = store_of(server.url)
        store.get("sound")
        assert store.get("k").data == b"whole"


def test_a_store_whose_etags_are_never_md5s_is_read_as_before() -> None:
    with canned(answer(b"whole", b"other")) as server:
        assert store_of(server.url).get("k").data == b"whole"


def test_a_document_that_is_too_large_is_not_read() -> None:
    huge = Answer(headers=SOUND.headers, body=b"1", length=200 * 2**20)
    with canned(huge) as server:
        with pytest.raises(StoreError, match="larger than 128 MiB") as caught:
            store_of(server.url).get("k")
        assert not isinstance(caught.value, Unavailable)
        assert len(server.requests) == 1


@contextlib.contextmanager
def dripping(head: bytes, drop: bytes = b" ", pause: float = 0.05, drops: list[int] | None = None) -> Iterator[int]:
    """The port of a server that answers with ``head``, and then with a ``drop`` after each ``pause`` (in seconds).

    :param drops: gets the size of each that was sent.
    """
    over = threading.Event()

    def drip(connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            connection.recv(65536)
            connection.sendall(head)
            while not over.wait(pause):
                connection.sendall(drop)
                if drops is not None:
                    drops.append(len(drop))

    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    threading.Thread(target=drip, args=(listener.accept()[0],), daemon=True).start()

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            over.set()
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


OBJECT_HEAD = f'HTTP/1.1 200 OK\r\nContent-Length: 100000\r\nETag: "1"\r\nLast-Modified: {MODIFIED}\r\n'.encode()


HEADS = {"nothing": b"", "headers": b"HTTP/1.1 200 OK\r\nX-Long:", "body": OBJECT_HEAD + b"\r\n"}
REQUESTS: dict[str, Callable[[S3Store], object]] = {
    "get": lambda store: store.get("k"),
    "stream": lambda store: list(store.stream("k")),
    "list": lambda store: list(store.list("")),
    "put": lambda store: store.put("k", b"1", base.Attributes()),
}
QUICK = {("get", "nothing"), ("list", "headers"), ("stream", "body"), ("put", "nothing")}


@pytest.mark.parametrize(
    ("request_name", "head"),
    [case(name, head, slow=(name, head) not in QUICK) for name in REQUESTS for head in HEADS],
)
def test_an_answer_that_drips_is_not_waited_for_without_end(request_name: str, head: str) -> None:
    with dripping(HEADS[head]) as port:
        began = time.monotonic()
        with pytest.raises(Unavailable):
            REQUESTS[request_name](store_at(port))
        assert time.monotonic() - began < 120


@pytest.mark.parametrize(
    ("status", "ask"),
    [
        ("200 OK", lambda store: list(store.list(""))),
        case("200 OK", lambda store: store.put("k", b"1", base.Attributes()), slow=True),
        case("403 Forbidden", lambda store: list(store.list("")), slow=True),
        ("403 Forbidden", lambda store: store.get("k")),
        case("404 Not Found", lambda store: list(store.stream("k")), slow=True),
    ],
)
def test_a_fast_answer_without_end_is_not_read_to_the_end(status: str, ask: Callable[[S3Store], object]) -> None:
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/xml\r\n\r\n<ListBucketResult>".encode()
    sent: list[int] = []
    with dripping(head, b"<Key>a</Key>" * 10000, 0, sent) as port:
        began = time.monotonic()
        with pytest.raises(Unavailable, match="the store's answer does not end; check the endpoint"):
            ask(store_at(port, Patience(connect=10, answer=20, long_answer=20)))
        assert time.monotonic() - began < 60
    assert sum(sent) < 40 * 2**20


def test_a_reader_may_take_its_time() -> None:
    data = b"x" * (3 * base.CHUNK_SIZE)
    with canned(answer(data)) as server:
        chunks = store_of(server.url, Patience(connect=10, answer=0.8, long_answer=0.8)).stream("k")
        read = next(chunks)
        time.sleep(1)
        assert read + b"".join(chunks) == data


ENTRY = {
    "Key": "<Key>a</Key>",
    "LastModified": "<LastModified>2026-11-02T10:00:00Z</LastModified>",
    "ETag": "<ETag>&quot;1&quot;</ETag>",
    "Size": "<Size>1</Size>",
}


def listing(entry: str, more: str = "<IsTruncated>false</IsTruncated>") -> Answer:
    contents = f"<Contents>{entry}</Contents>" if entry else ""
    return Answer(body=f"<ListBucketResult>{more}{contents}</ListBucketResult>".encode())


@pytest.mark.parametrize("lacking", list(ENTRY))
def test_a_listing_that_lacks_what_s3_states(lacking: str) -> None:
    entry = "".join(text for name, text in ENTRY.items() if name != lacking)
    with canned(listing(entry)) as server, pytest.raises(Unavailable, match=f"its answer states no {lacking}; check"):
        list(store_of(server.url).list(""))


TRUNCATED = "<IsTruncated>true</IsTruncated>"
NEXT = f"{TRUNCATED}<NextContinuationToken>t</NextContinuationToken>"


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ((listing("".join(ENTRY.values()), TRUNCATED),), "states no NextContinuationToken"),
        ((listing("".join(ENTRY.values()), NEXT),), "repeat themselves"),
        ((listing("", NEXT),), "repeat themselves"),
    ],
)
def test_a_listing_that_does_not_end(answers: tuple[Answer, ...], why: str) -> None:
    with canned(*answers) as server, pytest.raises(Unavailable, match=why):
        list(store_of(server.url).list(""))


@pytest.mark.parametrize(("entry", "why"), [("".join(ENTRY.values()), "repeat themselves"), ("", "do not end")])
def test_a_listing_with_ever_new_tokens(entry: str, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("s3pypi_setuptools.stores.s3.listing._MOST_EMPTY_ANSWERS", 20)
    answers = [listing(entry, NEXT.replace(">t<", f">t{number}<")) for number in range(50)]
    with canned(*answers) as server, pytest.raises(Unavailable, match=why):
        list(store_of(server.url).list(""))
