"""Repositories that the old tools made themselves are taken over, and installers see just what ``list`` shows."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from pypi_simple import PyPISimple

from tests.end_to_end import old_tools
from tests.end_to_end.conftest import run_poetry
from tests.end_to_end.one_server import on_one_server
from tests.support import programs, samples
from tests.support.markers import case
from tests.support.programs import output_of
from tests.support.servers import S3Server, program
from tests.support.session_folders import common_folder, made_once

VERSIONS = ("1.2.1", "2.0.1")
STYLES = ("/", "index.html")
ILABS = ("ilabs.s3util==0.6.7", "boto3", "setuptools<81")


@pytest.fixture(scope="session")
def ilabs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = common_folder(tmp_path_factory) / "ilabs"
    return made_once(folder, lambda folder: old_tools.install(folder, *ILABS)) / "bin"


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    """demo 1.0 and 2.0; my-pkg with an sdist named as older setuptools names it."""
    folder = tmp_path / "dist"
    for version in ("1.0", "2.0"):
        samples.wheel(folder, "demo", version)
        samples.sdist(folder, "demo", version)
    samples.wheel(folder, "my-pkg")
    samples.sdist(folder, "my-pkg").rename(folder / "my-pkg-1.0.tar.gz")
    return folder


def ours(*arguments: str, folder: Path, environment: Mapping[str, str]) -> dict[str, Any]:
    """What ``s3pypi … --json`` printed; it must succeed."""
    done = programs.run("s3pypi", *arguments, "--json", cwd=folder, environ=environment)
    assert done.status == 0, done.output
    value = json.loads(done.stdout)
    assert isinstance(value, dict)
    return value


def files_of(project: str, target: str, folder: Path, environment: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    report = ours("list", project, "-t", target, folder=folder, environment=environment)
    return {file["filename"]: file for file in report["files"]}


def check_clients(target: str, url: str, folder: Path, environment: Mapping[str, str]) -> None:
    """pip and uv install each project, poetry locks its newest version.

    A client library sees in both forms of a page what ``list`` shows.
    """
    listed = ours("list", "-t", target, folder=folder, environment=environment)
    names = [project["name"] for project in listed["projects"]]
    assert names == ["demo", "my-pkg"]
    for name in names:
        files = files_of(name, target, folder, environment)
        with urlopen(f"{url}{name}/index.json") as answer:
            page = json.load(answer)
        assert {file["filename"]: file["hashes"] for file in page["files"]} == {
            filename: file["hashes"] for filename, file in files.items()
        }
        with PyPISimple(url) as client:
            seen = client.get_project_page(name).packages
        assert {package.filename: package.digests for package in seen} == {
            filename: file["hashes"] for filename, file in files.items()
        }
        assert all(file["hashes"]["sha256"] and file["size"] and file["requires_python"] for file in files.values())
        assert all(file["metadata"] == file["filename"].endswith(".whl") for file in files.values())
        pip = ("install", "--no-cache-dir", "--no-deps", "--index-url", url, "--target", str(folder / f"pip-{name}"))
        done = programs.run("pip", *pip, name, cwd=folder)
        assert done.status == 0, done.output
        uv = [program("uv"), "pip", "install", "--no-deps", "--python", sys.executable, "--index-url", url]
        output_of([*uv, "--target", folder / f"uv-{name}", name], cwd=folder)
        run_poetry("lock", folder / f"poetry-{name}", url, name)
        lock = (folder / f"poetry-{name}" / "poetry.lock").read_text(encoding="utf-8")
        newest = max(file["version"] for file in files.values())
        assert {filename for filename in files if f'"{filename}"' in lock} == {
            filename for filename, file in files.items() if file["version"] == newest
        }
    assert (folder / "pip-demo" / "demo-2.0.dist-info").is_dir()
    assert (folder / "uv-demo" / "demo-2.0.dist-info").is_dir()


@on_one_server
@pytest.mark.parametrize(
    ("style", "version"),
    [case(style, version, slow=(style, version) != ("/", VERSIONS[-1])) for style in STYLES for version in VERSIONS],
)
def test_s3pypi(
    *,
    gorilla: Callable[[str], Path],
    version: str,
    style: str,
    dist: Path,
    s3_server: S3Server,
    public_bucket: tuple[str, str],
    s3_env: dict[str, str],
    tmp_path: Path,
) -> None:
    target, url = public_bucket
    bucket = target.split("/")[2]
    files = sorted(dist.iterdir())
    upload = [gorilla(version) / "s3pypi", *(["upload"] if version > "2" else []), *files]
    website = "--index.html" if version > "2" else "--unsafe-s3-website"
    options = ["--put-root-index", *([website] if style == "index.html" else [])]
    options += ["--s3-endpoint-url", s3_server.endpoint_url]
    output_of([*upload, "--bucket", bucket, "--prefix", "simple", *options], cwd=tmp_path, environ=s3_env)

    report = ours("import", "-t", target, folder=tmp_path, environment=s3_env)

    assert {file["outcome"] for file in report["files"]} == {"adopted"}
    assert len(report["files"]) == 6
    if style == "index.html":
        migrated = ours("migrate-index", "both", "-t", target, folder=tmp_path, environment=s3_env)
        assert migrated["before"] == ["index.json", "index.html"]
    check_clients(target, url, tmp_path, s3_env)
    again = ours("import", "-t", target, folder=tmp_path, environment=s3_env)
    assert {file["outcome"] for file in again["files"]} == {"present"}


@on_one_server
def test_ilabs_s3util(
    *, ilabs: Path, dist: Path, s3_server: S3Server, s3_bucket: str, s3_env: dict[str, str], tmp_path: Path
) -> None:
    target, url = f"s3://{s3_bucket}/simple", f"{s3_server.endpoint_url}/{s3_bucket}/simple/"
    output_of([ilabs / "s3pypi", f"{dist}/*", "--target", target], cwd=tmp_path, environ=s3_env)
    readable = ("-t", target, "--acl", "public-read")  # it lets everybody read by the ACL of each object

    report = ours("import", *readable, folder=tmp_path, environment=s3_env)

    outcomes = {(file["project"], file["filename"]): file["outcome"] for file in report["files"]}
    assert outcomes.pop(("my-pkg", "my-pkg-1.0.tar.gz")) == "copied", "ilabs put it under my/"
    assert set(outcomes.values()) == {"adopted"}
    ours("migrate-index", "both", *readable, folder=tmp_path, environment=s3_env)
    check_clients(target, url, tmp_path, s3_env)


@pytest.mark.slow
@on_one_server
def test_mirror_into_a_folder_and_promote_back(
    *,
    gorilla: Callable[[str], Path],
    dist: Path,
    s3_server: S3Server,
    public_bucket: tuple[str, str],
    s3_env: dict[str, str],
    tmp_path: Path,
) -> None:
    target, url = public_bucket
    bucket = target.split("/")[2]
    upload = [gorilla("2.0.1") / "s3pypi", "upload", *sorted(dist.iterdir()), "--bucket", bucket, "--prefix", "old"]
    output_of([*upload, "--s3-endpoint-url", s3_server.endpoint_url], cwd=tmp_path, environ=s3_env)

    old, folder = f"s3://{bucket}/old", str(tmp_path / "mirror")
    for expected in ("copied", "present"):
        report = ours("mirror", "--from", old, "--to", folder, folder=tmp_path, environment=s3_env)
        assert {file["outcome"] for file in report["files"]} == {expected}
    for project, version in (("demo", "1.0"), ("demo", "2.0"), ("my-pkg", "1.0")):
        report = ours(
            "promote", project, version, "--from", folder, "--to", target, folder=tmp_path, environment=s3_env
        )
        assert {file["outcome"] for file in report["files"]} == {"published"}
        assert not report["server_side"]
    check_clients(target, url, tmp_path, s3_env)


@pytest.mark.slow
def test_promote_between_prefixes_of_a_bucket(
    dist: Path, public_bucket: tuple[str, str], s3_env: dict[str, str], tmp_path: Path
) -> None:
    target, url = public_bucket
    staging = target.replace("/simple", "/staging")
    ours("upload", f"{dist}/*", "-t", staging, folder=tmp_path, environment=s3_env)
    for project, version in (("demo", "1.0"), ("demo", "2.0"), ("my-pkg", "1.0")):
        report = ours(
            "promote", project, version, "--from", staging, "--to", target, folder=tmp_path, environment=s3_env
        )
        assert report["server_side"]
    check_clients(target, url, tmp_path, s3_env)
    for name in ("demo", "my-pkg"):
        assert {file["hashes"]["sha256"] for file in files_of(name, target, tmp_path, s3_env).values()} == {
            file["hashes"]["sha256"] for file in files_of(name, staging, tmp_path, s3_env).values()
        }


def test_the_commands_refuse_in_one_line(tmp_path: Path) -> None:
    for arguments, message in {
        ("promote", "demo", "1.0", "--to", "./there"): "say where the version is listed: --from TARGET",
        ("mirror", "--to", "./there"): "say what to mirror: --from TARGET",
        ("promote", "demo", "1.0", "--from", "./here", "--to", "./a", "-t", "./b"): "give the repository to write once",
        ("import", "../demo", "-t", "./there"): "'../demo' is not the name of a project",
        ("migrate-index", "/", "-t", "./there"): "confirmation needed, but stdin is not a terminal",
    }.items():
        done = programs.run("s3pypi", *arguments, cwd=tmp_path)
        assert done.status == 2, arguments
        assert message in done.stderr
        assert done.stderr.count("\n") == 1
    assert not list(tmp_path.iterdir())
