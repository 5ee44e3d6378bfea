"""The console scripts, given keys in every source, before stores that echo them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tests.secrets.answers import ANSWERS
from tests.secrets.key_sources import KEY_SOURCES, SSE
from tests.secrets.planted import assert_hidden
from tests.support import in_process, samples
from tests.support.canned_server import canned
from tests.support.markers import case

VERBS: Mapping[str, Sequence[str]] = {
    "upload": ("upload", "dist"),
    "list": ("list",),
    "delete": ("delete", "demo", "1.0", "--yes"),
    "reindex": ("reindex", "--yes"),
    "mirror": ("mirror", "--from", "./repo"),
    "verify": ("verify",),
}
OUTPUTS = ((), ("-v",), ("--json",), ("--json", "-v"))
CASES = dict.fromkeys(
    [
        *((source, answer) for source in KEY_SOURCES for answer in ("refused", "code")),
        *(("profile", each) for each in ANSWERS),
    ]
)
QUICK = ("code", "denied", "other-region", "redirect", "page", "json")
"""Answers that are tried in every run: one of each form."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    samples.wheel(tmp_path / "dist")
    in_process.run("s3pypi", "dist", "-t", "./repo", cwd=tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("source", "answer"), [case(source, answer, slow=answer not in QUICK) for source, answer in CASES]
)
def test_a_store_that_echoes_what_it_was_sent(folder: Path, source: str, answer: str) -> None:
    given = KEY_SOURCES[source](folder)
    with canned(ANSWERS[answer]) as server:
        own = {"AWS_MAX_ATTEMPTS": "1", "AWS_ENDPOINT_URL": server.url, "S3PYPI_S3_PUT_ARGS": SSE}
        environ = {**given.environ, **own}
        for number, verb in enumerate(VERBS.values()):
            options = (*given.arguments, *OUTPUTS[number % len(OUTPUTS)], "-t", "s3://bucket/p")
            said = in_process.run("s3pypi", *verb, *options, cwd=folder, environ=environ)
            assert said.status == 1
            assert_hidden(said.out, said.err)
        options = (*given.arguments, "--s3-put-args", SSE, "-t", "s3://bucket/p")
        said = in_process.run("s3upload", "dist/*", *options, cwd=folder, environ=environ)
        assert said.status == 1
        assert_hidden(said.out, said.err)
        assert server.requests
