"""Names of projects and files."""

from __future__ import annotations

from s3pypi_setuptools.naming import content_type, is_project_name, normalize_name


def test_content_types() -> None:
    assert content_type("Demo-1.0-py3-none-any.WHL") == content_type("demo-1.0.zip") == "application/zip"
    assert content_type("demo-1.0-py3.12.egg") == "application/zip"
    assert content_type("demo-1.0.tar.gz") == content_type("demo-1.0.tgz") == "application/gzip"
    assert content_type("demo-1.0.tar.bz2") == "application/x-bzip2"
    assert content_type("demo-1.0.tar.xz") == "application/x-xz"
    assert content_type("demo-1.0-py3-none-any.whl.metadata") == "application/octet-stream"
    assert content_type("demo-1.0.exe") == "application/octet-stream"


def test_names() -> None:
    assert normalize_name("Foo.Bar__baz-.qux") == "foo-bar-baz-qux"
    assert all(map(is_project_name, ["a", "Foo.Bar", "a_b", "0"]))
    assert not any(map(is_project_name, ["", "-a", "a-", "a/b", "..", "ä", "a b", "a\n"]))
    assert is_project_name("a" * 255), "as long as the name of a folder may be"
    assert not is_project_name("a" * 256)
