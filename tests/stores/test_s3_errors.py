"""What S3 answers, in this package's own words."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from s3pypi_setuptools.config.connection import Connection
from s3pypi_setuptools.config.secret import Secret
from s3pypi_setuptools.distribution.local_file import PART_SIZE
from s3pypi_setuptools.errors import (
    AccessDenied,
    AlreadyExists,
    ConditionsRefused,
    Contended,
    Error,
    NotAuthenticated,
    NotFound,
    PreconditionFailed,
    StoreError,
    StoreMisconfigured,
    Unavailable,
)
from s3pypi_setuptools.stores.base import ABSENT, ANY, Attributes, Matches, Store, Token
from s3pypi_setuptools.stores.s3.client import S3Options
from s3pypi_setuptools.stores.s3.store import S3Store
from tests.stores.samples import PLAIN, make_file
from tests.stores.test_s3 import options
from tests.support.canned_server import Answer, canned
from tests.support.fault_proxy import FaultProxy
from tests.support.servers import S3Server

MATCHES = Matches(Token('"1"'))
SECRET = "planted/secret+key"
DONE = Answer(headers={"ETag": '"2"'})


def canned_store(url: str, where: Mapping[str, object] | None = None, **more: object) -> S3Store:
    keys = {"aws_access_key_id": "AKPLANTED", "aws_secret_access_key": Secret(SECRET)}
    connection = Connection(**{"endpoint_url": url, **keys, **(where or {})})  # type: ignore[arg-type]
    return S3Store("b", S3Options(connection, **more))  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def one_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")


READ: Callable[[Store], object] = lambda store: store.get("k")  # noqa: E731
HEAD: Callable[[Store], object] = lambda store: store.head("k")  # noqa: E731
PUT: Callable[[Store], object] = lambda store: store.put("k", b"1", PLAIN, ANY)  # noqa: E731
CREATE: Callable[[Store], object] = lambda store: store.put("k", b"1", PLAIN, ABSENT)  # noqa: E731
REPLACE: Callable[[Store], object] = lambda store: store.put("k", b"1", PLAIN, MATCHES)  # noqa: E731
DELETE: Callable[[Store], object] = lambda store: store.delete("k", MATCHES)  # noqa: E731
LIST: Callable[[Store], object] = lambda store: list(store.list("k"))  # noqa: E731


@pytest.mark.parametrize(
    ("request_", "answer", "kind", "text"),
    [
        (READ, Answer(404, "NoSuchKey"), NotFound, "not found"),
        (HEAD, Answer(404), NotFound, "not found"),
        (READ, Answer(404, "NoSuchBucket"), StoreMisconfigured, "bucket does not exist"),
        (LIST, Answer(404, "NoSuchBucket"), StoreMisconfigured, "bucket does not exist"),
        (PUT, Answer(404, "NoSuchBucket"), StoreMisconfigured, "bucket does not exist"),
        (READ, Answer(403, "AccessDenied"), AccessDenied, "s3:ListBucket"),
        (HEAD, Answer(403), AccessDenied, "s3:ListBucket"),
        (PUT, Answer(403, "AccessDenied"), AccessDenied, "s3:PutObject is needed"),
        (LIST, Answer(403, "AccessDenied"), AccessDenied, "s3:ListBucket"),
        (DELETE, Answer(403, "AccessDenied"), AccessDenied, "s3:DeleteObject"),
        (READ, Answer(400, "ExpiredToken"), NotAuthenticated, "expired"),
        (PUT, Answer(403, "SignatureDoesNotMatch"), NotAuthenticated, "secret access key"),
        (PUT, Answer(403, "InvalidAccessKeyId"), NotAuthenticated, "access key id"),
        (PUT, Answer(403, "RequestTimeTooSkewed"), NotAuthenticated, "clock"),
        (PUT, Answer(403, "AllAccessDisabled"), AccessDenied, "the account or bucket is disabled"),
        (HEAD, Answer(401), NotAuthenticated, "s3:ListBucket"),
        (HEAD, Answer(301), StoreMisconfigured, "another region"),
        (HEAD, Answer(400), StoreError, "check the credentials"),
        (CREATE, Answer(412, "PreconditionFailed"), AlreadyExists, "exists already"),
        (REPLACE, Answer(412, "PreconditionFailed"), PreconditionFailed, "someone else"),
        (REPLACE, Answer(404, "NoSuchKey"), PreconditionFailed, "someone else"),
        (DELETE, Answer(412, "PreconditionFailed"), PreconditionFailed, "someone else"),
        (CREATE, Answer(409, "ConditionalRequestConflict"), Contended, "try again"),
        (REPLACE, Answer(409, "ConcurrentModification"), Contended, "try again"),
        (DELETE, Answer(409, "ConditionalRequestConflict"), Contended, "try again"),
        (PUT, Answer(409, "OperationAborted"), Unavailable, "try again"),
        (READ, Answer(500, "InternalError"), Unavailable, "try again"),
        (READ, Answer(503, "SlowDown"), Unavailable, "try again"),
        (PUT, Answer(502, body=b"<html>"), Unavailable, "502"),
        (PUT, Answer(429, "TooManyRequests"), Unavailable, "try again"),
        (CREATE, Answer(501, "NotImplemented"), ConditionsRefused, "conditional requests"),
        (PUT, Answer(501, "NotImplemented"), StoreMisconfigured, "does not know this request"),
        (PUT, Answer(400, "AccessControlListNotSupported"), StoreMisconfigured, "refuses ACLs"),
        (PUT, Answer(418, "Teapot"), StoreError, "418 Teapot: What it says."),
        (READ, Answer(body=b"short", headers={"ETag": '"1"'}, length=100), Unavailable, "cut short"),
        (LIST, Answer(body=b"<ListBucketResult><Contents><Key>a</"), Unavailable, "try again"),
        (PUT, Answer(), Unavailable, "garbled"),
        (LIST, Answer(), Unavailable, "garbled"),
        (LIST, Answer(body=b"<html>Welcome!</html>"), Unavailable, "garbled"),
        (READ, Answer(body=b"no headers"), Unavailable, "garbled"),
    ],
)
def test_answers(request_: Callable[[Store], object], answer: Answer, kind: type[Error], text: str) -> None:
    with canned(answer) as server, pytest.raises(Error, match=text) as caught:
        request_(canned_store(server.url))
    assert type(caught.value) is kind
    assert str(caught.value).startswith("s3://b")
    assert "\n" not in str(caught.value)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("Access Denied", "access denied; s3:PutObject is needed"),
        ("", "access denied; s3:PutObject is needed"),
        ("Not\nfrom\x7f here.", r"access denied: Not from\x7f here; s3:PutObject is needed"),
        (
            f"{SECRET} is not authorized to perform: kms:GenerateDataKey on resource: arn",
            "access denied: *** is not authorized to perform: kms:GenerateDataKey on resource: arn; "
            "kms:GenerateDataKey is needed",
        ),
    ],
)
def test_what_is_denied_is_told_as_the_store_says_it(message: str, told: str) -> None:
    body = f"<Error><Code>AccessDenied</Code><Message>{message}</Message></Error>".encode()
    with canned(Answer(403, body=body)) as server, pytest.raises(AccessDenied) as caught:
        PUT(canned_store(server.url))
    assert f"cannot be written: {told}" in str(caught.value)
    assert SECRET not in str(caught.value)


def test_a_bucket_that_redirects_every_request_is_elsewhere_however_full_the_stack_is() -> None:
    def at_depth(depth: int, store: Store) -> None:
        if depth:
            at_depth(depth - 1, store)
        else:
            READ(store)

    with canned(Answer(301, "PermanentRedirect")) as server:
        for depth in range(12):
            with pytest.raises(StoreMisconfigured, match="another region"):
                at_depth(depth, canned_store(server.url))


def test_deleting_what_is_gone_is_fine() -> None:
    with canned(Answer(404, "NoSuchKey")) as server:
        canned_store(server.url).delete("k", MATCHES)


@pytest.mark.parametrize("request_", [READ, HEAD, PUT, LIST, DELETE])
def test_no_connection(request_: Callable[[Store], object], closed_port: int) -> None:
    with pytest.raises(Unavailable, match="no connection"):
        request_(canned_store(f"http://127.0.0.1:{closed_port}"))


def test_a_completion_whose_answer_was_lost(tmp_path: Path) -> None:
    file = make_file(tmp_path, os.urandom(PART_SIZE + 1))
    attributes = Attributes("application/zip", None, {"sha256": file.sha256})
    created = Answer(body=b"<R><UploadId>u</UploadId></R>")
    written = "Mon, 02 Nov 2026 10:00:00 GMT"
    stored = {"ETag": '"9-2"', "Last-Modified": written, "x-amz-meta-sha256": file.sha256}
    with canned(created, DONE, DONE, Answer(404, "NoSuchUpload"), Answer(headers=stored)) as server:
        assert canned_store(server.url).put_file("k", file, attributes, ABSENT) == '"9-2"'
        assert [method for method, *_ in server.requests] == ["POST", "PUT", "PUT", "POST", "HEAD"]
    stored["x-amz-meta-sha256"] = "other"
    with canned(created, DONE, DONE, Answer(404, "NoSuchUpload"), Answer(headers=stored)) as server:
        with pytest.raises(StoreError):
            canned_store(server.url).put_file("k", file, attributes, ABSENT)
        assert server.requests[-1][0] == "DELETE"


def test_nothing_is_left_of_an_upload_that_failed(s3_server: S3Server, s3_bucket: str, tmp_path: Path) -> None:
    store = S3Store(s3_bucket, options(s3_server))
    file = make_file(tmp_path, os.urandom(3 * PART_SIZE))
    store.put("k", b"1", PLAIN)
    with pytest.raises(AlreadyExists):
        store.put_file("k", file, PLAIN, ABSENT)
    file.path.write_bytes(bytes(3 * PART_SIZE))
    with pytest.raises(Error, match="changed while"):
        store.put_file("l", file, PLAIN)
    assert s3_server.client().list_multipart_uploads(Bucket=s3_bucket).get("Uploads", []) == []


def test_conditions_stay_where_the_store_refuses_the_same_request_without_them(
    s3_server: S3Server, s3_bucket: str
) -> None:
    with FaultProxy(s3_server.endpoint_url) as proxy:
        given = options(s3_server, conditions_optional=True)
        store = S3Store(s3_bucket, replace(given, connection=replace(given.connection, endpoint_url=proxy.url)))
        PUT(store)
        proxy.fault = lambda passing: Answer(501, "NotImplemented")
        with pytest.raises(StoreMisconfigured):
            CREATE(store)
        proxy.fault = lambda passing: None
        with pytest.raises(AlreadyExists):
            CREATE(store)
        proxy.fault = lambda passing: Answer(501, "NotImplemented") if "if-none-match" in passing.headers else None
        CREATE(store)
        proxy.take()
        CREATE(store)
        assert ["if-none-match" in passing.headers for passing in proxy.take()] == [False]


def test_a_missing_bucket(s3_server: S3Server) -> None:
    store = S3Store("no-such-bucket-anywhere", options(s3_server))
    for attempt in (PUT, READ, LIST, CREATE):
        with pytest.raises(StoreError, match="bucket does not exist"):
            attempt(store)


def test_listings_of_many_pages(s3_server: S3Server, s3_bucket: str) -> None:
    store = S3Store(s3_bucket, options(s3_server))
    keys = [f"p/{number:04} +&ä" for number in range(1005)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda key: store.put(key, b"", PLAIN), keys))
    assert [info.key for info in store.list("p/")] == keys
