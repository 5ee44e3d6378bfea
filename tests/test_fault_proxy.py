"""Clients work through the fault proxy, and each fault is what it says: to the client, and to the server behind."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import botocore.exceptions
import botocore.session
import pytest
from botocore.config import Config

from tests.support import samples
from tests.support.fault_proxy import (
    Answer,
    CutShort,
    Do,
    DropAfter,
    DropBefore,
    Fault,
    FaultProxy,
    Garbage,
    Garbled,
    Passing,
    Stall,
)
from tests.support.servers import S3Server, program

KEY = "a b+ü/demo-1.0+local.whl"
PART = 5 * 1024 * 1024


@pytest.fixture
def proxy(s3_server: S3Server) -> Iterator[FaultProxy]:
    with FaultProxy(s3_server.endpoint_url) as proxy:
        yield proxy


def client_of(server: S3Server, endpoint: str) -> Any:
    """A client that tries once."""
    return botocore.session.Session().create_client(
        "s3",
        region_name=server.region,
        endpoint_url=endpoint,
        aws_access_key_id=server.access_key,
        aws_secret_access_key=server.secret_key,
        config=Config(retries={"total_max_attempts": 1}, request_checksum_calculation="when_required"),
    )


@pytest.fixture
def client(s3_server: S3Server, proxy: FaultProxy) -> Iterator[Any]:
    client = client_of(s3_server, proxy.url)
    yield client
    client.close()


def stored(server: S3Server, bucket: str) -> list[str]:
    """The keys in the bucket, by the server's own word."""
    client = client_of(server, server.endpoint_url)
    try:
        return [entry["Key"] for entry in client.list_objects_v2(Bucket=bucket).get("Contents", ())]
    finally:
        client.close()


def test_names_the_operations_of_s3(client: Any, proxy: FaultProxy, s3_bucket: str) -> None:
    at = {"Bucket": s3_bucket, "Key": KEY}
    client.put_object(**at, Body=b"abc", IfNoneMatch="*")
    assert client.get_object(**at)["Body"].read() == b"abc"
    client.head_object(**at)
    client.list_objects_v2(Bucket=s3_bucket, Prefix="a b+ü/")
    upload = client.create_multipart_upload(**at)["UploadId"]
    part = client.upload_part(**at, UploadId=upload, PartNumber=1, Body=b"x" * PART)["ETag"]
    copied = client.upload_part_copy(**at, UploadId=upload, PartNumber=2, CopySource=at)["CopyPartResult"]["ETag"]
    parts = [{"PartNumber": 1, "ETag": part}, {"PartNumber": 2, "ETag": copied}]
    client.complete_multipart_upload(**at, UploadId=upload, MultipartUpload={"Parts": parts})
    assert client.get_object(**at)["Body"].read() == b"x" * PART + b"abc"
    other = client.create_multipart_upload(**at)["UploadId"]
    client.abort_multipart_upload(**at, UploadId=other)
    client.copy_object(Bucket=s3_bucket, Key="copy", CopySource=at)
    client.delete_object(**at)
    passed = proxy.take()
    assert [(passing.operation, passing.key) for passing in passed] == [
        ("PutObject", KEY),
        ("GetObject", KEY),
        ("HeadObject", KEY),
        ("ListObjectsV2", ""),
        ("CreateMultipartUpload", KEY),
        ("UploadPart", KEY),
        ("UploadPartCopy", KEY),
        ("CompleteMultipartUpload", KEY),
        ("GetObject", KEY),
        ("CreateMultipartUpload", KEY),
        ("AbortMultipartUpload", KEY),
        ("CopyObject", "copy"),
        ("DeleteObject", KEY),
    ]
    assert [passing.number for passing in passed] == list(range(13))
    assert {passing.bucket for passing in passed} == {s3_bucket}
    assert passed[0].headers["if-none-match"] == "*"
    assert "partNumber=1" in passed[5].query
    assert proxy.take() == []


def test_passes_errors_of_the_server_on(client: Any, s3_bucket: str) -> None:
    with pytest.raises(client.exceptions.NoSuchKey):
        client.get_object(Bucket=s3_bucket, Key="absent")
    with pytest.raises(botocore.exceptions.ClientError, match="404"):
        client.head_object(Bucket=s3_bucket, Key="absent")


Raises = tuple[type[Exception], str]
CLOSED: Raises = (botocore.exceptions.ConnectionClosedError, "closed")
NOT_HTTP: Raises = (botocore.exceptions.HTTPClientError, "BadStatusLine|Connection was closed|Connection broken|HTTP/1")
INCOMPLETE = (botocore.exceptions.IncompleteReadError, botocore.exceptions.ResponseStreamingError)


