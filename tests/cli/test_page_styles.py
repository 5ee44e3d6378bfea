"""Which pages a repository has, decided by ``init --pages``, by the setting ``pages``, and by ``migrate-index``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support import samples
from tests.support.programs import run
from tests.support.servers import S3Server

JSON = "application/vnd.pypi.simple.v1+json"
HTML = "text/html; charset=utf-8"


def pages(server: S3Server, bucket: str) -> dict[str, tuple[str, str]]:
    """Content-Type and Cache-Control of each page below the prefix."""
    heads = {
        key: server.client().head_object(Bucket=bucket, Key=key)
        for key in server.keys(bucket)
        if key.endswith(("/", "index.html", "index.json"))
    }
    return {key.removeprefix("simple/"): (head["ContentType"], head["CacheControl"]) for key, head in heads.items()}


def record(server: S3Server, bucket: str) -> dict[str, Any]:
    found = json.loads(server.client().get_object(Bucket=bucket, Key="simple/repository.json")["Body"].read())
    assert isinstance(found, dict)
    return found


EXPECTED = {
    f"{folder}{name}": (kind, "no-cache")
    for folder in ("", "demo/")
    for name, kind in (("index.json", JSON), ("index.html", HTML), ("", JSON))
}


@pytest.mark.parametrize("way", ["init", "setting", "migrate-index"])
def test_json_at_keys_that_end_in_a_slash(
    s3_server: S3Server, s3_bucket: str, s3_env: dict[str, str], tmp_path: Path, way: str
) -> None:
    target = f"s3://{s3_bucket}/simple"
    samples.wheel(tmp_path / "dist")
    environment = dict(s3_env)
    if way == "init":
        made = run("s3pypi", "init", target, "--pages", "json", cwd=tmp_path, environ=s3_env)
        assert "pages of every project: index.json, index.html, / (JSON)" in made.stdout
        again = run("s3pypi", "init", target, "--pages", "/", cwd=tmp_path, environ=s3_env)
        assert again.status == 0
        assert "it keeps these pages; s3pypi migrate-index / changes them" in again.stdout
    elif way == "setting":
        environment["S3PYPI_PAGES"] = "json"
    assert run("s3pypi", "dist", "-t", target, cwd=tmp_path, environ=environment).status == 0
    if way == "migrate-index":
        assert pages(s3_server, s3_bucket)["demo/"] == (HTML, "no-cache")
        done = run("s3pypi", "migrate-index", "json", "-t", target, cwd=tmp_path, environ=s3_env)
        assert (done.status, done.stderr) == (0, "")
    assert pages(s3_server, s3_bucket) == EXPECTED
    assert record(s3_server, s3_bucket)["pages"] == ["index.json", "index.html", "/ (JSON)"]
    assert record(s3_server, s3_bucket)["format"] == 2, "which version 1.0 does not take for a repository it knows"
    assert run("s3pypi", "verify", "-t", target, cwd=tmp_path, environ=s3_env).status == 0


@pytest.mark.parametrize("style", ["json", "/"])
def test_a_folder_that_cannot_have_the_style_is_left_as_it_is(tmp_path: Path, style: str) -> None:
    samples.wheel(tmp_path / "dist")
    refused = run("s3pypi", "init", "./repo", "--pages", style, cwd=tmp_path)
    assert refused.status == 1
    assert refused.stderr.count("\n") == 1
    assert "this store keeps no keys that end in /" in refused.stderr
    refused = run("s3pypi", "dist", "-t", "./repo", "--pages", style, cwd=tmp_path)
    assert refused.status == 1
    assert not (tmp_path / "repo").exists()
    assert run("s3pypi", "dist", "-t", "./repo", cwd=tmp_path).status == 0
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "repo").rglob("*")}
    refused = run("s3pypi", "migrate-index", style, "-t", "./repo", "--yes", cwd=tmp_path)
    assert refused.status == 1
    assert "this store keeps no keys that end in /: choose index.html" in refused.stderr
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "repo").rglob("*")} == before


def test_other_forms_of_the_setting_must_not_contradict(tmp_path: Path) -> None:
    done = run("s3pypi", "init", "./repo", "--index-html", "--pages", "json", cwd=tmp_path)
    assert done.status == 1
    assert "index-html means pages=index.html, but pages=json is asked for too" in done.stderr
    assert run("s3pypi", "init", "./repo", "--index.html", cwd=tmp_path).status == 0
