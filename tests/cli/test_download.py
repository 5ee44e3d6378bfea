"""``s3pypi download PROJECT[==VERSION]``."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from s3pypi_setuptools import RepositoryError, open_repository
from tests.support import samples
from tests.support.programs import run, run_json
from tests.support.servers import S3Server

WHEEL, SDIST = "demo-1.1-py3-none-any.whl", "demo-1.1.tar.gz"
TARGET = ["-t", "./repo"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder whose ``repo`` holds demo 1.0 (wheel), 1.1 (wheel, sdist) and 2.0rc1 (wheel), as ``dist`` does."""
    dist = tmp_path / "dist"
    for version in ("1.0", "1.1", "2.0rc1"):
        samples.wheel(dist, version=version, padding=3_000_000 if version == "1.1" else 0)
    samples.sdist(dist, version="1.1")
    assert open_repository(tmp_path / "repo").publish(dist).ok
    return tmp_path


def state(folder: Path) -> dict[str, bytes]:
    """Everything that lies in the folder, hidden files too."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_newest_version_by_default(folder: Path) -> None:
    done = run("s3pypi", "download", "Demo", "-d", "new/wheels", *TARGET, cwd=folder)
    assert (done.status, done.stderr) == (0, "")
    assert done.stdout == f"downloaded {WHEEL}  new/wheels/{WHEEL}\ndownloaded {SDIST}  new/wheels/{SDIST}\n"
    assert state(folder / "new" / "wheels") == {name: (folder / "dist" / name).read_bytes() for name in (WHEEL, SDIST)}
    again = run("s3pypi", "download", "demo==1.1", "-d", "new/wheels", *TARGET, cwd=folder)
    assert [line.split()[0] for line in again.stdout.splitlines()] == ["present", "present"]


def test_from_a_private_bucket_by_credentials_alone(folder: Path, s3_server: S3Server, s3_bucket: str) -> None:
    target, environ = f"s3://{s3_bucket}/simple", s3_server.environment
    assert run("s3pypi", "dist", "-t", target, cwd=folder, environ=environ).status == 0
    (folder / "in").mkdir()
    done = run("s3pypi", "download", "demo==2.0rc1", "-t", target, cwd=folder / "in", environ=environ)
    assert (done.status, done.stderr) == (0, "")
    name = "demo-2.0rc1-py3-none-any.whl"
    assert state(folder / "in") == {name: (folder / "dist" / name).read_bytes()}


def test_bytes_with_another_hash_are_no_file(folder: Path) -> None:
    (folder / "repo" / "demo" / WHEEL).write_bytes(b"#" * 3_000_000)
    done = run("s3pypi", "download", "demo", "-d", "in", *TARGET, cwd=folder)
    assert (done.status, done.stdout) == (1, f"downloaded {SDIST}  in/{SDIST}\n")
    assert done.stderr.startswith(f"s3pypi: error: {WHEEL}: demo/{WHEEL}: its bytes do not have the listed sha256 hash")
    assert done.stderr.count("\n") == 1
    assert list(state(folder / "in")) == [SDIST]


def test_a_file_that_is_gone_fails_alone(folder: Path) -> None:
    (folder / "repo" / "demo" / SDIST).unlink()
    report = json.loads(run("s3pypi", "download", "demo", "-d", "in", "--json", *TARGET, cwd=folder).stdout)
    assert (report["ok"], report["version"]) == (False, "1.1")
    assert [(file["outcome"], file["path"]) for file in report["files"]] == [
        ("downloaded", f"in/{WHEEL}"), ("failed", None),
    ]  # fmt: skip
    assert list(state(folder / "in")) == [WHEEL]


@pytest.mark.parametrize("kind", ["file", "folder", "pipe", "dangling link"])
def test_what_has_the_files_name_stays_as_it_is(folder: Path, kind: str) -> None:
    (folder / "in").mkdir()
    path = folder / "in" / SDIST
    if kind == "file":
        path.write_bytes(b"mine")
    elif kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("nowhere")
    before = path.lstat()
    done = run("s3pypi", "download", "demo", "-d", "in", *TARGET, cwd=folder)
    assert (done.status, done.stdout) == (1, f"downloaded {WHEEL}  in/{WHEEL}\n")
    assert done.stderr.startswith(f"s3pypi: error: {SDIST}: in/{SDIST} exists ")
    after = path.lstat()
    assert (after.st_mode, after.st_ino, after.st_mtime_ns) == (before.st_mode, before.st_ino, before.st_mtime_ns)
    assert sorted(path.name for path in (folder / "in").iterdir()) == [WHEEL, SDIST]


def test_a_folder_that_cannot_be_made(folder: Path) -> None:
    (folder / "in").write_text("a file")
    done = run("s3pypi", "download", "demo==1.0", "-d", "in", *TARGET, cwd=folder)
    assert (done.status, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith("s3pypi: error: demo-1.0-py3-none-any.whl: in: ")


def test_which_version_is_chosen(folder: Path) -> None:
    repository = open_repository(folder / "repo")
    repository.yank("demo", "1.1")
    assert repository.download("demo", folder=folder / "in").version == "1.0"
    repository.yank("demo", "1.0")
    assert repository.download("demo", folder=folder / "in").version == "2.0rc1"
    repository.yank("demo", "2.0rc1")
    with pytest.raises(RepositoryError, match="lists no version that is not yanked; name one"):
        repository.download("demo", folder=folder / "in")
    assert repository.download("demo", "1.1", folder / "in").ok


def test_a_quarantined_project_is_not_offered(folder: Path) -> None:
    repository = open_repository(folder / "repo")
    repository.set_status("demo", "quarantined")
    with pytest.raises(RepositoryError, match="demo is quarantined"):
        repository.download("demo", "1.0", folder / "in")
    assert not (folder / "in").exists()


@pytest.mark.parametrize(("hashes", "status"), [("#md5={md5}", 0), ("#md5=00", 1), ("", 1)])
def test_another_tools_repository(tmp_path: Path, hashes: str, status: int) -> None:
    import hashlib  # noqa: PLC0415

    wheel = samples.wheel(tmp_path / "repo" / "demo")
    md5 = hashlib.md5(wheel.read_bytes()).hexdigest()
    link = f'<a href="{wheel.name}{hashes.format(md5=md5)}">{wheel.name}</a>'
    (tmp_path / "repo" / "demo" / "index.html").write_text(f"<!DOCTYPE html>{link}")
    (tmp_path / "repo" / "index.html").write_text('<!DOCTYPE html><a href="demo/">demo</a>')
    done = run("s3pypi", "download", "demo", "-d", "in", *TARGET, cwd=tmp_path)
    assert (done.status, done.stderr.count("\n")) == (status, status)
    assert (tmp_path / "in" / wheel.name).exists() is (status == 0)


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["dmo"], 1, "there is no project 'dmo' (did you mean 'demo'?)"),
        (["demo==9"], 1, "demo has no version '9'"),
        (["demo=="], 1, "demo has no version ''"),
        (["de mo"], 2, "'de mo' is not the name of a project"),
        ([], 2, "PROJECT"),
        (["demo>=1"], 2, "'demo>=1' is not the name of a project"),
    ],
)
def test_errors_are_one_line(folder: Path, arguments: list[str], status: int, said: str) -> None:
    done = run("s3pypi", "download", *arguments, *TARGET, cwd=folder)
    assert (done.status, done.stdout, done.stderr.count("\n")) == (status, "", 1)
    assert said in done.stderr


def test_json(folder: Path) -> None:
    report = run_json("download", "demo==1.0", *TARGET, cwd=folder)
    assert set(report) == {"ok", "target", "project", "version", "files"}
    assert set(report["files"][0]) == {"filename", "outcome", "path", "error"}