@pytest.mark.parametrize(
    ("fault", "raises", "lands"),
    [
        (Answer(503, "SlowDown", "Wait <a bit>."), (botocore.exceptions.ClientError, "SlowDown.*Wait <a bit>"), False),
        (Answer(500), (botocore.exceptions.ClientError, "500"), False),
        (DropBefore(), CLOSED, False),
        (DropAfter(), CLOSED, True),
        (CutShort(0.02), NOT_HTTP, True),
        (Garbage(), NOT_HTTP, False),
        (Garbage(landed=True), NOT_HTTP, True),
        (Stall(0.1), CLOSED, False),
    ],
    ids=repr,
)
def test_a_fault_on_a_write(  # noqa: PLR0917
    client: Any, proxy: FaultProxy, s3_server: S3Server, s3_bucket: str, fault: Fault, raises: Raises, lands: bool
) -> None:
    proxy.fault = lambda passing: fault
    with pytest.raises(raises[0], match=raises[1]):
        client.put_object(Bucket=s3_bucket, Key=KEY, Body=b"abc")
    assert stored(s3_server, s3_bucket) == ([KEY] if lands else [])
    assert [passing.operation for passing in proxy.passed] == ["PutObject"]


def test_faults_on_a_read(client: Any, proxy: FaultProxy, s3_bucket: str) -> None:
    at = {"Bucket": s3_bucket, "Key": KEY}
    client.put_object(**at, Body=b"0123456789" * 100)

    proxy.fault = lambda passing: CutShort(0.3)
    body = client.get_object(**at)["Body"]
    with pytest.raises(INCOMPLETE, match=r"300.* read"):
        body.read()

    proxy.fault = lambda passing: Garbled()
    body = client.get_object(**at)["Body"].read()
    assert len(body) == 1000
    assert body != b"0123456789" * 100
    with pytest.raises(botocore.exceptions.ClientError, match="500"):
        client.list_objects_v2(Bucket=s3_bucket)

    proxy.fault = lambda passing: Answer(200, headers={"ETag": '"x"'}, body=b"other")
    answer = client.get_object(**at)
    assert (answer["ETag"], answer["Body"].read()) == ('"x"', b"other")
    assert client.head_object(**at)["ContentLength"] == 5


def test_holds_and_calls_on_either_side_of_the_server(
    client: Any, proxy: FaultProxy, s3_server: S3Server, s3_bucket: str
) -> None:
    seen: list[list[str]] = []

    def look() -> None:
        seen.append(stored(s3_server, s3_bucket))

    proxy.fault = lambda passing: Do(before=look, after=look)
    client.put_object(Bucket=s3_bucket, Key="one", Body=b"")
    assert seen == [[], ["one"]]

    before, after, arrived = threading.Event(), threading.Event(), threading.Event()

    def held(passing: Passing) -> Fault:
        arrived.set()
        return Do(lambda: before.wait(300), lambda: after.wait(300))

    proxy.fault = held
    writer = threading.Thread(target=client.put_object, kwargs={"Bucket": s3_bucket, "Key": "two", "Body": b""})
    writer.start()
    assert arrived.wait(300)
    assert stored(s3_server, s3_bucket) == ["one"]
    before.set()
    while "two" not in stored(s3_server, s3_bucket):
        assert writer.is_alive()
    assert writer.is_alive()
    after.set()
    writer.join(300)
    assert not writer.is_alive()


def test_what_a_test_raises_is_raised_again(s3_server: S3Server) -> None:
    def broken(passing: Passing) -> Fault:
        raise ValueError("a defect of the test")

    def lists() -> None:
        with FaultProxy(s3_server.endpoint_url, broken) as proxy:
            client = client_of(s3_server, proxy.url)
            with pytest.raises(botocore.exceptions.ConnectionClosedError):
                client.list_buckets()
            client.close()

    with pytest.raises(ValueError, match="a defect of the test"):
        lists()


def run_pip(site: Path, index: str) -> list[str]:
    install = [sys.executable, "-m", "pip", "--isolated", "--disable-pip-version-check", "install", "--no-deps"]
    return [*install, "--target", str(site), "--index-url", index, "demo"]


def run_uv(site: Path, index: str) -> list[str]:
    return [program("uv"), "pip", "install", "--no-deps", "--target", str(site), "--index-url", index, "demo"]


@pytest.mark.parametrize("command", [run_pip, run_uv])
def test_installers_read_and_s3pypi_publishes_through_it(
    command: Callable[[Path, str], list[str]], s3_server: S3Server, s3_bucket: str, proxy: FaultProxy, tmp_path: Path
) -> None:
    replace(s3_server, endpoint_url=proxy.url).make_public(s3_bucket)
    environment = {**os.environ, **s3_server.environment, "AWS_ENDPOINT_URL": proxy.url}
    upload = [sys.executable, "-m", "s3pypi_setuptools", "upload", str(samples.wheel(tmp_path / "dist"))]
    subprocess.run([*upload, "--target", f"s3://{s3_bucket}/simple"], env=environment, check=True, timeout=300)
    assert proxy.take()
    site = tmp_path / "site"
    subprocess.run(command(site, f"{proxy.url}/{s3_bucket}/simple/"), env=environment, check=True, timeout=300)
    assert (site / "demo" / "__init__.py").exists()
    assert {passing.operation for passing in proxy.passed} <= {"GetObject", "HeadObject"}
    assert "simple/demo/demo-1.0-py3-none-any.whl" in {passing.key for passing in proxy.passed}
