"""Texts for people show no credentials of URLs."""

from __future__ import annotations

import pytest

from s3pypi_setuptools.redaction import Redactor
from s3pypi_setuptools.text import quoted, without_credentials

SIGNED = "http://host/x?X-Amz-Signature=planted"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("see https://user:planted@host/x and http://host/y", "see https://***@host/x and http://host/y"),
        ("http://planted@host", "http://***@host"),
        ("http://host/demo@1.0?page=1", "http://host/demo@1.0?page=1"),
        ("http://host:80/demo@1.0", "http://host:80/demo@1.0"),
        (SIGNED, "http://host/x?X-Amz-Signature=***"),
        ("mail me@host", "mail me@host"),
    ],
)
def test_urls_within_a_text(text: str, shown: str) -> None:
    assert without_credentials(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("s3://user:pl/an?ted@bucket/x", "s3://***@bucket/x"),
        ("http://host/demo@1.0", "http://***@1.0"),
        ("user:planted@host", "***@host"),
        ("demo@1.0", "demo@1.0"),
        ("http://host/?key=planted", "http://host/?***"),
        ("http://host/?", "http://host/?"),
        (SIGNED, "http://host/x?***"),
        ("file?key=value", "file?key=value"),
    ],
)
def test_a_text_that_is_one_url_hides_all_that_may_be_a_secret(text: str, shown: str) -> None:
    assert without_credentials(text, is_url=True) == shown
    assert quoted(text) == repr(shown)


def test_only_secrets_of_the_given_environment_are_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "planted-outside")
    environ = {"AWS_SECRET_ACCESS_KEY": "planted-inside"}
    assert Redactor().redact("planted-inside planted-outside", environ) == "*** planted-outside"
    assert Redactor().redact("planted-inside planted-outside") == "planted-inside ***"
