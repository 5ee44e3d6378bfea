"""The AWS CLI's cache: what it holds is used, and what is obtained is kept there in its form."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from s3pypi_setuptools.aws import sessions as aws_sessions
from s3pypi_setuptools.aws.sessions import Sessions
from s3pypi_setuptools.redaction import Redactor
from tests.credentials import sts
from tests.support.canned_server import canned

NAME = "bba3d8cf528332f6a93ab43cd14977abab2bad62.json"
"""What the AWS CLI, 1 and 2, calls the entry of this role and serial: the SHA-1 of both as JSON."""


def entry(**credentials: object) -> dict[str, Any]:
    """An entry as the AWS CLI writes it."""
    expiration = datetime.now(timezone.utc) + timedelta(hours=1)
    return {
        "Credentials": {
            "AccessKeyId": "ASIAFROMTHECLI000000",
            "SecretAccessKey": "cli-secret",
            "SessionToken": "cli-token",
            "Expiration": expiration.strftime("%Y-%m-%dT%H:%M:%SUTC"),
            "AccountId": "123456789012",
            **credentials,
        },
        "AssumedRoleUser": {
            "AssumedRoleId": "AROA:botocore-session-1",
            "Arn": "arn:aws:sts::123456789012:assumed-role/x",
        },
        "ResponseMetadata": {"RequestId": "1", "HTTPStatusCode": 200, "HTTPHeaders": {}, "RetryAttempts": 0},
    }


@pytest.fixture
def cached(home: Path) -> Path:
    """Where the entry is, or will be."""
    (home / ".aws" / "cli" / "cache").mkdir(parents=True)
    return home / ".aws" / "cli" / "cache" / NAME


@pytest.fixture
def sign_in(monkeypatch: pytest.MonkeyPatch) -> Callable[[], tuple[str, int]]:
    """Obtain credentials with a fresh session: the access key id, and how often somebody was asked."""

    def sign_in() -> tuple[str, int]:
        asked: list[str] = []
        monkeypatch.setattr(aws_sessions, "_has_terminal", lambda: True)
        monkeypatch.setattr("getpass.getpass", lambda prompt: asked.append(prompt) or "123456")
        with canned(sts.credentials()) as server:
            monkeypatch.setenv("AWS_ENDPOINT_URL_STS", server.url)
            sessions = Sessions()
            sessions.sign_in("S3", None, Redactor())
            found = sessions.open("S3", None).get_credentials().get_frozen_credentials()
            assert len(server.requests) == len(asked)
        return found.access_key, len(asked)

    return sign_in


def test_what_the_aws_cli_has_obtained_is_used(cached: Path, sign_in: Callable[[], tuple[str, int]]) -> None:
    cached.write_text(json.dumps(entry()))
    assert sign_in() == ("ASIAFROMTHECLI000000", 0)


def test_what_is_obtained_is_kept_as_the_aws_cli_keeps_it(cached: Path, sign_in: Callable[[], tuple[str, int]]) -> None:
    assert sign_in() == ("ASIAEXAMPLEEXAMPLE00", 1)
    assert [path.name for path in cached.parent.iterdir()] == [NAME]
    assert cached.stat().st_mode & 0o777 == 0o600
    kept = json.loads(cached.read_text())
    assert kept.keys() == entry().keys()
    # Older versions of botocore do not ask whose account it is.
    assert kept["Credentials"].keys() | {"AccountId"} == entry()["Credentials"].keys()
    assert sign_in() == ("ASIAEXAMPLEEXAMPLE00", 0)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        '"text"',
        json.dumps(entry())[:-20],
        json.dumps({"Credentials": []}),
        json.dumps(entry(AccessKeyId=None)),
        json.dumps(entry(SessionToken=5)),
        json.dumps(entry(Expiration=5)),
        json.dumps(entry(Expiration="never")),
        json.dumps(entry(Expiration="2999-01-01T00:00:00")),
        json.dumps(entry(Expiration="2001-01-01T00:00:00Z")),
    ],
)
def test_an_entry_that_cannot_be_used_counts_as_absent(
    cached: Path, sign_in: Callable[[], tuple[str, int]], text: str
) -> None:
    cached.write_text(text)
    assert sign_in() == ("ASIAEXAMPLEEXAMPLE00", 1)
    assert sign_in() == ("ASIAEXAMPLEEXAMPLE00", 0)


def test_a_folder_in_the_place_of_the_entry(cached: Path, sign_in: Callable[[], tuple[str, int]]) -> None:
    cached.mkdir()
    assert sign_in() == ("ASIAEXAMPLEEXAMPLE00", 1)
