"""A session that failed for its AWS configuration works once the configuration is corrected."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from pathlib import Path

import pytest

from s3pypi_setuptools import (
    AccessDenied,
    ConfigurationError,
    Error,
    NotAuthenticated,
    PackageRepository,
    Unavailable,
    open_repository,
)
from s3pypi_setuptools.aws import sessions as aws_sessions
from s3pypi_setuptools.aws.client import Access
from s3pypi_setuptools.aws.sessions import Sessions
from s3pypi_setuptools.config.connection import Connection
from s3pypi_setuptools.stores.s3 import client as s3_client
from tests.credentials.conftest import SERIAL
from tests.support.servers import S3Server

KEYS = "aws_access_key_id = {AWS_ACCESS_KEY_ID}\naws_secret_access_key = {AWS_SECRET_ACCESS_KEY}\n"
WITH_MFA = f"""\
[profile ours]
role_arn = arn:aws:iam::123456789012:role/ours
mfa_serial = {SERIAL}
source_profile = keys
[profile keys]
aws_access_key_id = AKIAEXAMPLEEXAMPLE00
aws_secret_access_key = abcdef
"""


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The services of which a client was built."""
    services: list[str] = []
    create = s3_client.create_client

    def create_client(service: str, *arguments: object, **options: object) -> object:
        client = create(service, *arguments, **options)  # type: ignore[arg-type]
        services.append(service)
        return client

    monkeypatch.setattr(s3_client, "create_client", create_client)
    return services


@pytest.fixture
def aws(tmp_path: Path, ministack: S3Server, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of an AWS configuration that is missing; no other credentials can be found."""
    for name in ministack.environment:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "aws" / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "aws" / "credentials"))
    (tmp_path / "aws").mkdir()
    return tmp_path / "aws"


@pytest.fixture
def bucket(ministack: S3Server, aws: Path) -> str:
    return f"s3://{ministack.new_bucket()}"


@pytest.fixture
def repository(ministack: S3Server, bucket: str) -> Iterator[PackageRepository]:
    with open_repository(bucket, profile="ours", endpoint_url=ministack.endpoint_url, region="us-east-1") as repository:
        yield repository


def works(repository: PackageRepository) -> None:
    assert repository.initialize().created
    assert repository.names() == ()
    assert repository.names() == ()


@pytest.mark.parametrize(
    ("config", "kind", "text"),
    [
        (None, ConfigurationError, "ours"),
        ("[profile ours]\n", NotAuthenticated, "no credentials were found"),
        ("[profile ours]\ncredential_process = false\n", Error, "no credentials could be obtained"),
        ("[profile ours]\nmax_attempts = many\n" + KEYS, ConfigurationError, "must be a number"),
        ("[profile ours]\nca_bundle = /no/such/bundle\n", Error, "CA_BUNDLE|no credentials"),
    ],
)
def test_a_profile_that_is_corrected_works_at_the_next_call(
    *,
    repository: PackageRepository,
    aws: Path,
    ministack: S3Server,
    built: list[str],
    config: str | None,
    kind: type[Error],
    text: str,
) -> None:
    if config:
        (aws / "config").write_text(config.format(**ministack.environment))
    for _ in range(2):
        with pytest.raises(kind, match=text):
            repository.names()
    (aws / "config").write_text("[profile ours]\n" + KEYS.format(**ministack.environment))
    built.clear()
    works(repository)
    assert len(built) <= 2, "one client for short answers, and one for long ones"


def test_a_mistyped_mfa_code_can_be_typed_again_at_the_next_call(
    repository: PackageRepository, aws: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (aws / "config").write_text(WITH_MFA)
    asked: list[str] = []

    def getpass_(prompt: str) -> str:
        asked.append(prompt)
        return "12"

    monkeypatch.setattr(getpass, "getpass", getpass_)
    monkeypatch.setattr(aws_sessions, "_has_terminal", lambda: True)
    for count in (1, 2):
        with pytest.raises(ConfigurationError, match="an MFA code is 6 digits"):
            repository.names()
        assert len(asked) == count
    assert not repository.doctor(read_only=True).ok
    assert len(asked) == 3


def test_after_ctrl_c_at_the_prompt_the_next_call_asks_again(
    repository: PackageRepository, aws: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (aws / "config").write_text(WITH_MFA)
    asked: list[str] = []

    def interrupted(prompt: str) -> str:
        asked.append(prompt)
        raise KeyboardInterrupt

    monkeypatch.setattr(getpass, "getpass", interrupted)
    monkeypatch.setattr(aws_sessions, "_has_terminal", lambda: True)
    for count in (1, 2):
        with pytest.raises(KeyboardInterrupt):
            repository.names()
        assert len(asked) == count


def test_a_profile_with_mfa_that_is_added_is_asked_for(
    repository: PackageRepository, aws: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(getpass, "getpass", lambda prompt: prompt[:2])
    monkeypatch.setattr(aws_sessions, "_has_terminal", lambda: True)
    (aws / "config").write_text(WITH_MFA.replace("profile ours", "profile other"))
    with pytest.raises(ConfigurationError, match="ours"):
        repository.names()
    (aws / "config").write_text(WITH_MFA)
    with pytest.raises(ConfigurationError, match="an MFA code is 6 digits"):
        repository.names()


def test_credentials_that_are_not_accepted_are_read_again_at_the_next_call(aws: Path) -> None:
    (aws / "config").write_text("[profile ours]\naws_access_key_id = OLD\naws_secret_access_key = old\n")
    sessions = Sessions()
    access = Access(Connection(profile="ours"), sessions=sessions)
    session = sessions.open("S3", "ours")

    def after(failure: Error) -> bool:
        """Whether the same session is used within this call, and at the next one."""
        assert access.note(failure, failure) is failure
        assert sessions.open("S3", "ours") is session
        sessions.retry_failed()
        return sessions.open("S3", "ours") is session

    assert after(AccessDenied("s3://bucket/key", "access denied"))
    assert after(Unavailable("s3://bucket/key", "no connection"))
    assert not after(NotAuthenticated("s3://bucket/key", "the session token has expired"))
    (aws / "config").write_text("[profile ours]\naws_access_key_id = NEW\naws_secret_access_key = new\n")
    sessions.distrust("ours")
    sessions.retry_failed()
    credentials = sessions.open("S3", "ours").get_credentials()
    assert credentials
    assert credentials.access_key == "NEW"
