"""Files that another tool's pages list by whole URLs, and in shared folders, on real servers and in a folder."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support import samples
from tests.support.in_process import Said, run
from tests.support.servers import S3Server

WHEEL, POOLED = "demo-1.0-py3-none-any.whl", "demo-2.0-py3-none-any.whl"


class Bucket:
    """A bucket with another tool's repository under ``simple``, and a folder of files beside its projects."""

    def __init__(self, server: S3Server, bucket: str, folder: Path) -> None:
        self.client = server.client()
        self.bucket = bucket
        self.folder = folder
        self.url = f"{server.endpoint_url}/{bucket}"
        self.environ: Mapping[str, str] = server.environment
        self.put(f"simple/demo/{WHEEL}", samples.wheel(folder).read_bytes())
        self.put(f"simple/pool/{POOLED}", samples.wheel(folder, version="2.0").read_bytes())

    def put(self, key: str, data: bytes) -> None:
        self.client.put_object(Bucket=self.bucket, Key=key, Body=data)

    def page(self, project: str, *links: str) -> None:
        text = "".join(f'<a href="{link}">{link.rpartition("/")[2]}</a>' for link in links)
        self.put(f"simple/{project}/index.html", f"<html><body>{text}</body></html>".encode())

    def stored(self) -> set[str]:
        found = self.client.list_objects_v2(Bucket=self.bucket).get("Contents", ())
        return {entry["Key"] for entry in found}

    def manifest(self, project: str) -> dict[str, Any]:
        body = self.client.get_object(Bucket=self.bucket, Key=f"simple/{project}/manifest.json")["Body"]
        found = json.loads(body.read())
        assert isinstance(found, dict)
        return found

    def urls(self, project: str) -> dict[str, str]:
        return {file["filename"]: file["url"] for file in self.manifest(project)["files"]}

    def run(self, *arguments: str) -> Said:
        return run("s3pypi", *arguments, "-t", f"s3://{self.bucket}/simple", cwd=self.folder, environ=self.environ)


@pytest.fixture
def bucket(s3_server: S3Server, s3_bucket: str, tmp_path: Path) -> Bucket:
    return Bucket(s3_server, s3_bucket, tmp_path)


def test_urls_of_this_very_bucket_are_followed(bucket: Bucket) -> None:
    bucket.page("demo", f"{bucket.url}/simple/demo/{WHEEL}", f"{bucket.url.removeprefix('http:')}/simple/pool/{POOLED}")
    new = samples.wheel(bucket.folder, version="3.0")
    assert bucket.run("upload", str(new)).status == 0
    assert bucket.urls("demo") == {WHEEL: WHEEL, POOLED: f"../pool/{POOLED}", new.name: new.name}
    assert bucket.run("reindex", "--yes").status == 0
    assert bucket.run("verify").status == 0
    assert bucket.run("prune", "--grace", "0h", "--yes").status == 0
    assert {f"simple/demo/{WHEEL}", f"simple/pool/{POOLED}"} <= bucket.stored()
    assert bucket.run("verify", "--deep").status == 0


def test_urls_of_another_bucket_or_host_stay_and_make_no_orphan(bucket: Bucket) -> None:
    links = {
        WHEEL: f"{bucket.url}-other/simple/demo/{WHEEL}",
        POOLED: f"https://pypi.example.com/simple/pool/{POOLED}",
    }
    bucket.page("demo", *links.values())
    assert bucket.run("import").status in (0, 1)
    assert bucket.urls("demo") == links
    assert bucket.run("prune", "--grace", "0h", "--yes").status == 0
    assert bucket.run("reindex", "--yes").status == 0
    assert {f"simple/demo/{WHEEL}", f"simple/pool/{POOLED}"} <= bucket.stored()
    assert bucket.urls("demo") == links


@pytest.mark.parametrize(
    "command",
    [
        ("delete", "demo", "1.0", "--yes"),
        ("delete", "demo", "--all", "--yes"),
        ("upload", "OTHER", "--force"),
        ("prune", "demo", "--keep-last", "0", "--grace", "0h", "--yes"),
    ],
    ids=["delete", "delete all", "replace", "prune"],
)
def test_what_another_project_lists_stays(bucket: Bucket, command: tuple[str, ...]) -> None:
    bucket.page("demo", WHEEL)
    bucket.page("alias", f"../demo/{WHEEL}")
    other = samples.wheel(bucket.folder / "other", salt="other")
    newer = samples.wheel(bucket.folder, version="4.0")
    assert bucket.run("upload", str(newer)).status == 0
    said = bucket.run(*(str(other) if word == "OTHER" else word for word in command))
    assert said.status == 0, said
    assert f"simple/demo/{WHEEL}" in bucket.stored()
    assert WHEEL not in bucket.manifest("demo")["removed"]
    assert bucket.run("prune", "--grace", "0h", "--yes").status == 0
    assert f"simple/demo/{WHEEL}" in bucket.stored()


def test_in_a_folder(tmp_path: Path) -> None:
    """By a file URL; and a page that came after ours, which no record knows of."""
    wheel, repository = samples.wheel(tmp_path), tmp_path / "r"
    (repository / "demo").mkdir(parents=True)
    shutil.copy2(wheel, repository / "demo")
    link = (repository / "demo" / WHEEL).as_uri()
    (repository / "demo" / "index.html").write_text(f'<html><body><a href="{link}">{WHEEL}</a></body></html>')
    other = samples.wheel(tmp_path, "other")
    for path in (samples.wheel(tmp_path, version="2.0"), other):
        assert run("s3pypi", "upload", str(path), "-t", "./r", cwd=tmp_path).status == 0
    files = json.loads((repository / "demo" / "manifest.json").read_bytes())["files"]
    assert [file["url"] for file in files] == [WHEEL, POOLED]
    (repository / "alias").mkdir()
    page = f'<html><body><a href="../other/{other.name}">{other.name}</a></body></html>'
    (repository / "alias" / "index.html").write_text(page)
    assert run("s3pypi", "delete", "other", "--all", "--yes", "-t", "./r", cwd=tmp_path).status == 0
    assert run("s3pypi", "prune", "--grace=0h", "--yes", "-t", "./r", cwd=tmp_path).status == 0
    assert (repository / "other" / other.name).exists()
