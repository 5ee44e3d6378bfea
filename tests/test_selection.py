"""Which files a glob or folder means."""

from __future__ import annotations

from pathlib import Path

import pytest

from s3pypi_setuptools.distribution.selection import select_distributions
from s3pypi_setuptools.errors import InvalidDistribution

WHEEL = "demo-1.0-py3-none-any.whl"
SDIST = "demo-1.0.tar.gz"
COMPANIONS = [
    f"{WHEEL}.asc",
    f"{WHEEL}.sig",
    f"{WHEEL}.sigstore",
    f"{SDIST}.sigstore.json",
    f"{SDIST}.sha256",
    f"{SDIST}.md5",
    "SHA256SUMS",
    "demo-1.0-py3.11.egg",
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in [WHEEL, SDIST, *COMPANIONS, "notes.md"]:
        (tmp_path / name).touch()
    return tmp_path


def names(paths: list[Path]) -> list[str]:
    return [path.name for path in paths]


@pytest.mark.parametrize("companion", COMPANIONS)
def test_a_companion_is_passed_over_with_a_line(folder: Path, caplog: pytest.LogCaptureFixture, companion: str) -> None:
    assert names(select_distributions([str(folder / WHEEL), str(folder / companion)])) == [WHEEL]
    assert caplog.messages == [f"passed over, since only wheels and sdists are published: {companion}"]


@pytest.mark.parametrize("form", ["", "/demo-*"])
def test_a_folder_and_a_glob_are_passed_over_in_one_line(
    folder: Path, caplog: pytest.LogCaptureFixture, form: str
) -> None:
    (folder / "SHA256SUMS").unlink()
    assert names(select_distributions([f"{folder}{form}"])) == [WHEEL, SDIST]
    (line,) = caplog.messages
    assert line.endswith(" and 2 more")


def test_other_files_in_a_glob_are_not_passed_over(folder: Path) -> None:
    assert "notes.md" in names(select_distributions([f"{folder}/*"]))


def test_a_companion_alone_is_what_was_asked_for(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = folder / f"{WHEEL}.asc"
    assert select_distributions([str(path)]) == [path]
    assert not caplog.messages


def test_a_folder_of_companions_holds_no_distribution(folder: Path) -> None:
    (folder / WHEEL).unlink()
    (folder / SDIST).unlink()
    with pytest.raises(InvalidDistribution, match="holds no wheel"):
        select_distributions([str(folder)])
