"""Which archives have the same contents: the same members, bytes and modes."""

from __future__ import annotations

import bz2
import gzip
import lzma
import stat
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from s3pypi_setuptools.distribution.equivalence import equivalent
from tests.support.markers import case

WHEEL = "demo-1.0-py3-none-any.whl"
RECORD = "demo-1.0.dist-info/RECORD"
WHEEL_MEMBERS = {
    "demo/__init__.py": b"VALUE = 1\n",
    "demo/data.bin": bytes(range(256)) * 4096,
    "demo-1.0.dist-info/METADATA": b"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n",
    RECORD: b"demo/__init__.py,sha256=a,10\ndemo/data.bin,sha256=b,1048576\n",
}
SDIST = "demo-1.0.tar.gz"
SDIST_MEMBERS = {
    "demo-1.0": None,
    "demo-1.0/PKG-INFO": b"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n",
    "demo-1.0/data.bin": bytes(range(256)) * 4096,
}


def backwards(members: dict[str, Any]) -> dict[str, Any]:
    return dict(reversed(members.items()))


class TestWheels:
    @pytest.mark.parametrize(
        "difference",
        [
            {"when": (2027, 2, 3, 4, 5, 6)},
            {"compression": zipfile.ZIP_STORED},
            {"comment": b"built by another machine"},
        ],
        ids=["timestamps", "compression", "comment"],
    )
    def test_what_may_differ(self, make: Callable[..., Path], difference: dict[str, Any]) -> None:
        first, second = make(WHEEL_MEMBERS), make(WHEEL_MEMBERS, **difference)
        assert first.read_bytes() != second.read_bytes()
        assert equivalent(first, second, WHEEL)

    def test_the_order_of_members_and_of_record_may_differ(self, make: Callable[..., Path]) -> None:
        record = b"demo/data.bin,sha256=b,1048576\ndemo/__init__.py,sha256=a,10\n"
        assert equivalent(make(WHEEL_MEMBERS), make(backwards({**WHEEL_MEMBERS, RECORD: record})), WHEEL)

    @pytest.mark.parametrize(
        "members",
        [
            {**WHEEL_MEMBERS, "demo/__init__.py": b"VALUE = 2\n"},
            {**WHEEL_MEMBERS, "demo/data.bin": b"\0" * 1048576},
            {**WHEEL_MEMBERS, "demo/data.bin": bytes(range(256)) * 4096 + b"\0"},
            {**WHEEL_MEMBERS, "demo/more.py": b""},
            {**WHEEL_MEMBERS, "demo/empty/": b""},
            {name: data for name, data in WHEEL_MEMBERS.items() if name != "demo/data.bin"},
            {name.replace("__init__", "other"): data for name, data in WHEEL_MEMBERS.items()},
            {**WHEEL_MEMBERS, RECORD: b"demo/__init__.py,sha256=c,10\ndemo/data.bin,sha256=b,1048576\n"},
            {**WHEEL_MEMBERS, RECORD: WHEEL_MEMBERS[RECORD] * 2},
        ],
    )
    def test_what_may_not(self, make: Callable[..., Path], members: dict[str, bytes]) -> None:
        first, second = make(WHEEL_MEMBERS), make(members)
        assert not equivalent(first, second, WHEEL)
        assert not equivalent(second, first, WHEEL)

    def test_a_record_elsewhere_is_a_file_as_others_are(self, make: Callable[..., Path]) -> None:
        first = make({**WHEEL_MEMBERS, "demo/RECORD": b"a\nb\n"})
        assert not equivalent(first, make({**WHEEL_MEMBERS, "demo/RECORD": b"b\na\n"}), WHEEL)

    def test_equal_checksums_prove_nothing(self, make: Callable[..., Path]) -> None:
        first, second = make(WHEEL_MEMBERS), make({**WHEEL_MEMBERS, "demo/__init__.py": b"VALUE = 3\n"})
        with zipfile.ZipFile(first) as one, zipfile.ZipFile(second) as other:
            ours, theirs = (archive.getinfo("demo/__init__.py").CRC for archive in (one, other))
        data = second.read_bytes().replace(theirs.to_bytes(4, "little"), ours.to_bytes(4, "little"))
        second.write_bytes(data)
        assert not equivalent(first, second, WHEEL)

    @pytest.mark.parametrize("mode", [stat.S_IFREG | 0o755, stat.S_IFREG | 0o600, stat.S_IFLNK | 0o777, 0])
    def test_modes_and_links_are_compared(self, make: Callable[..., Path], mode: int) -> None:
        for name in ("demo/__init__.py", RECORD):
            assert not equivalent(make(WHEEL_MEMBERS), make(WHEEL_MEMBERS, modes={name: mode}), WHEEL)

    @pytest.mark.filterwarnings("ignore:Duplicate name")
    def test_a_member_twice_is_equivalent_to_nothing(self, make: Callable[..., Path]) -> None:
        first = make(WHEEL_MEMBERS)
        with zipfile.ZipFile(first, "a") as archive:
            archive.writestr("demo/__init__.py", WHEEL_MEMBERS["demo/__init__.py"])
        assert not equivalent(first, first, WHEEL)

    @pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
    def test_a_compression_that_unpacks_without_bounds(self, make: Callable[..., Path], compression: int) -> None:
        first = make(WHEEL_MEMBERS, compression=compression)
        assert not equivalent(first, first, WHEEL)

    def test_a_path_that_leads_out(self, make: Callable[..., Path]) -> None:
        first = make({**WHEEL_MEMBERS, "../outside": b""})
        assert not equivalent(first, first, WHEEL)

    @pytest.mark.parametrize("damage", [b"", b"PK", b"\0" * 200])
    def test_damaged_archives(self, make: Callable[..., Path], damage: bytes) -> None:
        first, second = make(WHEEL_MEMBERS), make(WHEEL_MEMBERS)
        second.write_bytes(damage)
        assert not equivalent(first, second, WHEEL)

    def test_damage_within_a_member(self, make: Callable[..., Path]) -> None:
        first, second = make(WHEEL_MEMBERS), make(WHEEL_MEMBERS)
        data = bytearray(second.read_bytes())
        data[200:300] = bytes(100)
        second.write_bytes(data)
        assert not equivalent(first, second, WHEEL)


