"""What goes to AWS itself: requests are caught before they are sent."""

from __future__ import annotations

import io
import os
import zlib
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from s3pypi_setuptools.config.connection import Connection
from s3pypi_setuptools.config.secret import Secret
from s3pypi_setuptools.distribution.local_file import PART_SIZE
from s3pypi_setuptools.stores.base import ABSENT
from s3pypi_setuptools.stores.s3.client import S3Options
from s3pypi_setuptools.stores.s3.store import S3Store
from tests.stores.samples import PLAIN, make_file

CREATED = b"<R><UploadId>u</UploadId></R>"
COMPLETED = b"<R><ETag>&quot;9-2&quot;</ETag></R>"


class Raw(io.BytesIO):
    def stream(self, **_: Any) -> Any:
        yield self.read()


@pytest.fixture
def sent() -> list[AWSPreparedRequest]:
    return []


@pytest.fixture
def store(sent: list[AWSPreparedRequest]) -> S3Store:
    store = S3Store("bucket", S3Options(Connection(aws_access_key_id="AK", aws_secret_access_key=Secret("SK"))))

    def answer(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        sent.append(request)
        body = CREATED if "uploads" in request.url else COMPLETED if request.method == "POST" else b""
        return AWSResponse(request.url, 200, {"ETag": '"1"'}, Raw(body))

    for long in (False, True):
        store.bucket.client.get(long=long).meta.events.register("before-send.s3", answer)
    return store


def text(headers: Any, name: str) -> str:
    value = headers.get(name, "")
    return value.decode() if isinstance(value, bytes) else str(value)


@pytest.mark.parametrize("data", [b"page", os.urandom(200_000)])
def test_a_body_goes_with_its_checksum_and_is_not_hashed_to_be_signed(
    store: S3Store, sent: list[AWSPreparedRequest], data: bytes
) -> None:
    store.put("p/a+b", data, PLAIN, ABSENT)
    [request] = sent
    assert request.url == "https://bucket.s3.amazonaws.com/p/a%2Bb"
    assert text(request.headers, "x-amz-content-sha256") == "UNSIGNED-PAYLOAD"
    assert text(request.headers, "x-amz-checksum-crc32") == b64encode(zlib.crc32(data).to_bytes(4, "big")).decode()
    assert text(request.headers, "If-None-Match") == "*"
    for absent in ("Expect", "x-amz-trailer", "Transfer-Encoding", "Content-Encoding"):
        assert absent not in request.headers


def test_parts_carry_the_checksums_of_the_hashing_pass(
    store: S3Store, sent: list[AWSPreparedRequest], tmp_path: Path
) -> None:
    file = make_file(tmp_path, os.urandom(PART_SIZE + 5))
    assert store.put_file("k", file, PLAIN, ABSENT) == '"9-2"'
    create, *parts, complete = sent
    assert text(create.headers, "x-amz-checksum-algorithm") == "CRC32"
    wanted = {b64encode(crc32.to_bytes(4, "big")).decode() for crc32 in file.part_crc32}
    assert {text(part.headers, "x-amz-checksum-crc32") for part in parts} == wanted
    assert {text(part.headers, "x-amz-content-sha256") for part in parts} == {"UNSIGNED-PAYLOAD"}
    assert text(complete.headers, "If-None-Match") == "*"
    assert all(checksum.encode() in complete.body for checksum in wanted)
