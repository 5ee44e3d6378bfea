"""Files of one version in a folder of this machine, each with the listed bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from s3pypi_setuptools.errors import RepositoryError
from s3pypi_setuptools.operations.download import DownloadedFile, DownloadOutcome, download
from tests.operations.conftest import World
from tests.operations.contents import opened

WHEEL, SDIST = "demo-1.0-py3-none-any.whl", "demo-1.0.tar.gz"


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
    with opened(three, reading=True) as repository, pytest.raises(RepositoryError) as caught:
        download(repository, project, version, tmp_path / "folder")
    assert str(caught.value) == says
    assert not (tmp_path / "folder").exists()