class TestSdists:
    @pytest.mark.parametrize(
        "difference",
        [
            {"when": 1_800_000_000},
            {"compress": lambda data: gzip.compress(data, 1, mtime=5)},
            {"change": lambda info: setattr(info, "uname", "jenkins")},
            {"change": lambda info: setattr(info, "uid", 1000)},
            {"change": lambda info: info.pax_headers.update(mtime="1.5")},
            {"format": tarfile.GNU_FORMAT},
        ],
        ids=["timestamps", "compression", "owner's name", "owner", "exact timestamps", "format"],
    )
    def test_what_may_differ(self, make: Callable[..., Path], difference: dict[str, Any]) -> None:
        first, second = make(SDIST_MEMBERS), make(SDIST_MEMBERS, **difference)
        assert first.read_bytes() != second.read_bytes()
        assert equivalent(first, second, SDIST)

    def test_the_order_may_differ(self, make: Callable[..., Path]) -> None:
        assert equivalent(make(SDIST_MEMBERS), make(backwards(SDIST_MEMBERS)), SDIST)

    @pytest.mark.parametrize(
        ("suffix", "compress"),
        [case(".tar.bz2", bz2.compress, slow=True), (".tar.xz", lzma.compress), (".tgz", gzip.compress)],
    )
    def test_older_kinds(self, make: Callable[..., Path], suffix: str, compress: Callable[[bytes], bytes]) -> None:
        name = f"demo-1.0{suffix}"
        first = make(SDIST_MEMBERS, compress=compress)
        assert equivalent(first, make(SDIST_MEMBERS, compress=compress, when=7), name)
        assert not equivalent(first, make({**SDIST_MEMBERS, "demo-1.0/x": b""}, compress=compress), name)

    def test_zip_files(self, make: Callable[..., Path]) -> None:
        members = {"demo-1.0/PKG-INFO": b"METADATA", "demo-1.0/METADATA": b"x"}
        first, second = make(members), make(members, when=(2027, 2, 3, 4, 5, 6))
        assert equivalent(first, second, "demo-1.0.zip")
        record = {"x.dist-info/RECORD": b"a\nb\n", "METADATA": b""}
        swapped = {"x.dist-info/RECORD": b"b\na\n", "METADATA": b""}
        assert not equivalent(make(record), make(swapped), "demo-1.0.zip"), "only a wheel has a RECORD"

    @pytest.mark.parametrize(
        "members",
        [
            {**SDIST_MEMBERS, "demo-1.0/data.bin": b"\0" * 1048576},
            {**SDIST_MEMBERS, "demo-1.0/more.py": b""},
            {**SDIST_MEMBERS, "demo-1.0/folder": None},
            {**SDIST_MEMBERS, "demo-1.0/data.bin": "PKG-INFO"},
            {name: data for name, data in SDIST_MEMBERS.items() if "data" not in name},
        ],
    )
    def test_what_may_not(self, make: Callable[..., Path], members: dict[str, Any]) -> None:
        first, second = make(SDIST_MEMBERS), make(members)
        assert not equivalent(first, second, SDIST)
        assert not equivalent(second, first, SDIST)

    def test_links_are_compared_by_where_they_lead(self, make: Callable[..., Path]) -> None:
        link = {**SDIST_MEMBERS, "demo-1.0/link": "PKG-INFO"}
        assert equivalent(make(link), make(link, when=7), SDIST)
        assert not equivalent(make(link), make({**link, "demo-1.0/link": "data.bin"}), SDIST)

        def harden(info: tarfile.TarInfo) -> None:
            if info.issym():
                info.type = tarfile.LNKTYPE

        assert not equivalent(make(link), make(link, change=harden), SDIST)

    def test_modes_are_compared(self, make: Callable[..., Path]) -> None:
        for member in SDIST_MEMBERS:

            def change(info: tarfile.TarInfo, member: str = member) -> None:
                info.mode = 0o700 if info.name == member else info.mode

            assert not equivalent(make(SDIST_MEMBERS), make(SDIST_MEMBERS, change=change), SDIST)

    @pytest.mark.parametrize("kind", [tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.GNUTYPE_SPARSE])
    def test_special_files_are_equivalent_to_nothing(self, make: Callable[..., Path], kind: bytes) -> None:
        def change(info: tarfile.TarInfo) -> None:
            if info.name.endswith("x"):
                info.type = kind

        first = make({**SDIST_MEMBERS, "demo-1.0/x": b""}, change=change)
        assert not equivalent(first, first, SDIST)

    def test_a_member_twice_is_equivalent_to_nothing(self, make: Callable[..., Path]) -> None:
        def change(info: tarfile.TarInfo) -> None:
            info.name = info.name.replace("copy", "data.bin")

        first = make({**SDIST_MEMBERS, "demo-1.0/copy": b""}, change=change)
        assert not equivalent(first, first, SDIST)

    def test_damaged_archives(self, make: Callable[..., Path]) -> None:
        first, second = make(SDIST_MEMBERS), make(SDIST_MEMBERS)
        for data in (b"", b"\x1f\x8b", first.read_bytes()[:-400], gzip.compress(b"\0" * 10)):
            second.write_bytes(data)
            assert not equivalent(first, second, SDIST)
