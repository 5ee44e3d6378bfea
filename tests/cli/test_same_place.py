"""``s3pypi promote`` and ``mirror`` from a repository to itself, however it is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from s3pypi_setuptools import open_repository
from s3pypi_setuptools.errors import UsageError
from tests.support import samples
from tests.support.programs import run
from tests.support.servers import S3Server

SAID = "both repositories are this one; name two different ones\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a repository ``repo``, and other ways to it."""
    assert open_repository(tmp_path / "repo").publish(samples.wheel(tmp_path / "dist")).ok
    (tmp_path / "link").symlink_to("repo")
    (tmp_path / "parent").symlink_to(".")
    (tmp_path / "pyproject.toml").write_text('[tool.s3pypi.targets]\nprod = "./repo"\n')
    return tmp_path


SPELLINGS = [
    "./repo",
    "./repo/",
    "repo/",
    "../{name}/repo",
    "{folder}/repo",
    "file://{folder}/repo/",
    "./link",
    "./parent/repo",
    "prod",
]


@pytest.mark.parametrize("to", SPELLINGS)
def test_a_folder(folder: Path, to: str) -> None:
    before = state(folder / "repo")
    to = to.format(folder=folder, name=folder.name)
    for words in (["promote", "demo", "1.0"], ["mirror"]):
        for places in (["--from", "./repo", "--to", to], ["--from", to, "-t", "./repo", "--dry-run"]):
            done = run("s3pypi", *words, *places, cwd=folder)
            assert (done.status, done.stdout) == (2, ""), done.stderr
            assert done.stderr.startswith("s3pypi: error: file://")
            assert done.stderr.endswith(SAID)
    assert state(folder / "repo") == before


def test_a_folder_that_is_not_there_yet(folder: Path) -> None:
    done = run("s3pypi", "mirror", "--from", "./new", "--to", "./parent/new", cwd=folder)
    assert (done.status, done.stderr.endswith(SAID)) == (2, True)
    assert not (folder / "new").exists()


def test_an_import_from_the_same_place_is_one_in_place(folder: Path) -> None:
    done = run("s3pypi", "import", "--from", "./link", "--to", "./repo", cwd=folder)
    assert (done.status, done.stdout.splitlines()[-1]) == (0, "1 file, 1 present")


def test_in_python(folder: Path) -> None:
    repository = open_repository(folder / "repo")
    with pytest.raises(UsageError, match="name two different ones"):
        repository.promote("demo", "1.0", open_repository(folder / "link"))


def test_a_bucket(folder: Path, s3_server: S3Server, s3_bucket: str) -> None:
    target = f"s3://{s3_bucket}/simple"
    environ = s3_server.environment
    assert run("s3pypi", "dist", "-t", target, cwd=folder, environ=environ).status == 0
    for to in (["--to", f"{target}/"], ["--bucket", s3_bucket, "--prefix", "/simple"]):
        done = run("s3pypi", "mirror", "--from", target, *to, cwd=folder, environ=environ)
        assert (done.status, done.stderr) == (2, f"s3pypi: error: {target}: {SAID}")
    for to in (f"{target}2", f"s3://{s3_bucket}/simple/other", "./copy"):
        done = run("s3pypi", "promote", "demo", "1.0", "--from", target, "--to", to, cwd=folder, environ=environ)
        assert done.status == 0, done.stderr


def test_buckets_of_one_name_on_two_services_are_two(folder: Path) -> None:
    keys = {"aws_access_key_id": "ID", "aws_secret_access_key": "planted-key"}
    ours, theirs = (
        open_repository("s3://bucket/x", endpoint_url=f"http://127.0.0.1:{port}", **keys) for port in (1, 2)
    )
    with pytest.raises(Exception, match=r"no connection to the store at http://127\.0\.0\.1:1"):
        ours.promote("demo", "1.0", theirs)


def state(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(path): (path.stat().st_mtime_ns, path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".s3pypi" not in path.parts
    }
