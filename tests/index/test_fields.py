"""The texts that both forms of an index share."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from s3pypi_setuptools.errors import InvalidIndex
from s3pypi_setuptools.index.fields import (
    check_api_version,
    hashes_of,
    is_commit,
    is_filename,
    is_provenance,
    parse_upload_time,
    render_upload_time,
    status_of,
)
from s3pypi_setuptools.index.model import ProjectStatus, Status


@pytest.mark.parametrize("text", ["a", "..a", "a b", "ä.whl", "#?&.whl", "a" * 255])
def test_filenames(text: str) -> None:
    assert is_filename(text)


@pytest.mark.parametrize(
    "text", ["", ".", "..", "a/b", "a\\b", "a\n", "\0", "a\x7f", "a\x85", "a\u2028b", "\ud800", "a" * 256]
)
def test_what_is_no_filename(text: str) -> None:
    assert not is_filename(text)


def test_hashes_in_canonical_form() -> None:
    assert hashes_of([]) == ()
    assert hashes_of([("SHA256", "0A"), ("md5", "ff"), ("blake2b_256", "1")]) == (
        ("blake2b_256", "1"),
        ("md5", "ff"),
        ("sha256", "0a"),
    )
    for pair in [("sha256", ""), ("sha256", "0g"), ("sha256", "0a\n"), ("", "0a"), ("sha 256", "0a"), ("é", "0a")]:
        assert hashes_of([("md5", "ff"), pair]) is None


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-30T08:00:00.000000Z",
        "2026-02-28T24:00:01.000000Z",
        "2026-02-30T08:00:00Z",
        "2026-13-01T08:00:00Z",
        "0001-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01",
        "2026-01-01T08:00:00.Z",
        "2026-01-01T08:00:00.1234567890Z",
        "2026-01-01T08:00:00Zx",
        "x2026-01-01T08:00:00Z",
    ],
)
def test_times_that_do_not_exist(text: str) -> None:
    assert parse_upload_time(text) is None


def test_times_of_any_spelling_are_in_utc() -> None:
    time = datetime(2026, 1, 2, 3, 4, 5, 120_000, timezone.utc)
    for text in ("2026-01-02t03:04:05.12z", "2026-01-02T03:04:05.120000Z", "2026-01-02 05:34:05.12+02:30"):
        found = parse_upload_time(text)
        assert found == time
        assert found.tzinfo is timezone.utc
        assert render_upload_time(found) == "2026-01-02T03:04:05.120000Z"
    west = time.astimezone(timezone(-timedelta(hours=9)))
    assert render_upload_time(west) == "2026-01-02T03:04:05.120000Z"
    assert render_upload_time(time.replace(microsecond=0)) == "2026-01-02T03:04:05.000000Z"


def test_urls_of_provenance() -> None:
    assert all(map(is_provenance, ["https://host/x", "http://host/~a?b"]))
    assert not any(
        map(is_provenance, ["", "https://", "ftp://host/x", "host/x", "https://host/a b", "https://host/\n"])
    )


def test_commit_ids() -> None:
    assert is_commit("5f0c-!~")
    assert not any(map(is_commit, ["", "a b", "a\n", "ä"]))


@pytest.mark.parametrize("text", ["1.0", "1.4", "1.99"])
def test_versions_of_the_api_that_are_understood(text: str) -> None:
    check_api_version(text)


@pytest.mark.parametrize("text", ["", "1", "1.", "1.x", "1.0\n", "x1.0", "1.0.0", "2.0", "0.9", "10.0", "1.1234567890"])
def test_versions_of_the_api_that_are_not(text: str) -> None:
    with pytest.raises(InvalidIndex, match="version"):
        check_api_version(text)


def test_markers() -> None:
    assert status_of("archived", None) == status_of("archived", " \n") == ProjectStatus(Status.ARCHIVED)
    assert status_of("deprecated", "a\nb") == ProjectStatus(Status.DEPRECATED, "a b")
    for text in ("", "Archived", "gone"):
        with pytest.raises(InvalidIndex, match="status"):
            status_of(text, None)
