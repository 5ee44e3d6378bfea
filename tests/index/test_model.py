from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3pypi_setuptools.index.model import File, Project, ProjectStatus, Root, Status, clean_text
from s3pypi_setuptools.naming import version_of


def listed(*filenames: str) -> Project:
    return Project.of("name", [File(filename, filename) for filename in filenames])


@pytest.mark.parametrize(
    ("project", "filename", "version"),
    [
        ("name", "name-1.0-1.tar.gz", "1.0.post1"),
        ("name-1-0", "name-1.0-1.tar.gz", "1"),
        ("foo-bar", "Foo.Bar-1.0.tar.gz", "1.0"),
        ("foo-bar", "foo__bar-1.0.zip", "1.0"),
        ("foo-bar", "foo_bar-1.0.0-1-py3-none-any.whl", "1.0.0"),
        ("foo-bar", "foo-bar-2.0-py3-none-any.whl", "2.0"),
        ("name", "name-1.0+cu121-cp311-cp311-pyemscripten_2025_0_wasm32.whl", "1.0+cu121"),
        ("name", "name-1!2.0rc1.tar.bz2", "1!2.0rc1"),
        ("name", "name-1.0-py3.8.egg", "1.0"),
        ("name", "name-1.0-py3.8-linux-x86_64.egg", "1.0"),
        ("name", "name-1.0.win32.exe", None),
        ("name", "other-1.0.tar.gz", None),
        ("name", "name-1.0.txt", None),
        ("name", "names-1.0.zip", None),
        ("name", "name-latest.zip", None),
        ("name", f"name-{'1' * 5000}.zip", None),
        ("name", "name.zip", None),
        ("name", "", None),
    ],
)
def test_versions_of_filenames(project: str, filename: str, version: str | None) -> None:
    assert version_of(project, filename) == version


def test_an_entry_with_the_facts_of_its_file() -> None:
    plain = File("demo-1.0-py3-none-any.whl", "demo-1.0-py3-none-any.whl", (("blake2b", "cd"),), yanked="bad")
    full = plain.with_facts("ab" * 32, 3, b"Name: demo")
    assert full.hashes == (("blake2b", "cd"), ("sha256", "ab" * 32))
    assert (full.sha256, full.size, full.yanked) == ("ab" * 32, 3, "bad")
    assert full.metadata_sha256 == hashlib.sha256(b"Name: demo").hexdigest()
    assert (plain.has_facts, plain.with_facts("ab" * 32, 3).has_facts, full.has_facts) == (False, False, True)
    again = full.with_facts("cd" * 32, 4)
    assert (again.sha256, again.core_metadata) == ("cd" * 32, full.core_metadata)


def test_files_are_in_version_order_and_unknown_ones_last() -> None:
    project = listed("name-latest.zip", "name-1.10.zip", "name-1.9.zip", "name-1.9-py3-none-any.whl", "name-1.9rc1.zip")
    assert [file.filename for file in project.files] == [
        "name-1.9rc1.zip",
        "name-1.9-py3-none-any.whl",
        "name-1.9.zip",
        "name-1.10.zip",
        "name-latest.zip",
    ]
    assert project.versions == ("1.9rc1", "1.9", "1.10")


def test_files_of_a_version_however_it_is_spelled() -> None:
    project = listed("name-1.0.zip", "name-1.0.0-py3-none-any.whl", "name-1.0.post0.zip", "name-latest.zip")
    assert [file.filename for file in project.files_of("1")] == ["name-1.0.0-py3-none-any.whl", "name-1.0.zip"]
    assert project.versions == ("1.0.0", "1.0", "1.0.post0")
    assert project.files_of("2") == project.files_of("latest") == ()


def test_a_file_takes_the_place_of_its_namesake() -> None:
    project = listed("name-1.0.zip", "name-2.0.zip")
    changed = project.with_files([File("name-1.0.zip", "new/name-1.0.zip"), File("name-1.5.zip", "name-1.5.zip")])
    assert [file.url for file in changed.files] == ["new/name-1.0.zip", "name-1.5.zip", "name-2.0.zip"]
    assert changed.without_files(["name-1.5.zip", "name-1.0.zip"]).files == project.files[1:]
    assert changed.file("name-2.0.zip") is project.files[1]
    assert changed.file("name-3.0.zip") is None


def test_of_several_files_with_one_name_the_first_counts() -> None:
    assert Project.of("name", [File("a-1.zip", "x/a-1.zip"), File("a-1.zip", "y/a-1.zip")]).files[0].url == "x/a-1.zip"


def test_yanking() -> None:
    project = listed("name-1.0.zip", "name-2.0.zip")
    yanked = project.yank(["name-1.0.zip"], "broken:\n<b>do not use</b>\x00")
    assert [file.yanked for file in yanked.files] == ["broken: <b>do not use</b>", None]
    assert yanked.yank(["name-2.0.zip"]).files[1].yanked == ""
    assert yanked.unyank(["name-1.0.zip", "name-2.0.zip"]) == project


def test_status() -> None:
    project = listed("name-1.0.zip")
    assert project.with_status(Status.ARCHIVED, "done\n").status == ProjectStatus(Status.ARCHIVED, "done")
    assert project.with_status(Status.ARCHIVED, " ").status == ProjectStatus(Status.ARCHIVED)
    assert project.with_status(Status.ARCHIVED).with_status(None) == project
    assert project.with_status(Status.DEPRECATED).offered == project.files
    assert project.with_status(Status.QUARANTINED).offered == ()


@given(st.text(st.characters()))
def test_clean_text_fits_on_a_line_of_any_format(text: str) -> None:
    cleaned = clean_text(text)
    assert clean_text(cleaned) == cleaned
    assert len(cleaned.splitlines()) <= 1
    cleaned.encode()


def test_sha256() -> None:
    assert File("a", "a", (("md5", "0a"), ("sha256", "0b"))).sha256 == "0b"
    assert File("a", "a").sha256 is None


def test_root_lists_each_project_once_in_order() -> None:
    assert Root.of(["b", "a", "b"], "c").projects == ("a", "b")
