"""Which files a glob or folder means."""

from __future__ import annotations

from pathlib import Path

import pytest

from s3pypi_setuptools.distribution.selection import distributions_of, select_distributions, select_files
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
    assert caplog.messages == [f"left out, since only wheels and sdists are published: {companion}"]


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


def test_an_attestation_goes_with_its_distribution(folder: Path) -> None:
    attestation = folder / f"{WHEEL}.publish.attestation"
    attestation.touch()
    assert names(select_distributions([str(attestation), str(folder / WHEEL)])) == [WHEEL]
    with pytest.raises(InvalidDistribution, match=f"{WHEEL}.publish.attestation: its distribution is not among the"):
        select_distributions([str(attestation), str(folder / SDIST)])


def test_files_are_named_by_paths_and_globs_each_once(folder: Path) -> None:
    deep = folder / "a" / "b"
    deep.mkdir(parents=True)
    (deep / WHEEL).touch()
    assert select_files([str(folder / SDIST), f"{folder}/**/{WHEEL}", f"{folder}/demo-1.0.tar.gz"]) == [
        folder / SDIST,
        deep / WHEEL,
        folder / WHEEL,
    ]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("", "is a folder; name the files in it"),
        ("/none.whl", "no such file"),
        ("/none-*", "matches no file"),
        ("/\0", "no such file"),
    ],
)
def test_what_is_no_file_is_named(folder: Path, name: str, says: str) -> None:
    with pytest.raises(InvalidDistribution) as caught:
        select_files([f"{folder}{name}"])
    assert str(caught.value) == f"{folder}{name}: {says}".replace("\0", "\\x00")


def test_the_distributions_of_a_version_in_any_spelling(tmp_path: Path) -> None:
    found = ["My_Pkg-1.0-py3-none-any.whl", "my-pkg-1.0.0.tgz", "my.pkg-1.0.tar.gz", "my_pkg-1-1-py3-none-any.whl"]
    others = ["my-pkg-1.0.txt", "my-pkg-1.0.1.zip", "my-pkg-x.zip", "my-1.0.zip", "my_pkg-1.0-any.whl"]
    for name in [*found, *others]:
        (tmp_path / name).touch()
    (tmp_path / "my-pkg-1.0.zip").mkdir()
    assert names(distributions_of(tmp_path, "my.pkg", "1.0")) == found


@pytest.mark.parametrize(
    ("folder", "version", "says"),
    [
        ("dist", "2.0", "dist: holds no distribution of demo 2.0"),
        ("dist", "two", "'two' is not a version (PEP 440)"),
        ("none", "1.0", "none: no such folder; build the distributions first"),
        (f"dist/{SDIST}", "1.0", f"dist/{SDIST}: cannot be read: Not a directory"),
    ],
)
def test_a_version_without_distributions_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str, version: str, says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("dist").mkdir()
    Path("dist", SDIST).touch()
    with pytest.raises(InvalidDistribution) as caught:
        distributions_of(Path(folder), "demo", version)
    assert str(caught.value) == says
