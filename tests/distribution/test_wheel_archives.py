"""Wheels whose archives installers refuse."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from s3pypi_setuptools.distribution.metadata import MAX_SIZE
from tests.distribution.archives import (
    INFO,
    METADATA,
    WHEEL,
    WHEEL_NAME,
    make_wheel,
    refusal,
    wheel_members,
    zip_bytes,
)

MEMBERS = wheel_members()


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ([], "the wheel holds no .dist-info folders; build it again"),
        ([("demo.py", b"")], "the wheel holds no .dist-info folders; build it again"),
        (
            [*MEMBERS, ("other-1.0.dist-info/METADATA", METADATA)],
            "the wheel holds 2 .dist-info folders; build it again",
        ),
        ([("sub/" + name, data) for name, data in MEMBERS], "the wheel holds no .dist-info folders; build it again"),
        (
            [member for member in MEMBERS if "METADATA" not in member[0]],
            "the archive holds no demo-1.0.dist-info/METADATA; build it again",
        ),
        (
            [member for member in MEMBERS if "RECORD" not in member[0]],
            "the archive holds no demo-1.0.dist-info/RECORD; build it again",
        ),
        (
            [member for member in MEMBERS if "WHEEL" not in member[0]],
            "the archive holds no demo-1.0.dist-info/WHEEL; build it again",
        ),
        (
            [*MEMBERS[:2], (f"{INFO}/WHEEL", WHEEL.replace(b"1.0", b"2.0")), MEMBERS[3]],
            "the wheel is not of wheel version 1.x; installers cannot read it",
        ),
        (
            wheel_members(folder="other-1.0.dist-info"),
            "its folder 'other-1.0.dist-info' disagrees with its filename; build it again",
        ),
        (
            wheel_members(folder="demo-1.1.dist-info"),
            "its folder 'demo-1.1.dist-info' disagrees with its filename; build it again",
        ),
        (
            [*MEMBERS, ("../evil.py", b"")],
            "the archive holds the path '../evil.py', which leads out of it; build it again",
        ),
        ([*MEMBERS, ("/evil.py", b"")], "the archive holds the path '/evil.py', which leads out of it; build it again"),
        (
            [*MEMBERS, ("a\\..\\..\\evil.py", b"")],
            "the archive holds the path 'a\\\\..\\\\..\\\\evil.py', which leads out of it; build it again",
        ),
        (
            [*MEMBERS, ("C:/evil.py", b"")],
            "the archive holds the path 'C:/evil.py', which leads out of it; build it again",
        ),
        ([(f"{INFO}/METADATA", b"\0" * (MAX_SIZE + 1))], "its demo-1.0.dist-info/METADATA is larger than 10 MiB"),
    ],
)
def test_archives_that_installers_refuse(tmp_path: Path, members: list[tuple[str, bytes]], reason: str) -> None:
    path = make_wheel(tmp_path, members=members)
    assert refusal(path) == f"{path}: {reason}"


def test_two_files_of_metadata(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        path = make_wheel(tmp_path, members=[*MEMBERS, (f"{INFO}/METADATA", METADATA)])
    assert f"holds 2 {INFO}/METADATA" in refusal(path)


def test_an_encrypted_archive(tmp_path: Path) -> None:
    data = bytearray(zip_bytes(MEMBERS))
    start = 0
    while (start := data.find(b"PK\x01\x02", start)) >= 0:
        data[start + 8] |= 1
        start += 4
    path = tmp_path / WHEEL_NAME
    path.write_bytes(data)
    assert "encrypted" in refusal(path)


@pytest.mark.parametrize(
    "data", [b"\0" * 100, zip_bytes(MEMBERS)[:-30], zip_bytes(MEMBERS)[40:], b"PK\x05\x06" + b"\0" * 18]
)
def test_a_broken_archive(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / WHEEL_NAME
    path.write_bytes(data)
    refusal(path)


def test_damaged_metadata(tmp_path: Path) -> None:
    path = tmp_path / WHEEL_NAME
    stored = zip_bytes(MEMBERS, compression=zipfile.ZIP_STORED)
    path.write_bytes(stored.replace(b"A demo.", b"A damo."))
    assert "corrupt" in refusal(path)
