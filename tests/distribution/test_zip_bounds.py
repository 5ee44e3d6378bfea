"""Zip archives that are lists of members and little else, which zipfile would read into memory as a whole."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import pytest

from s3pypi_setuptools.distribution import Description
from s3pypi_setuptools.distribution.archive import MAX_MEMBERS
from s3pypi_setuptools.errors import InvalidDistribution

NAMES = ["demo-1.0-py3-none-any.whl", "demo-1.0.zip"]


def archive(path: Path, entry: bytes, count: int) -> Path:
    """A zip archive whose list has one valid entry, ``count`` times."""
    directory = entry * count
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, len(directory), 0, 0)
    path.write_bytes(directory + end)
    return path


def entry(name: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as made:
        made.writestr(name, "")
    found = data.getvalue()
    return found[found.index(b"PK\1\2") : found.index(b"PK\5\6")]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("member", "count"), [("demo-1.0/a", MAX_MEMBERS + 1), ("demo-1.0/" + "a" * 60_000, 300)], ids=["many", "long"]
)
def test_a_list_of_members_that_takes_much_memory_is_not_read(
    tmp_path: Path, name: str, member: str, count: int
) -> None:
    path = archive(tmp_path / name, entry(member), count)
    with pytest.raises(InvalidDistribution, match="more than 100,000 members"):
        Description.read(path)


@pytest.mark.parametrize("name", NAMES)
def test_an_archive_with_a_long_comment_is_read(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / name, "w") as made:
        folder = "demo-1.0.dist-info" if name.endswith(".whl") else "demo-1.0"
        for member, text in (
            ("METADATA", "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n"),
            ("PKG-INFO", "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n"),
            ("WHEEL", "Wheel-Version: 1.0\n"),
            ("RECORD", ""),
        ):
            made.writestr(f"{folder}/{member}", text)
        made.comment = b"x" * 65_000
    assert Description.read(tmp_path / name).project == "demo"
