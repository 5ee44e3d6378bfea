"""Files of one version in a folder of this machine, each with the listed bytes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from s3pypi_setuptools.errors import NotAllowed, NotListed, RepositoryError
from s3pypi_setuptools.index.model import Status
from s3pypi_setuptools.operations.download import DownloadedFile, DownloadOutcome, download, path_in
from s3pypi_setuptools.operations.status import set_status
from tests.operations.conftest import World
from tests.operations.processes import opened

FILES = WHEEL, SDIST = "demo-1.0-py3-none-any.whl", "demo-1.0.tar.gz"


def test_every_file_of_the_version_is_stored_once(three: World, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    for outcome in (DownloadOutcome.DOWNLOADED, DownloadOutcome.PRESENT):
        with opened(three, reading=True) as repository:
            report = download(repository, "demo", "1.0", folder)
        assert (report.ok, report.target, report.project, report.version) == (True, "memory:///team", "demo", "1.0")
        assert report.files == tuple(DownloadedFile(name, outcome, folder / name) for name in (WHEEL, SDIST))
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
            WHEEL: three.wheel().read_bytes(),
            SDIST: three.sdist().read_bytes(),
        }
    with opened(three, reading=True) as repository:
        assert download(repository, "demo", None, tmp_path / "latest").version == "2.0"


def test_other_bytes_are_an_error_of_their_file_alone(three: World, tmp_path: Path) -> None:
    (tmp_path / WHEEL).write_bytes(b"mine")
    three.put(f"team/demo/{SDIST}", b"other")
    with opened(three, reading=True) as repository:
        report = download(repository, "demo", "1.0", tmp_path)
    assert not report.ok
    there = f"{tmp_path / WHEEL} exists with other bytes; move it away, or choose another folder"
    stored = f"team/demo/{SDIST}: its bytes do not have the listed sha256 hash; see s3pypi verify --deep"
    assert [str(file.error) for file in report.files] == [there, stored]
    assert (tmp_path / WHEEL).read_bytes() == b"mine"
    assert not list(tmp_path.glob("*.gz"))
    assert not list(tmp_path.glob(".s3pypi-*"))


@pytest.mark.parametrize(
    ("project", "version", "says"),
    [
        ("dem", "1.0", "memory:///team: there is no project 'dem' (did you mean 'demo'?)"),
        ("demo", "9", "demo has no version '9'; it has 2.0, 1.1, 1.0"),
    ],
)
def test_what_there_is_not_is_named(three: World, tmp_path: Path, project: str, version: str, says: str) -> None:
    with opened(three, reading=True) as repository, pytest.raises(NotListed) as caught:
        download(repository, project, version, tmp_path / "folder")
    assert str(caught.value) == says
    assert not (tmp_path / "folder").exists()


@pytest.mark.parametrize("other", [False, True])
def test_of_two_who_write_one_file_neither_overwrites_the_other(
    three: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, other: bool
) -> None:
    def link(source: Path, path: Path) -> None:
        path.write_bytes(b"other" if other else source.read_bytes())
        raise FileExistsError

    monkeypatch.setattr(os, "link", link)
    with opened(three, reading=True) as repository:
        report = download(repository, "demo", "1.0", tmp_path)
    errors = [f"{tmp_path / name} exists with other bytes; move it away, or choose another folder" for name in FILES]
    assert [str(file.error) for file in report.files if file.error] == (errors if other else [])
    assert {file.outcome for file in report.files} == {DownloadOutcome.FAILED if other else DownloadOutcome.PRESENT}
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == sorted(FILES)


def test_a_file_system_without_hard_links(three: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def link(source: Path, path: Path) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", link)
    with opened(three, reading=True) as repository:
        report = download(repository, "demo", "1.0", tmp_path / "folder")
    assert [file.outcome for file in report.files] == [DownloadOutcome.DOWNLOADED] * 2
    assert sorted(path.name for path in (tmp_path / "folder").iterdir()) == sorted(FILES)


def test_a_folder_that_cannot_be_made_is_named_with_the_reason(three: World, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"in the way")
    with opened(three, reading=True) as repository:
        report = download(repository, "demo", "1.0", tmp_path / "file")
    assert [str(file.error) for file in report.files] == [f"{tmp_path / 'file'}: File exists"] * 2


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../demo.whl", "/etc/demo.whl", "a/demo.whl", "a\\demo.whl", "C:demo.whl", "demo\0.whl"]
)
def test_a_name_that_leads_out_of_the_folder_is_no_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(RepositoryError, match="is not the name of a file"):
        path_in(tmp_path, name)


def test_a_quarantined_project_offers_no_file(three: World, tmp_path: Path) -> None:
    with opened(three) as repository:
        set_status(repository, "demo", Status.QUARANTINED)
    with opened(three, reading=True) as repository, pytest.raises(NotAllowed, match="demo is quarantined"):
        download(repository, "demo", "1.0", tmp_path)
