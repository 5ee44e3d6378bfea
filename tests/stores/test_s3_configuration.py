"""What users configure of S3: credentials, parameters, ACLs and endpoints."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from s3pypi_setuptools.config.connection import Connection
from s3pypi_setuptools.distribution.local_file import PART_SIZE
from s3pypi_setuptools.errors import AccessDenied, ConfigurationError, Error, StoreError
from s3pypi_setuptools.stores.base import Attributes
from s3pypi_setuptools.stores.s3.client import S3Options
from s3pypi_setuptools.stores.s3.store import S3Store
from tests.stores.samples import PLAIN, make_file
from tests.stores.test_s3_errors import DONE, SECRET, canned_store
from tests.support.canned_server import Answer, canned


@pytest.fixture(autouse=True)
def one_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")


@pytest.mark.parametrize("scheme", ["http", "nonsense"])
@pytest.mark.parametrize("secret", [SECRET, "plain"])
def test_credentials_in_the_endpoint_are_refused_and_not_shown(scheme: str, secret: str) -> None:
    with pytest.raises(ConfigurationError, match="the S3 endpoint") as caught:
        canned_store(f"{scheme}://user:{secret}@127.0.0.1:9").get("k")
    assert secret not in str(caught.value)


def test_no_credentials() -> None:
    with canned(DONE) as server:
        store = S3Store("b", S3Options(Connection(endpoint_url=server.url)))
        with pytest.raises(AccessDenied, match="no credentials were found"):
            store.get("k")
        assert server.requests == []


def test_unsigned_requests_need_no_credentials() -> None:
    with canned(DONE) as server:
        S3Store("b", S3Options(Connection(endpoint_url=server.url, no_sign_request=True))).put("k", b"1", PLAIN)
        assert "authorization" not in server.requests[0][2]


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({"where": {"profile": "none"}}, "profile"),
        ({"where": {"endpoint_url": "nowhere"}}, "not a valid URL"),
        ({"where": {"region": "eu west"}}, "S3 cannot be set up: .*region_name 'eu west'"),
        ({"put_args": {"ServerSideEncription": "AES256"}}, "did you mean ServerSideEncryption?"),
        ({"put_args": {"Key": "x"}}, "Key is not a parameter"),
        ({"put_args": {"IfMatch": "x"}}, "IfMatch is not a parameter"),
        ({"put_args": {"BucketKeyEnabled": "perhaps"}}, "true or false"),
        ({"put_args": {"Metadata": "a"}}, "cannot be given"),
    ],
)
def test_what_is_configured_wrongly(more: dict[str, object], text: str) -> None:
    with canned(DONE) as server:
        store = canned_store(server.url, **more)  # type: ignore[arg-type]
        store.warm()
        for _ in range(2):
            with pytest.raises(ConfigurationError, match=text):
                store.put("k", b"1", PLAIN)
        assert server.requests == []


def test_the_users_parameters_go_with_every_object(tmp_path: Path) -> None:
    created = Answer(body=b"<R><UploadId>u</UploadId></R>", headers={"ETag": '"2"'})
    arguments = {"ServerSideEncryption": "aws:kms", "BucketKeyEnabled": "true", "ExpectedBucketOwner": "1234"}
    with canned(created, DONE) as server:
        store = canned_store(server.url, put_args=arguments, acl="public-read")
        with pytest.raises(Error):  # the completion's canned answer has no body
            store.put_file("k", make_file(tmp_path, os.urandom(PART_SIZE + 1)), PLAIN)
        store.put("k", b"1", Attributes("text/html", "no-cache", {"commit": "c"}))
    wanted = {
        "x-amz-server-side-encryption": "aws:kms",
        "x-amz-server-side-encryption-bucket-key-enabled": "true",
        "x-amz-acl": "public-read",
    }
    _, _, create, _ = server.requests[0]
    _, _, put, body = server.requests[-1]
    assert wanted.items() <= create.items()
    assert wanted.items() <= put.items()
    assert (put["content-type"], put["cache-control"], put["x-amz-meta-commit"]) == ("text/html", "no-cache", "c")
    assert body == b"1"
    for _, _, headers, _ in server.requests[1:-1]:
        assert not wanted.keys() & headers.keys()
    for _, _, headers, _ in server.requests:
        assert headers["x-amz-expected-bucket-owner"] == "1234"
        assert "expect" not in headers
        assert "x-amz-trailer" not in headers
        assert not any(name.startswith("x-amz-checksum") for name in headers)


@pytest.mark.parametrize("refusal", [Answer(400, "AccessControlListNotSupported"), Answer(403, "AccessDenied")])
def test_an_assumed_acl_is_given_up(refusal: Answer, caplog: pytest.LogCaptureFixture) -> None:
    with canned(refusal, DONE) as server:
        store = canned_store(server.url, acl="public-read", acl_optional=True)
        store.put("k", b"1" * 100_000, PLAIN)
        store.put("l", b"1", PLAIN)
        assert ["x-amz-acl" in headers for _, _, headers, _ in server.requests] == [True, False, False]
        assert server.requests[1][3] == b"1" * 100_000
    assert [record.message for record in caplog.records if "refuses the ACL" in record.message] != []


def test_an_acl_that_was_asked_for_is_not() -> None:
    with (
        canned(Answer(400, "AccessControlListNotSupported"), DONE) as server,
        pytest.raises(StoreError, match="refuses ACLs"),
    ):
        canned_store(server.url, acl="public-read").put("k", b"1", PLAIN)


@pytest.mark.parametrize(
    ("endpoint", "aws"),
    [
        (None, True),
        ("https://s3.eu-west-1.amazonaws.com", True),
        ("https://bucket.vpce-1a2b.s3.eu-west-1.vpce.amazonaws.com", True),
        ("https://s3.cn-north-1.amazonaws.com.cn", True),
        ("http://127.0.0.1:9000", False),
        ("https://amazonaws.com.example.org", False),
    ],
)
@pytest.mark.parametrize("through", ["option", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"])
def test_whose_endpoint_it_is(endpoint: str | None, aws: bool, through: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if endpoint and through != "option":
        monkeypatch.setenv(through, endpoint)
    store = S3Store("b", S3Options(Connection(endpoint_url=endpoint if through == "option" else None)))
    assert store.is_aws is aws
    assert store.conditional_writes is (True if aws else None)
    assert store.slash_keys is (True if aws else None)
