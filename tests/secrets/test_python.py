"""What Python code that uses this package may print: representations, reports, errors, the package's own log."""

from __future__ import annotations

import dataclasses
import logging
import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

import s3pypi_setuptools
from s3pypi_setuptools import PackageRepository, open_repository
from s3pypi_setuptools.aws.sessions import Sessions
from s3pypi_setuptools.config.environment import Environment
from s3pypi_setuptools.config.resolve import resolve
from s3pypi_setuptools.config.settings import Settings, explain
from s3pypi_setuptools.errors import ConfigurationError, Error
from s3pypi_setuptools.redaction import Redactor
from s3pypi_setuptools.stores.registry import open_store
from s3pypi_setuptools.stores.s3.client import S3Options
from s3pypi_setuptools.stores.s3.store import S3Store
from tests.secrets.answers import ANSWERS
from tests.secrets.key_sources import KEY_SOURCES, KEYS, SSE
from tests.secrets.planted import ENCODED_PASSWORD, KEY_ID, SECRET_KEY, SIGNATURE, SSE_KEY, assert_hidden
from tests.support import in_process, samples
from tests.support.canned_server import canned
from tests.support.servers import S3Server

OPTIONS = {name.replace("-", "_"): value for name, value in KEYS.items()} | {"s3_put_args": SSE}


def everything(value: object, depth: int = 3) -> Iterator[object]:
    """The value, and all that it holds of this package."""
    yield value
    if depth == 0 or not type(value).__module__.startswith(s3pypi_setuptools.__name__):
        return
    names = [*getattr(value, "__dict__", {}), *getattr(type(value), "__slots__", ())]
    fields = [field.name for field in dataclasses.fields(value)] if dataclasses.is_dataclass(value) else []
    for name in {*names, *fields}:
        if name not in OPTIONS and name not in {"_text", "_secrets", "_cached_forms"} and hasattr(value, name):
            yield from everything(getattr(value, name), depth - 1)


@pytest.mark.parametrize("source", KEY_SOURCES)
def test_settings_show_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str) -> None:
    given = KEY_SOURCES[source](tmp_path)
    monkeypatch.chdir(tmp_path)
    for name, value in given.environ.items():
        monkeypatch.setenv(name, value)
    typed = dict(argument.removeprefix("--").split("=", 1) for argument in given.arguments if "=" in argument)
    settings = resolve(command_line={**typed, "target": "s3://bucket/p"})
    store = open_store(settings.require_target(), settings, Sessions())
    for each in (*everything(settings), *explain(settings), *everything(store), Environment.current()):
        assert_hidden(repr(each), str(each))
    assert_hidden(f"{settings}", "%s" % settings, f"{settings!r:>10}")  # noqa: UP031


def test_options_of_the_store_show_none() -> None:
    settings: Settings = resolve(command_line={**OPTIONS, "target": "s3://bucket"})
    options = S3Options(settings.connection, put_args=settings.s3_put_args)
    assert_hidden(repr(options), str(options), repr(S3Store("bucket", options)))


CALLS: dict[str, Callable[[PackageRepository, Path], object]] = {
    "initialize": lambda repository, dist: repository.initialize(),
    "publish": lambda repository, dist: repository.publish(dist),
    "publish many": lambda repository, dist: repository.publish(dist, if_exists="replace"),
    "show": lambda repository, dist: repository.show("demo"),
    "delete": lambda repository, dist: repository.delete("demo", "1.0"),
    "prune": lambda repository, dist: repository.prune(),
}


@pytest.mark.parametrize("answer", ["refused", "code", "unknown-feature", "other-region", "json"])
def test_errors_and_the_log_show_none(tmp_path: Path, caplog: pytest.LogCaptureFixture, answer: str) -> None:
    samples.wheel(tmp_path)
    with canned(ANSWERS[answer]) as server, caplog.at_level(logging.DEBUG, "s3pypi_setuptools"):
        for call in CALLS.values():
            repository = open_repository("s3://bucket/p", endpoint_url=server.url, **OPTIONS)
            assert_hidden(repr(repository), str(repository))
            with pytest.raises(Error) as raised:
                call(repository, tmp_path)
            assert_hidden(raised.value)
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("s3pypi_setuptools")]
    assert_hidden(*ours)


