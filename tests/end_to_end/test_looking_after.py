"""Delete, yank and status on real stores: installers see exactly what ``list`` shows."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from s3pypi_setuptools.index import simple_html, simple_json
from tests.end_to_end.conftest import run_poetry
from tests.end_to_end.one_server import on_one_server
from tests.support import samples
from tests.support.programs import Ended, execute
from tests.support.programs import run as program
from tests.support.servers import S3Server
from tests.support.servers import program as script

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


class Place:
    """A target, the URL at which installers read it, and what its commands need."""

    def __init__(self, target: str, url: str, folder: Path, environ: Mapping[str, str]) -> None:
        self.target, self.url, self.folder, self.environ = target, url, folder, environ
        self.locks = 0

    def s3pypi(self, *arguments: str) -> str:
        done = program("s3pypi", *arguments, "-t", self.target, cwd=self.folder, environ=self.environ)
        assert (done.status, done.stderr) == (0, ""), done.stderr
        return done.stdout

    def push(self, version: str, folder: str = "dist") -> None:
        wheel = samples.wheel(self.folder / folder, "demo", version, salt=folder)
        self.s3pypi(str(wheel))

    def listed(self) -> list[str]:
        """The versions of demo that ``list`` offers, those that are yanked marked with ``!``."""
        report = json.loads(self.s3pypi("list", "demo", "--json"))
        marks = {file["version"]: "" if file["yanked"] is None else "!" for file in report["files"]}
        return [version + marks[version] for version in report["versions"]] if report["offered"] else []

    def pip(self, requirement: str, *more: str) -> str | None:
        """The version that pip takes; None when it finds none."""
        command = ["download", "--no-deps", "--no-cache-dir", "--disable-pip-version-check", "--index-url", self.url]
        folder = self.folder / "downloaded"
        done = program("pip", *command, *more, "--dest", str(folder), requirement, cwd=self.folder)
        return self.taken(folder, done)

    def uv(self, requirement: str, *more: str) -> str | None:
        """The version that uv takes; None when it finds none."""
        command = [script("uv"), "pip", "compile", "--no-cache", "--no-header", "--default-index", self.url, *more, "-"]
        done = execute(command, cwd=self.folder, reads=requirement)
        lines = [line for line in done.stdout.splitlines() if line.startswith("demo==")]
        assert bool(lines) is (done.status == 0), done.stderr
        return lines[0].removeprefix("demo==").strip() if lines else None

    def both(self, requirement: str, *more: str) -> str | None:
        """The version that pip and uv take."""
        found = {self.pip(requirement, *more), self.uv(requirement, *more)}
        assert len(found) == 1, found
        return found.pop()

    def poetry(self) -> list[tuple[str, set[str]]]:
        """The versions of demo that poetry locks, with the names of the files that it finds for each."""
        self.locks += 1
        consumer = self.folder / f"consumer-{self.locks}"
        run_poetry("lock", consumer, self.url, "demo")
        packages = tomllib.loads((consumer / "poetry.lock").read_text(encoding="utf-8"))["package"]
        return [(package["version"], {file["file"] for file in package["files"]}) for package in packages]

    @staticmethod
    def taken(folder: Path, done: Ended) -> str | None:
        wheels = list(folder.glob("demo-*.whl"))
        assert bool(wheels) is (done.status == 0), done.output
        for wheel in wheels:
            wheel.unlink()
        return wheels[0].name.split("-")[1] if wheels else None


@pytest.fixture
def bucket(public_bucket: tuple[str, str], s3_env: dict[str, str], tmp_path: Path) -> Place:
    target, url = public_bucket
    return Place(target, url, tmp_path, s3_env)


@on_one_server
def test_installers_see_what_list_shows(bucket: Place, s3_server: S3Server) -> None:
    for version in ("1.0", "1.1", "1.2"):
        bucket.push(version)
    assert (bucket.listed(), bucket.both("demo")) == (["1.0", "1.1", "1.2"], "1.2")

    bucket.s3pypi("delete", "demo", "1.2", "--yes")
    assert (bucket.listed(), bucket.both("demo"), bucket.both("demo==1.2")) == (["1.0", "1.1"], "1.1", None)
    assert not [key for key in keys(s3_server, bucket) if "1.2" in key]

    bucket.s3pypi("yank", "demo", "1.1", "--reason", 'broken & "old"')
    assert (bucket.listed(), bucket.both("demo"), bucket.both("demo==1.1")) == (["1.0", "1.1!"], "1.0", "1.1")
    assert bucket.poetry() == [("1.0", {"demo-1.0-py3-none-any.whl"})]

    bucket.s3pypi("status", "demo", "quarantined")
    assert (bucket.listed(), bucket.both("demo")) == ([], None)
    bucket.s3pypi("status", "demo", "active")
    bucket.s3pypi("unyank", "demo", "1.1")
    assert (bucket.listed(), bucket.both("demo")) == (["1.0", "1.1"], "1.1")

    bucket.push("1.2", "again")
    assert (bucket.listed(), bucket.both("demo")) == (["1.0", "1.1", "1.2"], "1.2")
    assert bucket.poetry() == [("1.2", {"demo-1.2-py3-none-any.whl"})]


@pytest.mark.slow
@on_one_server
def test_a_deleted_project_falls_through_to_the_next_index_and_may_come_back(
    bucket: Place, s3_server: S3Server
) -> None:
    tell_what_is_missing(s3_server, bucket)
    second = Place(f"{bucket.target}-2", f"{bucket.url.rstrip('/')}-2/", bucket.folder, bucket.environ)
    second.push("0.1", "second")
    bucket.push("1.0")

    def taken() -> tuple[str | None, str | None]:
        """What pip and uv take of the two indexes; uv searches ``--index`` first."""
        return bucket.pip("demo", "--extra-index-url", second.url), second.uv("demo", "--index", bucket.url)

    assert taken() == ("1.0", "1.0")

    bucket.s3pypi("delete", "demo", "1.0", "--yes")
    assert taken() == ("0.1", None), "uv finds the empty project, and looks no further"

    bucket.s3pypi("delete", "demo", "--all", "--yes")
    assert json.loads(bucket.s3pypi("list", "--json"))["projects"] == []
    assert keys(s3_server, bucket) == [
        "index.html", "index.json", "manifest.json", "repository.json", "", "demo/manifest.json",
    ]  # fmt: skip
    assert taken() == ("0.1", "0.1")

    bucket.push("1.0", "again")
    assert bucket.listed() == ["1.0"]
    assert taken() == ("1.0", "1.0")


def tell_what_is_missing(server: S3Server, place: Place) -> None:
    """Let anyone list the bucket: without that, S3 says "denied" for what is missing, and uv stops there."""
    bucket = place.target.removeprefix("s3://").partition("/")[0]
    statements = [
        {"Effect": "Allow", "Principal": "*", "Action": [f"s3:{action}"], "Resource": [f"arn:aws:s3:::{bucket}{path}"]}
        for action, path in (("GetObject", "/*"), ("ListBucket", ""))
    ]
    server.client().put_bucket_policy(
        Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": statements})
    )


def keys(server: S3Server, place: Place) -> list[str]:
    """The repository's keys, the one of the root page that ends in ``/`` as the empty one."""
    bucket, _, prefix = place.target.removeprefix("s3://").partition("/")
    names = [key.removeprefix(f"{prefix}/") for key in server.keys(bucket, f"{prefix}/")]
    return sorted(names, key=lambda name: ("/" in name, name == "", name))


def test_pages_in_a_folder_agree_with_the_list(tmp_path: Path) -> None:
    place = Place("./repo", (tmp_path / "repo").as_uri(), tmp_path, {})
    for version in ("1.0", "1.1"):
        place.push(version)
    place.s3pypi("yank", "demo", "1.0")
    place.s3pypi("delete", "demo", "1.1", "-y")
    folder = tmp_path / "repo" / "demo"
    pages = [
        simple_json.parse_project((folder / "index.json").read_bytes()),
        simple_html.parse_project((folder / "index.html").read_bytes(), "demo"),
    ]
    assert [[(file.filename, file.yanked) for file in page.files] for page in pages] == [
        [("demo-1.0-py3-none-any.whl", "")]
    ] * 2
    assert place.listed() == ["1.0!"]
    assert place.pip("demo==1.0") == "1.0"
