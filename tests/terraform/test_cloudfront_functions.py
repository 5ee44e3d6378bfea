"""The CloudFront functions, by events as AWS documents them."""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64encode
from datetime import datetime, timedelta, timezone
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from s3pypi_setuptools.server.password_records import new_token
from tests.terraform.cloudfront_functions import ENGINES, LARGEST, answers, code, event
from tests.terraform.samples import ELSEWHERE, PAGES, PIP, basic

CHOOSE = code("pages/choose.js", "pages/handler.js")
CHECK = code("edge_tokens/check.js", "pages/as_stored.js")
CHECK_AND_CHOOSE = code("edge_tokens/check.js", "pages/choose.js")

TOKEN, NARROW, OVER, LASTING = new_token("ci"), new_token("narrow"), new_token("over"), new_token("lasting")


def in_minutes(minutes: int) -> str:
    return (datetime.now(timezone.utc) + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def key(token: str) -> str:
    return urlsafe_b64encode(sha256(token.encode()).digest()).decode().rstrip("=")


STORED = {
    key(TOKEN): json.dumps({"user": "ci", "projects": ["*"]}),
    key(NARROW): json.dumps({"user": "narrow", "projects": ["Acme_*", "tool?"]}),
    key(OVER): json.dumps({"user": "ci", "projects": ["*"], "expires": in_minutes(-1)}),
    key(LASTING): json.dumps({"user": "ci", "projects": ["*"], "expires": in_minutes(60)}),
}


def status(answer: dict[str, Any]) -> str:
    """The status of an answer; ``passed`` for the request itself, which has no credentials any more."""
    if "statusCode" in answer:
        assert answer["headers"]["cache-control"] == {"value": "no-store"}
        return str(answer["statusCode"])
    assert "authorization" not in answer["headers"]
    return "passed"


@pytest.mark.parametrize("engine", ENGINES)
def test_the_function_chooses_the_page_that_accept_asks_for(engine: str, tmp_path: Path) -> None:
    found = answers(engine, tmp_path, CHOOSE, [event(uri, accept=accept) for uri, accept, _ in PAGES])
    for (uri, _, page), answer in zip(PAGES, found, strict=True):
        if page == 301:
            assert (answer["statusCode"], answer["headers"]["location"]["value"]) == (301, f"{uri}/")
        else:
            assert answer["uri"] == (page or uri)


@pytest.mark.parametrize("function", [CHOOSE, CHECK, CHECK_AND_CHOOSE], ids=["choose", "check", "check and choose"])
def test_cloudfront_takes_the_function(function: str) -> None:
    assert len(function.encode()) < LARGEST


@pytest.mark.parametrize("engine", ENGINES)
def test_a_token_lets_through_in_each_form(engine: str, tmp_path: Path) -> None:
    headers = [
        *(basic("__token__", TOKEN, scheme) for scheme in ("Basic", "basic", "BASIC")),
        basic("ci", TOKEN),
        basic(TOKEN, ""),
        basic("__token__", LASTING),
        f"  Basic   {basic('ci', TOKEN).partition(' ')[2]} ",
    ]
    found = answers(engine, tmp_path, CHECK, [event(authorization=header) for header in headers], STORED)
    assert [status(answer) for answer in found] == ["passed"] * len(headers)
    assert {answer["uri"] for answer in found} == {"/demo/"}


@pytest.mark.parametrize("engine", ENGINES)
def test_other_credentials_get_a_challenge(engine: str, tmp_path: Path) -> None:
    headers = [
        None,
        "",
        "Basic",
        "Basic ",
        "Basic !!!",
        "Basic ====",
        "Basic " + b64encode(b"no colon").decode(),
        "Basic " + b64encode(b"\xff\xfe:\xff").decode(),
        "Basic " + "A" * 8192,
        "Bearer " + TOKEN,
        TOKEN,
        basic("__token__", ""),
        basic("__token__", new_token("ci")),
        basic("__token__", TOKEN[:-1]),
        basic("__token__", TOKEN + "x"),
        basic("__token__", "p" * 8000),
        basic("__token__", OVER),
        basic("someone", TOKEN),
        basic("CI", TOKEN),
        basic("ci", "swordfish"),
        basic("nobody", "swordfish"),
        basic("", "swordfish"),
        basic("ü", TOKEN, encoding="latin-1"),
        basic(TOKEN, TOKEN),
    ]
    found = answers(engine, tmp_path, CHECK, [event(authorization=header) for header in headers], STORED)
    assert [status(answer) for answer in found] == ["401"] * len(headers)
    assert all(answer["headers"]["www-authenticate"]["value"].startswith("Basic realm=") for answer in found)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_token_reads_the_projects_of_its_patterns(engine: str, tmp_path: Path) -> None:
    expected = {
        "/acme-x/": "passed",
        "/Acme.X/a.whl": "passed",
        "/tools/": "passed",
        "/tool/": "403",
        "/other-acme-x/": "403",
        "/acme-x": "403",
        "/": "403",
        "/index.json": "403",
        "//acme-x/": "403",
    }
    header = basic("narrow", NARROW)
    found = answers(engine, tmp_path, CHECK, [event(uri, authorization=header) for uri in expected], STORED)
    assert dict(zip(expected, map(status, found), strict=True)) == expected


@pytest.mark.parametrize("engine", ENGINES)
def test_no_spelling_of_a_path_leads_out_of_the_projects_of_a_token(engine: str, tmp_path: Path) -> None:
    tokens = [new_token("ci") for _ in ELSEWHERE]
    records = ({"user": "ci", "projects": [pattern]} for pattern, _ in ELSEWHERE)
    stored = {key(token): json.dumps(record) for token, record in zip(tokens, records, strict=True)}
    events = [event(uri, authorization=basic("ci", token)) for token, (_, uri) in zip(tokens, ELSEWHERE, strict=True)]
    found = answers(engine, tmp_path, CHECK, events, stored)
    assert [status(answer) for answer in found] == ["403"] * len(ELSEWHERE)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_page_is_chosen_after_the_check(engine: str, tmp_path: Path) -> None:
    events = [event(accept=PIP, authorization=basic("ci", TOKEN)), event("/demo", accept=PIP)]
    passed, refused = answers(engine, tmp_path, CHECK_AND_CHOOSE, events, STORED)
    assert (passed["uri"], status(refused)) == ("/demo/index.json", "401")


@pytest.mark.parametrize("engine", ENGINES)
def test_a_store_that_fails_is_no_wrong_token(engine: str, tmp_path: Path) -> None:
    events = [event(authorization=basic("ci", TOKEN)), event()]
    failed, none = answers(engine, tmp_path, CHECK, events)
    assert (status(failed), status(none)) == ("503", "401")
    assert failed["headers"]["retry-after"] == {"value": "5"}


@pytest.mark.parametrize("engine", ENGINES)
def test_a_token_that_is_removed_is_refused_at_once(engine: str, tmp_path: Path) -> None:
    events = [event(authorization=basic("ci", TOKEN))]
    for folder, stored, expected in (("before", STORED, "passed"), ("after", {}, "401")):
        (tmp_path / folder).mkdir()
        (answer,) = answers(engine, tmp_path / folder, CHECK, events, stored)
        assert status(answer) == expected
