"""What is said of pages that are refused."""

from __future__ import annotations

import json

import pytest

from s3pypi_setuptools.errors import InvalidIndex
from s3pypi_setuptools.index.model import File, Project, Status
from s3pypi_setuptools.index.simple_html import parse_project
from s3pypi_setuptools.index.simple_json import file_from_json


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("url", "javascript:x"),
        ("hashes", None),
        ("requires-python", 3),
        ("size", -1),
        ("upload-time", "yesterday"),
        ("core-metadata", "x"),
        ("yanked", 1),
        ("gpg-sig", "true"),
        ("provenance", "relative"),
    ],
)
def test_a_malformed_entry_is_named_with_its_key_and_value(key: str, value: object) -> None:
    entry = {"filename": "demo-1.0.zip", "url": "demo-1.0.zip", "hashes": {}, key: value}
    with pytest.raises(InvalidIndex) as refused:
        file_from_json(json.loads(json.dumps(entry)))
    assert str(refused.value) == f"the file 'demo-1.0.zip' has {key} {value!r}"


@pytest.mark.parametrize(
    ("page", "says"),
    [
        (b"<html><meta name='s3pypi:commit' content='a b'></html>", "has a malformed commit id"),
        (b"Forbidden", "is not an HTML page"),
        (b"\xff", "is not an HTML page in UTF-8"),
        (b"<html><![unknown[</html>", "is not an HTML page that can be read"),
        (b"<html><body>", "is an HTML page that was cut short"),
    ],
)
def test_a_page_that_is_refused(page: bytes, says: str) -> None:
    with pytest.raises(InvalidIndex) as refused:
        parse_project(page, "demo")
    assert str(refused.value) == says


def test_a_project_with_other_files_keeps_its_status_and_commit() -> None:
    project = Project("demo", commit="0af3").with_status(Status.ARCHIVED, "done")
    listed = project.with_files([File("demo-1.0.zip", "demo-1.0.zip")])
    assert (listed.name, listed.status, listed.commit) == ("demo", project.status, "0af3")