def test_links_of_another_tools_pages_are_shown_without_passwords(ministack: S3Server, tmp_path: Path) -> None:
    """Installers follow them as they are; people see where, not with what."""
    bucket = ministack.new_bucket()
    link = f"http://user:{ENCODED_PASSWORD}@127.0.0.1:1/demo-1.0.tar.gz?X-Amz-Signature={SIGNATURE}"
    page = f'<!DOCTYPE html><html><body><a href="{link}#sha256={"0" * 64}">demo-1.0.tar.gz</a></body></html>'
    ministack.client().put_object(Bucket=bucket, Key="p/demo/index.html", Body=page.encode(), ContentType="text/html")
    target = ("-t", f"s3://{bucket}/p")
    samples.wheel(tmp_path / "dist", version="2.0")
    commands = (
        ("dist",),
        ("show", "demo"),
        ("show", "demo", "--json"),
        ("verify",),
        ("verify", "--json"),
        ("yank", "demo", "1.0"),
        ("mirror", "--from", f"s3://{bucket}/p", "--to", "./copy"),
        ("promote", "demo", "1.0", "--from", f"s3://{bucket}/p", "--to", "./copy"),
        ("delete", "demo", "1.0", "--yes", "--dry-run", "--json"),
        ("delete", "demo", "1.0", "--yes"),
    )
    for command in commands:
        where = () if "--to" in command else target
        said = in_process.run("s3pypi", *command, *where, cwd=tmp_path, environ=ministack.environment)
        assert_hidden(said.out, said.err)


def test_of_keys_that_are_renewed_for_ever_the_latest_are_concealed() -> None:
    redactor = Redactor()
    for number in range(1000):
        redactor.conceal(f"session-token-{number}")
    said = redactor.redact("session-token-999 session-token-900 session-token-0")
    assert said == "*** *** session-token-0"


@pytest.mark.parametrize("order", [1, -1])
def test_of_a_secret_that_begins_with_another_nothing_is_shown(order: int) -> None:
    secrets = ["pl4nted", "pl4nted-and", "pl4nted-and/more", "x-pl4nted-and/more+"][::order]
    redactor = Redactor()
    redactor.conceal(*secrets)
    for text in secrets:
        assert redactor.redact(f"({text})", {}) == "(***)"
        assert redactor.redact(f"({quote(text, safe='')})", {}) == "(***)"
        assert redactor.redact(f"({b64encode(text.encode()).decode()})", {}) == "(***)"
    longer = f"{secrets[0]}-of-the-environment"
    assert redactor.redact(longer, {"AWS_SECRET_ACCESS_KEY": longer}) == "***"


def test_a_key_that_is_no_text_is_hidden_too(monkeypatch: pytest.MonkeyPatch) -> None:
    key, redactor = "secret-\udce9-\ud800-key", Redactor()
    redactor.conceal(key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "other-\udce9-key")
    assert redactor.redact(f"{key}, other-\udce9-key") == "***, ***"


def test_one_repositorys_secrets_change_no_text_of_another(tmp_path: Path) -> None:
    """Whatever one of them calls a secret, here words that every message of the other one holds."""
    elsewhere = tmp_path / "elsewhere"
    with canned(ANSWERS["no-bucket"]) as server:
        open_repository(
            "s3://other/p",
            endpoint_url=server.url,
            aws_access_key_id="s3://bucket/p/repository.json",
            aws_secret_access_key="bucket does not exist",
            s3_put_args="SSECustomerAlgorithm=AES256,SSECustomerKey=elsewhere",
        )
        repository = open_repository("s3://bucket/p", endpoint_url=server.url, **OPTIONS)
        with pytest.raises(Error, match=r"^s3://bucket: this bucket does not exist; check its name"):
            repository.names()
    with pytest.raises(Error, match=re.escape(f"{elsewhere}: ")):
        open_repository(elsewhere).names()


def test_a_run_conceals_nothing_in_the_next(tmp_path: Path) -> None:
    secret = ("--aws-access-key-id", "AKIA0123456789ABCDEF", "--aws-secret-access-key", "nowhere")
    first = in_process.run("s3pypi", "list", "-t", "./nowhere", *secret, cwd=tmp_path)
    second = in_process.run("s3pypi", "list", "-t", "./nowhere", cwd=tmp_path)
    assert "nowhere" not in first.err
    assert f"{tmp_path}/nowhere" in second.err


def test_both_sides_of_a_promotion_are_concealed(tmp_path: Path) -> None:
    """In one run, the texts of both repositories hide the secrets of both, the longest first."""
    one, other = Redactor(), Redactor()
    one.conceal("begins-with")
    other.conceal("begins-with-the-other")
    both = Redactor()
    both.include(one)
    both.include(other)
    other.conceal("later-on")
    assert both.redact("begins-with-the-other, begins-with, later-on") == "***, ***, ***"


@pytest.mark.parametrize(
    "arguments",
    [
        {"s3_put_args": f"SSECustomerKey={SSE_KEY}", "region": f"\n{SSE_KEY}", "endpoint_url": f"ftp://{SSE_KEY}"},
        {"aws_secret_access_key": SECRET_KEY, "acl": SECRET_KEY},
        {"aws_secret_access_key": "pl4nted-Passw0rd", "aws_access_key_id": KEY_ID, "target": "pl4nted-Passw0rd"},
    ],
)
def test_errors_of_settings_show_no_secret_that_stands_in_a_wrong_place_too(arguments: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError) as raised:
        resolve(command_line=arguments)
    assert_hidden(raised.value)
