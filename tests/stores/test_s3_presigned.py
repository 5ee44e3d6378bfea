"""URLs that are signed in windows: the same for all within one, and told to last no longer than the credentials."""

from __future__ import annotations

import json
import sys
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import botocore.auth
import botocore.session
import pytest
from botocore.config import Config

from s3pypi_setuptools.config.connection import Connection
from s3pypi_setuptools.config.secret import Secret
from s3pypi_setuptools.errors import NotAuthenticated
from s3pypi_setuptools.stores.base import SignedUrl
from s3pypi_setuptools.stores.s3.client import S3Options
from s3pypi_setuptools.stores.s3.store import S3Store

WINDOW = 1800
BEGIN = 1_800_000_000 // WINDOW * WINDOW
KEY = "simple/demo/demo-1.0+local tag-py3-none-any.whl"


def signed(store: S3Store) -> SignedUrl:
    found = store.presigned_url(KEY, WINDOW)
    assert found is not None
    return found


def store_with(**connection: object) -> S3Store:
    options = S3Options(Connection(endpoint_url="http://127.0.0.1:9", region="eu-west-1", **connection))  # type: ignore[arg-type]
    return S3Store("bucket", options)


def store_with_keys(token: str | None = None) -> S3Store:
    secret = Secret(token) if token else None
    return store_with(aws_access_key_id="AKIAEXAMPLE", aws_secret_access_key=Secret("secret"), aws_session_token=secret)


class StoppedClock(datetime):
    @classmethod
    def utcnow(cls) -> datetime:
        return datetime.fromtimestamp(BEGIN, timezone.utc).replace(tzinfo=None)


@pytest.mark.parametrize("token", [None, "a token/+="])
def test_the_url_is_the_one_that_botocore_makes_at_the_beginning_of_the_window(
    monkeypatch: pytest.MonkeyPatch, token: str | None
) -> None:
    store = store_with_keys(token)
    monkeypatch.setattr(time, "time", lambda: BEGIN + 1234.5)
    if hasattr(botocore.auth, "get_current_datetime"):
        monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda: datetime.fromtimestamp(BEGIN, timezone.utc))
    else:  # earlier versions of botocore
        monkeypatch.setattr(botocore.auth, "datetime", SimpleNamespace(datetime=StoppedClock))
    client = botocore.session.Session().create_client(
        "s3",
        region_name="eu-west-1",
        endpoint_url="http://127.0.0.1:9",
        aws_access_key_id="AKIAEXAMPLE",
        aws_secret_access_key="secret",
        aws_session_token=token,
        config=Config(signature_version="s3v4", response_checksum_validation="when_required"),
    )
    expected = client.generate_presigned_url("get_object", {"Bucket": "bucket", "Key": KEY}, ExpiresIn=2 * WINDOW)
    url = signed(store).url
    assert url.partition("?")[0] == expected.partition("?")[0]
    assert parse_qs(urlsplit(url).query) == parse_qs(urlsplit(expected).query)


def test_the_url_stays_the_same_until_the_window_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    urls = []
    for second in (0, WINDOW - 1, WINDOW):
        monkeypatch.setattr(time, "time", lambda second=second: BEGIN + second)
        urls.append(signed(store_with_keys()).url)
    assert urls[0] == urls[1] != urls[2]


def test_keys_of_a_user_last_as_long_as_is_asked_and_a_token_of_unknown_age_is_not_relied_on() -> None:
    assert signed(store_with_keys()).seconds == WINDOW
    assert signed(store_with_keys("token")).seconds == 0


def test_objects_that_are_read_unsigned_have_urls_without_a_signature() -> None:
    assert "?" not in signed(store_with(no_sign_request=True)).url


@pytest.mark.program
@pytest.mark.parametrize(("minutes", "lasts"), [(120, WINDOW), (20, WINDOW // 2), (12, WINDOW // 6)])
def test_credentials_that_expire_earlier_shorten_what_is_told(own_environment: Path, minutes: int, lasts: int) -> None:
    expires = (datetime.now(timezone.utc) + timedelta(minutes=minutes)).isoformat()
    answer = {
        "Version": 1,
        "AccessKeyId": "AKIAEXAMPLE",
        "SecretAccessKey": "secret",
        "SessionToken": "token",
        "Expiration": expires,
    }
    (own_environment / "answer.json").write_text(json.dumps(answer), encoding="utf-8")
    script = own_environment / "answer.py"
    script.write_text("import sys; print(open(sys.argv[1]).read())", encoding="utf-8")
    config = own_environment / ".aws" / "config"
    config.parent.mkdir(exist_ok=True)
    process = f"{sys.executable} {script} {own_environment / 'answer.json'}"
    config.write_text(f"[default]\ncredential_process = {process}\n", encoding="utf-8")
    found = signed(store_with())
    assert found.seconds == lasts
    assert "X-Amz-Security-Token=token" in found.url


def test_without_credentials_the_error_says_so() -> None:
    with pytest.raises(NotAuthenticated, match="credentials"):
        store_with().presigned_url(KEY, WINDOW)
