"""Targets that cannot be reached, or not as one believes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from pathlib import Path

import pytest

from s3pypi_setuptools.config import connection as config
from s3pypi_setuptools.doctor.s3_access import S3Access
from s3pypi_setuptools.stores.s3.bucket import Bucket
from s3pypi_setuptools.stores.s3.client import S3Options
from tests.doctor.examined import Examined, examine, repository
from tests.support import canned_server
from tests.support.fault_proxy import Answer, FaultProxy, Passing
from tests.support.servers import S3Server

SECRET = "never-to-be-shown-0123456789"


def refused(server: S3Server, bucket: str = "no-such-bucket-at-all") -> Examined:
    """What is found where nothing can be asked."""
    found = Examined(repository(server, bucket).doctor())
    assert not found.report.ok
    assert "put" not in found, "more was asked"
    assert SECRET not in repr(found)
    return found


def test_a_bucket_that_does_not_exist(s3_server: S3Server) -> None:
    found = refused(s3_server)
    assert found.named("failed") == {"bucket"}
    assert found["bucket"].found == "no-such-bucket-at-all does not exist"
    assert found["bucket"].advice == "check its name, the region and the endpoint"


def test_an_endpoint_where_nobody_listens(closed_port: int) -> None:
    url = f"http://127.0.0.1:{closed_port}"
    found = refused(S3Server("nobody", url, "AKIA0123456789", SECRET))
    assert found.named("failed") == {"endpoint"}
    assert found["endpoint"].found == f"no connection to the store at {url}"
    assert found["endpoint"].advice == "check the network and the endpoint"


@pytest.fixture
def strict_server(s3_server: S3Server) -> Iterator[S3Server]:
    """The server, which knows one pair of keys alone; MiniStack takes any, so that a proxy answers in its place."""

    def fault(passing: Passing) -> Answer | None:
        authorization = passing.headers.get("authorization", "")
        if not authorization or f"={s3_server.access_key}/" in authorization:
            return Answer(403, "SignatureDoesNotMatch") if authorization else None
        return Answer(403, "InvalidAccessKeyId")

    if s3_server.name == "Ceph":
        yield s3_server
        return
    with FaultProxy(s3_server.endpoint_url, fault) as proxy:
        yield replace(s3_server, endpoint_url=proxy.url)


def test_a_secret_key_that_is_wrong(strict_server: S3Server, s3_bucket: str) -> None:
    found = refused(replace(strict_server, secret_key=SECRET), s3_bucket)
    assert found.named("failed") == {"credentials"}
    assert found["credentials"].found == "refused: SignatureDoesNotMatch"


def test_an_access_key_that_nobody_knows(strict_server: S3Server, s3_bucket: str) -> None:
    found = refused(replace(strict_server, access_key="AKIANOBODYKNOWSIT", secret_key=SECRET), s3_bucket)
    assert found["credentials"].found == "refused: InvalidAccessKeyId"


def test_no_credentials(moto: S3Server) -> None:
    found = refused(replace(moto, access_key=None, secret_key=None), "bucket")  # type: ignore[arg-type]
    assert found["credentials"].found == "none were found"
    assert "AWS_ACCESS_KEY_ID" in (found["credentials"].advice or "")


def test_credentials_of_the_environment(moto: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA0123456789ABCD")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    server = replace(moto, access_key=None, secret_key=None)  # type: ignore[arg-type]
    found = Examined(repository(server, moto.new_bucket()).doctor(read_only=True))
    assert found["credentials"].found == "from the environment, access key …ABCD"
    assert SECRET not in repr(found)


@pytest.mark.parametrize(
    ("configured", "found"),
    [
        ({"AWS_ACCESS_KEY_ID": "AKIA0123456789ABCD"}, "S3 cannot be set up: Partial credentials found in env"),
        ({}, "no credentials could be obtained"),
    ],
)
def test_credentials_that_cannot_be_had(
    moto: S3Server,
    own_environment: Path,
    monkeypatch: pytest.MonkeyPatch,
    configured: dict[str, str],
    found: str,
) -> None:
    (own_environment / ".aws").mkdir()
    (own_environment / ".aws" / "config").write_text("[default]\ncredential_process = false\n")
    for name, value in configured.items():
        monkeypatch.setenv(name, value)
    checks = refused(replace(moto, access_key=None, secret_key=None), moto.new_bucket())  # type: ignore[arg-type]
    assert checks["endpoint"].result.value == "ok"
    assert checks.named("failed") == {"credentials"}
    assert checks["credentials"].found.startswith(found)
    assert (checks["credentials"].advice or "").startswith("sign in again, or ")


def test_requests_without_credentials(moto: S3Server) -> None:
    found = examine(
        moto,
        moto.new_bucket(),
        read_only=True,
        no_sign_request=True,
        aws_access_key_id=None,
        aws_secret_access_key=None,
    )
    assert found["credentials"].found == "none: no-sign-request is set"


@pytest.mark.parametrize(
    ("minutes", "result", "text"),
    [(-10, "failed", "s ahead of the store's"), (10, "failed", "s behind the store's"), (2, "ok", "within 1")],
)
def test_a_clock_that_is_wrong(moto: S3Server, minutes: int, result: str, text: str) -> None:
    date = format_datetime(datetime.now(timezone.utc) + timedelta(minutes=minutes), usegmt=True)

    def fault(passing: Passing) -> Answer | None:
        return Answer(403, headers={"Date": date}) if passing.method == "HEAD" and not passing.key else None

    with FaultProxy(moto.endpoint_url, fault) as proxy:
        found = examine(replace(moto, endpoint_url=proxy.url), moto.new_bucket(), read_only=True)
    assert found["clock"].result.value == result
    assert text in found["clock"].found
    assert found["list"].result.value == "ok", "all else is asked"


def test_whose_credentials_they_are_is_asked_of_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    arn = "arn:aws:sts::123456789012:assumed-role/publisher/session"
    body = f"<R><GetCallerIdentityResult><Arn>{arn}</Arn></GetCallerIdentityResult></R>".encode()
    keys = {"aws_access_key_id": "AKIA0123456789ABCD", "aws_secret_access_key": config.Secret(SECRET)}
    options = S3Options(config.Connection(region="eu-west-1", **keys))  # type: ignore[arg-type]
    access = S3Access(Bucket("bucket", options))
    with canned_server.canned(canned_server.Answer(body=body)) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", server.url)
        told = access._identity()
    assert (told.result.value, told.found) == ("ok", arn)
    with canned_server.canned(canned_server.Answer(403, "AccessDenied")) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", server.url)
        assert access._identity().result.value == "skipped"
