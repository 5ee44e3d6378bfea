from __future__ import annotations

import gzip
import os
import tarfile
import tracemalloc
from pathlib import Path

import pytest

from s3pypi_setuptools.distribution import Distribution
from s3pypi_setuptools.distribution.metadata import MAX_SIZE
from tests.distribution.archives import METADATA, core_metadata, make_sdist, refusal
from tests.support.archives import tar_bytes

SUFFIXES = [".tar.gz", ".zip", ".tar.bz2", ".tar.xz", ".tgz"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_sdist_says_what_it_is(tmp_path: Path, suffix: str) -> None:
    path = make_sdist(tmp_path, f"demo-1.0{suffix}")
    sdist = Distribution.read(path)
    assert (sdist.filename, sdist.project, sdist.version) == (f"demo-1.0{suffix}", "demo", "1.0")
    assert (sdist.filetype, sdist.requires_python, sdist.metadata) == ("sdist", ">=3.8", None)


@pytest.mark.parametrize(
    ("filename", "metadata", "expected"),
    [
        ("name-1.0-1.tar.gz", ("name", "1.0-1"), ("name", "1.0.post1")),
        ("name-1.0-1.tar.gz", ("name", "1.0.post1"), ("name", "1.0.post1")),
        ("name-1.0-1.tar.gz", ("name-1.0", "1"), ("name-1-0", "1")),
        ("Foo.Bar-baz-1.0.tar.gz", ("foo_bar.baz", "1.0"), ("foo-bar-baz", "1.0")),
        ("foo_bar-1.0.0.tar.gz", ("foo-bar", "1.0"), ("foo-bar", "1.0")),
        ("demo-1.0+cu121.tar.gz", ("demo", "1.0+cu121"), ("demo", "1.0+cu121")),
        ("demo-1.0-beta1.zip", ("demo", "1.0b1"), ("demo", "1.0b1")),
    ],
)
def test_the_metadata_settles_what_the_filename_means(
    tmp_path: Path, filename: str, metadata: tuple[str, str], expected: tuple[str, str]
) -> None:
    members = [
        ("x/setup.py", b""),
        ("x/src/demo.egg-info/PKG-INFO", b"junk"),
        ("x/PKG-INFO", core_metadata(*metadata)),
    ]
    sdist = Distribution.read(make_sdist(tmp_path, filename, members))
    assert (sdist.project, sdist.version) == expected


@pytest.mark.parametrize(
    "filename", ["demo-1.1.tar.gz", "other-1.0.tar.gz", "demo.tar.gz", "demo1.0.tar.gz", "demo-1.0-.zip"]
)
def test_a_filename_that_says_otherwise(tmp_path: Path, filename: str) -> None:
    assert "disagrees with its filename" in refusal(make_sdist(tmp_path, filename))


INFO = ("demo-1.0/PKG-INFO", METADATA)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ([], ""),
        ([("demo-1.0/setup.py", b"")], "holds no"),
        ([("PKG-INFO", METADATA)], "holds no"),
        ([("demo-1.0/sub/PKG-INFO", METADATA)], "holds no"),
        ([INFO, ("other/setup.py", b"")], "2 folders at its top"),
        ([INFO, ("demo-1.0/../../evil.py", b"")], "leads out"),
        ([INFO, ("/evil.py", b"")], "leads out"),
        ([("demo-1.0/PKG-INFO", b"\0" * (MAX_SIZE + 1))], "larger than 10 MiB"),
        ([("demo-1.0/PKG-INFO", METADATA.replace(b"demo", b"\xff"))], "not UTF-8"),
    ],
)
def test_archives_that_are_no_sdists(
    tmp_path: Path, suffix: str, members: list[tuple[str, bytes]], reason: str
) -> None:
    assert reason in refusal(make_sdist(tmp_path, f"demo-1.0{suffix}", members))


def test_two_files_of_metadata(tmp_path: Path) -> None:
    assert "more than one PKG-INFO" in refusal(make_sdist(tmp_path, members=[INFO, INFO]))


def test_paths_that_begin_with_a_dot(tmp_path: Path) -> None:
    assert Distribution.read(make_sdist(tmp_path, members=[("./" + INFO[0], METADATA)])).project == "demo"


def test_metadata_that_is_a_link(tmp_path: Path) -> None:
    assert "special file" in refusal(make_sdist(tmp_path, members=[("demo-1.0/PKG-INFO", "/etc/hostname")]))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_archive_that_was_cut_short(tmp_path: Path, suffix: str) -> None:
    path = make_sdist(tmp_path, f"demo-1.0{suffix}", [INFO, ("demo-1.0/data", os.urandom(50_000))])
    data = path.read_bytes()
    for length in (3, 400, len(data) // 2, len(data) - 9, len(data) - 1):
        path.write_bytes(data[:length])
        refusal(path)


def test_an_archive_whose_end_was_damaged(tmp_path: Path) -> None:
    path = make_sdist(tmp_path)
    data = bytearray(path.read_bytes())
    data[-6] ^= 1
    path.write_bytes(data)
    assert "corrupt" in refusal(path)


def test_metadata_at_the_end_of_a_large_archive(tmp_path: Path) -> None:
    members = [("demo-1.0/data", b"\0" * 50_000_000), INFO]
    path = make_sdist(tmp_path, members=members)
    del members
    tracemalloc.start()
    try:
        assert Distribution.read(path).project == "demo"
        assert tracemalloc.get_traced_memory()[1] < 4_000_000
    finally:
        tracemalloc.stop()


def test_a_header_that_would_fill_memory(tmp_path: Path) -> None:
    info = tarfile.TarInfo("././@PaxHeader")
    info.type, info.size = tarfile.XHDTYPE, 2**33
    path = tmp_path / "demo-1.0.tar.gz"
    path.write_bytes(gzip.compress(info.tobuf(tarfile.GNU_FORMAT) + b"\0" * 10_000 + tar_bytes([INFO])))
    assert "larger than 256 KiB" in refusal(path)


@pytest.mark.parametrize("count", [16, 17])
def test_global_headers_are_limited(tmp_path: Path, count: int) -> None:
    headers = {f"key{number}": "value" for number in range(count)}
    path = tmp_path / "demo-1.0.tar.gz"
    path.write_bytes(gzip.compress(tar_bytes([INFO], pax_headers=headers)))
    if count == 16:
        assert Distribution.read(path).project == "demo"
    else:
        assert "more than 16 global headers" in refusal(path)


def test_a_member_that_leads_back(tmp_path: Path) -> None:
    buffer = bytearray(tar_bytes([("demo-1.0/data", b""), INFO]))
    info = tarfile.TarInfo("demo-1.0/data")
    header = bytearray(info.tobuf())
    header[124:136] = b"\xff" * 10 + b"\xfc\x00"  # a size of -1024, in GNU's binary form
    header[148:156] = b"%06o\0 " % (sum(header[:148]) + sum(header[156:512]) + 8 * 32)
    buffer[:512] = header
    path = tmp_path / "demo-1.0.tar.gz"
    path.write_bytes(gzip.compress(bytes(buffer)))
    refusal(path)
