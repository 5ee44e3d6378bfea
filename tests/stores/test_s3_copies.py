"""Copies that S3 makes by itself."""

from __future__ import annotations

import io
import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from s3pypi_setuptools.config.connection import Connection
from s3pypi_setuptools.config.secret import Secret
from s3pypi_setuptools.errors import AlreadyExists, Contended, NotFound, StoreError
from s3pypi_setuptools.stores.base import ABSENT, ANY, Attributes, Info
from s3pypi_setuptools.stores.memory import MemoryStore
from s3pypi_setuptools.stores.s3 import multipart as s3_multipart
from s3pypi_setuptools.stores.s3.client import S3Options
from s3pypi_setuptools.stores.s3.store import S3Store
from tests.stores.test_s3 import options
from tests.support.servers import S3Server

DATA = os.urandom(300_000)
NOTED = Attributes("application/zip", "max-age=1", {"noted": "yes"})


@pytest.fixture
def stores(s3_server: S3Server) -> tuple[S3Store, S3Store]:
    return S3Store(s3_server.new_bucket(), options(s3_server)), S3Store(s3_server.new_bucket(), options(s3_server))


@pytest.fixture
def original(stores: tuple[S3Store, S3Store]) -> Info:
    stores[0].put("from/a+b c.whl", DATA, Attributes("text/plain"))
    return stores[0].head("from/a+b c.whl")


@pytest.mark.parametrize("condition", [ANY, ABSENT])
def test_bytes_and_attributes_arrive(stores: tuple[S3Store, S3Store], original: Info, condition: Any) -> None:
    source, target = stores
    assert target.copies_from(source)
    token = target.copy(source, original, "to/a+b.whl", NOTED, condition)
    copied = target.get("to/a+b.whl")
    assert copied.data == DATA
    assert copied.info.token == token
    assert copied.info.metadata == {"noted": "yes"}
    response = target.bucket.request("HeadObject", "to/a+b.whl")
    assert (response["ContentType"], response["CacheControl"]) == ("application/zip", "max-age=1")


def test_what_is_there_is_never_overwritten(stores: tuple[S3Store, S3Store], original: Info) -> None:
    source, target = stores
    target.put("to", b"there", NOTED)
    with pytest.raises(AlreadyExists):
        target.copy(source, original, "to", NOTED, ABSENT)
    assert target.get("to").data == b"there"


def test_of_copies_that_race_one_wins(stores: tuple[S3Store, S3Store], original: Info) -> None:
    source, target = stores

    def copy(number: int) -> int:
        try:
            target.copy(source, original, "to", Attributes(metadata={"number": str(number)}), ABSENT)
        except (AlreadyExists, Contended):
            return -1
        return number

    with ThreadPoolExecutor(8) as pool:
        won = [number for number in pool.map(copy, range(8)) if number >= 0]
    assert len(won) == 1
    assert target.head("to").metadata == {"number": str(won[0])}


def test_in_several_parts(stores: tuple[S3Store, S3Store], monkeypatch: pytest.MonkeyPatch) -> None:
    source, target = stores
    size = 5 * 1024 * 1024
    data = os.urandom(size + 1000)
    source.put("large", data, NOTED)
    monkeypatch.setattr(s3_multipart, "COPIED_AT_ONCE", size)
    token = target.copy(source, source.head("large"), "to", NOTED, ABSENT)
    assert token.strip('"').endswith("-2")
    assert target.get("to").data == data


def test_an_original_that_is_gone(stores: tuple[S3Store, S3Store], original: Info) -> None:
    source, target = stores
    source.delete(original.key)
    for condition in (ANY, ABSENT):
        with pytest.raises(NotFound, match=f"{source.url}/from"):
            target.copy(source, original, "to", NOTED, condition)  # type: ignore[arg-type]
    assert not list(target.list(""))


def test_an_original_that_was_overwritten(stores: tuple[S3Store, S3Store], original: Info) -> None:
    source, target = stores
    source.put(original.key, b"other", NOTED)
    with pytest.raises(StoreError, match="was overwritten while it was being copied"):
        target.copy(source, original, "to", NOTED, ABSENT)
    assert not list(target.list(""))


def test_only_the_same_account_of_the_same_service() -> None:
    plain = S3Store("one", S3Options(Connection(profile="a")))
    assert S3Store("two", S3Options(Connection(profile="a", region="eu-west-1"), acl="public-read")).copies_from(plain)
    for other in (
        S3Options(Connection(profile="b")),
        S3Options(Connection(profile="a", endpoint_url="http://127.0.0.1:1")),
        S3Options(Connection(profile="a", aws_access_key_id="AK", aws_secret_access_key=Secret("SK"))),
        S3Options(Connection(profile="a"), put_args={"SSECustomerAlgorithm": "AES256"}),
    ):
        assert not S3Store("two", other).copies_from(plain)
    assert not plain.copies_from(MemoryStore())
    gone = Info("k", "t", 1, None)  # type: ignore[arg-type]
    with pytest.raises(StoreError, match="cannot be copied from memory://"):
        plain.copy(MemoryStore(), gone, "key", NOTED)


def test_on_aws_itself_one_request_copies_conditionally() -> None:
    sent: list[AWSPreparedRequest] = []

    class Raw(io.BytesIO):
        def stream(self, **_: Any) -> Any:
            yield self.read()

    def answer(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        sent.append(request)
        body = b"<CopyObjectResult><ETag>&quot;2&quot;</ETag></CopyObjectResult>" if request.method == "PUT" else b""
        headers = {"ETag": '"1"', "Content-Length": "9", "Last-Modified": "Mon, 02 Nov 2026 10:00:00 GMT"}
        return AWSResponse(request.url, 200, headers, Raw(body))

    store = S3Store("bucket", S3Options(Connection(aws_access_key_id="AK", aws_secret_access_key=Secret("SK"))))
    for long in (False, True):
        store.bucket.client.get(long=long).meta.events.register("before-send.s3", answer)
    if not store.bucket.client.knows("CopyObject", "IfNoneMatch"):
        pytest.skip("the installed botocore copies unconditionally only")
    store.copy(store, Info("from/a+b", '"1"', 9, None), "to", NOTED, ABSENT)  # type: ignore[arg-type]
    copy, looked = sent
    assert copy.headers["If-None-Match"] == b"*"
    assert copy.headers["x-amz-copy-source"] == b"bucket/from/a%2Bb"
    assert looked.method == "HEAD"
