"""The function that checks passwords at CloudFront's edge, by events as AWS documents them.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-event-structure.html
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import json
from base64 import b64encode
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from s3pypi_setuptools.server.password_records import new_token, password_record, token_record
from tests.support import servers
from tests.support.servers import S3Server
from tests.terraform.samples import ELSEWHERE, HOST, PAGES, PIP, basic


def request(uri: str = "/demo/", host: str = HOST, **headers: str) -> dict[str, Any]:
    """A viewer's request, as Lambda@Edge has it."""
    named = {name: value for name, value in {"host": host, **headers}.items() if value is not None}
    return {
        "clientIp": "192.0.2.7",
        "headers": {name: [{"key": name.title(), "value": value}] for name, value in named.items()},
        "method": "GET",
        "querystring": "",
        "uri": uri,
    }


@pytest.mark.parametrize(("uri", "accept", "page"), PAGES)
def test_the_function_chooses_a_page_by_accept(edge: Any, uri: str, accept: str | None, page: str | int | None) -> None:
    answer = edge.choose_page(request(uri, **({} if accept is None else {"accept": accept})))
    if page == 301:
        assert (answer["status"], answer["headers"]["location"][0]["value"]) == ("301", f"{uri}/")
    else:
        assert answer["uri"] == (page or uri)


ALICE, BOB, NONE = password_record("p:w ü"), password_record("b"), password_record("n")
"""Each takes a while, so they are made once."""


class Store:
    """A Parameter Store that counts its reads."""

    def __init__(self) -> None:
        self.parameters: dict[str, str] = {}
        self.paths: list[str] = []
        self.fails = False

    def __call__(self, path: str) -> dict[str, str]:
        self.paths.append(path)
        if self.fails:
            raise OSError("alice and her password")
        return dict(self.parameters)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def store() -> Store:
    made = Store()
    made.parameters = {
        "alice": json.dumps({"role": "read", "projects": ["*"], "password": ALICE}),
        "bob": json.dumps({"role": "upload", "projects": ["Acme_*"], "password": BOB}),
        "damaged": "{",
        "none": json.dumps({"role": "none", "password": NONE}),
    }
    return made


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def checks(edge: Any, store: Store, clock: Clock) -> Any:
    return edge.Edge(store, clock)


def status(answer: dict[str, Any]) -> str:
    """The status of an answer; ``passed`` for the request itself, which has no credentials any more."""
    if "status" in answer:
        return str(answer["status"])
    assert "authorization" not in answer["headers"]
    return "passed"


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Basic",
        "Basic ",
        "Basic !!!",
        "Basic " + b64encode(b"no colon").decode(),
        "Bearer x",
        "Digest x",
        "Basic " + "A" * 8192,
        basic("alice", "p:w"),
        basic("alice", ""),
        basic("", "p:w ü"),
        basic("Alice", "p:w ü"),
        basic("nobody", "p:w ü"),
        basic("damaged", ""),
        basic("../alice", "p:w ü"),
    ],
)
def test_other_credentials_get_a_challenge(checks: Any, header: str | None) -> None:
    answer = checks.answer(request(**({} if header is None else {"authorization": header})))
    assert status(answer) == "401"
    assert answer["headers"]["www-authenticate"][0]["value"].startswith("Basic realm=")


@pytest.mark.parametrize("scheme", ["Basic", "basic", "BASIC"])
@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_the_right_password_lets_through(checks: Any, scheme: str, encoding: str) -> None:
    header = basic("alice", "p:w ü", scheme, encoding)
    assert status(checks.answer(request(authorization=header))) == "passed"
    assert status(checks.answer(request("/", authorization=header))) == "passed"


def test_records_of_s3pypi_2_stay_valid(checks: Any, store: Store) -> None:
    digest = hashlib.sha1(b"swordfish" + b"salt").hexdigest()
    store.parameters["old"] = json.dumps({"password_hash": digest, "password_salt": "salt"})
    assert status(checks.answer(request(authorization=basic("old", "swordfish")))) == "passed"
    assert status(checks.answer(request(authorization=basic("old", "sword")))) == "401"


def test_a_user_reads_the_projects_of_their_patterns(checks: Any) -> None:
    header = basic("bob", "b")
    found = [checks.answer(request(uri, authorization=header)) for uri in ("/acme-x/", "/acme-x/a.whl", "/other/", "/")]
    assert [status(answer) for answer in found] == ["passed", "passed", "403", "403"]
    assert status(checks.answer(request(authorization=basic("none", "n")))) == "403"


@pytest.mark.parametrize(("pattern", "uri"), ELSEWHERE)
def test_no_spelling_of_a_path_leads_out_of_the_projects_of_a_user(
    checks: Any, store: Store, pattern: str, uri: str
) -> None:
    store.parameters["carol"] = json.dumps({"role": "read", "projects": [pattern], "password": BOB})
    assert status(checks.answer(request(uri, authorization=basic("carol", "b")))) == "403"


@pytest.mark.parametrize("form", ["token", "password", "name"])
def test_tokens_are_taken_until_they_expire(checks: Any, store: Store, form: str) -> None:
    now = datetime.now(timezone.utc)
    for expires, expected in ((now + timedelta(hours=1), "passed"), (now - timedelta(hours=1), "401")):
        token = new_token("ci")
        record = {"name": "ci", "record": token_record(token), "expires": expires.isoformat()}
        store.parameters["carol"] = json.dumps({"role": "read", "projects": ["*"], "tokens": [record]})
        checks._users.clear()
        header = {"token": basic("__token__", token), "password": basic("carol", token), "name": basic(token, "")}[form]
        assert status(checks.answer(request(authorization=header))) == expected


