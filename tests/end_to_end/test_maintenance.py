"""Verify, reindex and prune on real servers: installers see exactly what ``list`` shows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.end_to_end.one_server import on_one_server
from tests.end_to_end.test_looking_after import Place
from tests.support import samples
from tests.support.programs import run as program
from tests.support.servers import S3Server


class Bucket(Place):
    """A repository in a bucket, and the bucket itself as other tools reach it."""

    server: S3Server

    @property
    def place(self) -> tuple[str, str]:
        """The bucket's name, and the start of the repository's keys."""
        bucket, _, prefix = self.target.removeprefix("s3://").partition("/")
        return bucket, f"{prefix}/"

    def put(self, key: str, data: bytes) -> None:
        bucket, start = self.place
        self.server.client().put_object(Bucket=bucket, Key=start + key, Body=data)

    def remove(self, *keys: str) -> None:
        bucket, start = self.place
        for key in keys:
            self.server.client().delete_object(Bucket=bucket, Key=start + key)

    def stored(self) -> list[str]:
        bucket, start = self.place
        return [key.removeprefix(start) for key in self.server.keys(bucket, start)]

    def findings(self, *options: str) -> set[tuple[str, str]]:
        arguments = ("verify", "--json", *options, "-t", self.target)
        done = program("s3pypi", *arguments, cwd=self.folder, environ=self.environ)
        report = json.loads(done.stdout)
        assert done.status == (0 if report["ok"] else 1)
        return {(each["problem"], each["key"].partition("/")[2]) for each in report["findings"]}

    def agrees(self, latest: str) -> bool:
        """``list``, pip, uv and poetry agree on every version, and nothing is wrong."""
        assert self.findings("--deep") == set()
        versions = self.listed()
        assert self.both("demo") == latest
        for version in versions:
            plain = version.removesuffix("!")
            assert self.both(f"demo=={plain}") == plain
        assert self.poetry() == [(latest, {f"demo-{latest}-py3-none-any.whl"})]
        return latest in versions


@pytest.fixture
def bucket(public_bucket: tuple[str, str], s3_server: S3Server, s3_env: dict[str, str], tmp_path: Path) -> Bucket:
    target, url = public_bucket
    made = Bucket(target, url, tmp_path, s3_env)
    made.server = s3_server
    for version in ("1.0", "1.1"):
        made.push(version)
    made.s3pypi("yank", "demo", "1.0", "--reason", "old")
    return made


@on_one_server
@pytest.mark.slow
def test_files_dropped_in_and_lost_records(bucket: Bucket) -> None:
    assert bucket.agrees("1.1")
    wheel = samples.wheel(bucket.folder / "by-hand", "demo", "2.0")
    bucket.put(f"demo/{wheel.name}", wheel.read_bytes())
    bucket.remove("index.json")
    assert bucket.findings() == {("orphan", f"demo/{wheel.name}"), ("missing-page", "index.json")}

    assert f"listed {wheel.name}  demo" in bucket.s3pypi("reindex")
    assert bucket.listed() == ["1.0!", "1.1", "2.0"]
    assert bucket.agrees("2.0")

    for lost in (
        ("demo/manifest.json",),
        ("demo/manifest.json", "demo/index.json", "manifest.json", "demo/index.html"),
    ):
        bucket.remove(*lost)
        assert ("no-manifest", "demo/manifest.json") in bucket.findings()
        bucket.s3pypi("reindex")
        assert bucket.listed() == ["1.0!", "1.1", "2.0"]
    assert bucket.agrees("2.0")

    bucket.put("demo/manifest.json", b"garbage")
    bucket.put("demo/index.html", b"<html></html>")
    bucket.s3pypi("reindex", "demo")
    assert bucket.listed() == ["1.0!", "1.1", "2.0"]
    assert bucket.agrees("2.0")


@on_one_server
def test_only_files_are_left(bucket: Bucket) -> None:
    bucket.remove(*(key for key in bucket.stored() if not key.endswith(".whl")))
    bucket.s3pypi("reindex")
    assert bucket.listed() == ["1.0", "1.1"]
    assert bucket.agrees("1.1")


@on_one_server
def test_prune_orphans_and_releases(bucket: Bucket) -> None:
    bucket.push("1.2.dev1")
    bucket.push("1.2")
    orphan = samples.wheel(bucket.folder / "by-hand", "demo", "3.0").name
    bucket.put(f"demo/{orphan}", b"x")
    bucket.s3pypi("prune", "--yes")
    assert f"demo/{orphan}" in bucket.stored()

    bucket.s3pypi("prune", "--keep-last", "1", "--orphans", "--grace", "0", "--yes")

    assert bucket.listed() == ["1.2"]
    assert bucket.agrees("1.2")
    assert sorted(key for key in bucket.stored() if ".whl" in key) == [
        "demo/demo-1.2-py3-none-any.whl",
        "demo/demo-1.2-py3-none-any.whl.metadata",
    ]
    assert bucket.both("demo==1.1") is None
