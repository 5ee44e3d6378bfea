"""What filenames say of projects and versions."""

from __future__ import annotations

import pytest

from s3pypi_setuptools.naming import SUFFIXES, guess_project, parse_version, sort_key, version_of


@pytest.mark.parametrize(
    ("filename", "project"),
    [
        ("Foo_Bar-1.0-py3-none-any.whl", "foo-bar"),
        ("foo-bar-1.0-py3-none-any.whl", "foo"),
        ("-1.0-py3-none-any.whl", None),
        (".whl", None),
        ("foo-bar-1.0.tar.gz", "foo-bar"),
        ("Foo.Bar-1.0.zip", "foo-bar"),
        ("foo-2-bar-1.0.tgz", "foo-2-bar"),
        ("foo-1.0-1.tar.gz", "foo"),
        ("foo-bar-1.0+local-1.tar.bz2", "foo-bar"),
        ("foo-1.0.tar.xz", "foo"),
        ("foo-latest.tar.gz", None),
        ("foo.tar.gz", None),
        ("-1.0.tar.gz", None),
        ("_-1.0.tar.gz", None),
        ("foo-1.0.egg", None),
        ("foo-1.0.tar.gz.asc", None),
        ("foo-1.0", None),
        ("", None),
    ],
)
def test_projects_of_filenames(filename: str, project: str | None) -> None:
    assert guess_project(filename) == project


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_kind_of_file_has_a_version(suffix: str) -> None:
    tags = {".whl": "-py3-none-any", ".egg": "-py3.12"}.get(suffix, "")
    assert version_of("foo", f"foo-1.2{tags}{suffix}") == "1.2"
    for more in ("x", ".asc", "\n", suffix[:-1]):
        assert version_of("foo", f"foo-1.2{tags}{suffix}{more}") is None


@pytest.mark.parametrize(
    ("filename", "version"),
    [
        ("foo-1.0-2-py3-none-any.whl", "1.0"),
        ("foo-1.0-2abc-py3-none-any.whl", "1.0"),
        ("foo-1.0-x2-py3-none-any.whl", None),
        ("foo-1.0-2-3-py3-none-any.whl", None),
        ("FOO-1.0-py3-none-any.whl", "1.0"),
        ("foo--1.0.zip", "1.0"),
        ("foo_1.0.zip", None),
    ],
)
def test_odd_filenames(filename: str, version: str | None) -> None:
    assert version_of("foo", filename) == version


def test_files_without_a_version_come_last_by_name() -> None:
    names = ["foo-0.zip", "foo-0a1.zip", "foo-x.zip", "foo-a.zip", "foo-0-py3-none-any.whl"]
    assert sorted(names, key=lambda name: sort_key("foo", name)) == [
        "foo-0a1.zip",
        "foo-0-py3-none-any.whl",
        "foo-0.zip",
        "foo-a.zip",
        "foo-x.zip",
    ]


def test_texts_that_are_no_versions() -> None:
    assert str(parse_version("v1.0-RC.1")) == "1.0rc1"
    assert [parse_version(text) for text in ("", "latest", "1.0-", "1" * 5000)] == [None] * 4