def test_the_store_is_asked_once_a_minute_whoever_asks(checks: Any, store: Store, clock: Clock) -> None:
    for name in ("alice", "nobody", "other", "alice"):
        checks.answer(request(authorization=basic(name, "p:w ü")))
    assert store.paths == [f"/s3pypi/{HOST}/users"]
    store.parameters["alice"] = json.dumps({"password": password_record("new")})
    clock.now += 61
    assert status(checks.answer(request(authorization=basic("alice", "p:w ü")))) == "401"
    assert status(checks.answer(request(authorization=basic("alice", "new")))) == "passed"
    assert len(store.paths) == 2


def test_a_store_that_fails_is_no_wrong_password(
    checks: Any, store: Store, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    store.fails = True
    assert status(checks.answer(request(authorization=basic("alice", "p:w ü")))) == "503"
    store.fails = False
    clock.now += 5
    assert status(checks.answer(request(authorization=basic("alice", "p:w ü")))) == "passed"
    store.fails = True
    clock.now += 61
    assert status(checks.answer(request(authorization=basic("alice", "p:w ü")))) == "passed"
    clock.now += 601
    assert status(checks.answer(request(authorization=basic("alice", "p:w ü")))) == "503"
    assert "alice" not in capsys.readouterr().out


def test_a_store_that_fails_is_not_asked_at_each_request(checks: Any, store: Store, clock: Clock) -> None:
    store.fails = True
    for name in ("alice", "nobody", "other"):
        answer = checks.answer(request(host="d111111abcdef8.cloudfront.net", authorization=basic(name, "p:w ü")))
        assert status(answer) == "503"
        assert answer["headers"]["retry-after"][0]["value"] == "5"
    assert len(store.paths) == 1
    assert status(checks.answer(request(host=HOST, authorization=basic("alice", "p:w ü")))) == "503"
    store.fails = False
    clock.now += 5
    assert status(checks.answer(request(authorization=basic("alice", "p:w ü")))) == "passed"


def test_a_silent_store_is_given_up_before_lambda_ends_the_call(edge: Any) -> None:
    with contextlib.closing(edge._client()) as client:
        config = client.meta.config
        edge._client.cache_clear()
    longest = config.retries["total_max_attempts"] * (config.connect_timeout + config.read_timeout)
    assert longest < 5  # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html


def test_users_who_take_too_long_to_read_are_given_up_likewise(edge: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    endless = SimpleNamespace(paginate=lambda **_: itertools.repeat({"Parameters": []}))
    monkeypatch.setattr(edge, "_client", lambda: SimpleNamespace(get_paginator=lambda _: endless))
    monkeypatch.setattr(edge, "_READ_SECONDS", 0)
    with pytest.raises(TimeoutError):
        edge._read_parameters("/s3pypi/packages.example.com/users")


@pytest.mark.parametrize("host", ["", "../../other", "a" * 300, "*"])
def test_a_host_that_is_none_has_no_users(checks: Any, store: Store, host: str) -> None:
    assert status(checks.answer(request(host=host, authorization=basic("alice", "p:w ü")))) == "401"
    assert store.paths == []


def test_an_unknown_name_costs_a_check_as_a_wrong_password_does(
    edge: Any, checks: Any, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.parameters["old"] = json.dumps({"password_hash": "00", "password_salt": "salt"})
    verified: list[str] = []
    original = edge.verify
    monkeypatch.setattr(edge, "verify", lambda record, secret: verified.append(record) or original(record, secret))
    for name in ("alice", "nobody", "damaged", "old"):
        verified.clear()
        checks.answer(request(authorization=basic(name, "wrong")))
        costly = [record for record in verified if record.startswith("scrypt$16384$8$1$")]
        assert len(costly) == 1, name


@pytest.fixture
def parameter_store(tmp_path: Path) -> Iterator[S3Server]:
    with servers.ministack(tmp_path, services="ssm") as server:
        yield server


def test_the_users_are_read_from_the_parameter_store(
    edge: Any, parameter_store: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in parameter_store.environment.items():
        monkeypatch.setenv(name, value)
    for name in ("_ANSWER_SECONDS", "_READ_SECONDS"):  # a busy machine answers late
        monkeypatch.setattr(edge, name, 30)
    edge._client.cache_clear()
    with contextlib.closing(edge._client()) as client:
        for number in range(12):  # the store tells ten at a time
            name = f"/s3pypi/{HOST}/users/user-{number}"
            client.put_parameter(Name=name, Value=json.dumps({"number": number}), Type="SecureString")
        found = edge._read_parameters(f"/s3pypi/{HOST}/users")
    edge._client.cache_clear()
    assert {name: json.loads(text)["number"] for name, text in found.items()} == {f"user-{n}": n for n in range(12)}


def test_the_handlers_answer_whole_events(edge: Any, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edge, "_edge", edge.Edge(store))

    def event(**headers: str) -> dict[str, Any]:
        return {"Records": [{"cf": {"config": {"eventType": "viewer-request"}, "request": request(**headers)}}]}

    right = basic("alice", "p:w ü")
    assert edge.authenticate(event(authorization=right, accept=PIP), None)["uri"] == "/demo/"
    assert edge.authenticate_and_choose(event(authorization=right, accept=PIP), None)["uri"] == "/demo/index.json"
    assert edge.authenticate_and_choose(event(accept=PIP), None)["status"] == "401"
