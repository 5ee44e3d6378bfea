from __future__ import annotations

import hashlib
import os
import zlib
from pathlib import Path

import pytest

from s3pypi_setuptools.distribution.local_file import PART_SIZE, LocalFile
from s3pypi_setuptools.errors import InvalidDistribution


@pytest.mark.parametrize("size", [1, 1024 * 1024, PART_SIZE - 1, PART_SIZE, PART_SIZE + 1, 2 * PART_SIZE])
def test_hashes_are_those_of_the_bytes(tmp_path: Path, size: int) -> None:
    data = os.urandom(size)
    path = tmp_path / "f"
    path.write_bytes(data)
    told: list[int] = []
    file = LocalFile.read(path, told.append)
    assert (file.path, file.size, file.sha256) == (path, size, hashlib.sha256(data).hexdigest())
    parts = [data[start : start + PART_SIZE] for start in range(0, size, PART_SIZE)]
    assert file.part_crc32 == tuple(zlib.crc32(part) for part in parts)
    assert sum(told) == size
    assert [file.read_parts(number) for number in range(len(parts))] == parts
    assert file.read_parts(0, 10) == data
    if size <= PART_SIZE:
        assert file.read_all() == data


def test_an_empty_file_must_be_allowed(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.touch()
    with pytest.raises(InvalidDistribution, match="the file is empty"):
        LocalFile.read(path)
    file = LocalFile.read(path, allow_empty=True)
    assert (file.size, file.part_crc32, file.read_all(), file.read_parts(0, 0)) == (0, (), b"", b"")
    path.write_bytes(b"1")
    for read in (file.read_all, lambda: file.read_parts(0, 0)):
        with pytest.raises(InvalidDistribution, match="changed while it was being published"):
            read()


def test_what_is_no_readable_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidDistribution, match="none: cannot be read: No such file"):
        LocalFile.read(tmp_path / "none")
    with pytest.raises(InvalidDistribution, match="not a regular file"):
        LocalFile.read(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with names")
def test_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InvalidDistribution, match="not a regular file"):
        LocalFile.read(tmp_path / "pipe")


@pytest.mark.parametrize("change", ["grow", "shrink", "touch"])
def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path, change: str) -> None:
    path = tmp_path / "f"
    path.write_bytes(bytes(3 * 1024 * 1024))

    def interfere(count: int) -> None:
        if change == "grow":
            with path.open("ab") as stream:
                stream.write(b"more")
        elif change == "shrink":
            os.truncate(path, 1024)
        else:
            os.utime(path, ns=(1, 1))

    with pytest.raises(InvalidDistribution, match="changed while it was being read"):
        LocalFile.read(path, interfere)
