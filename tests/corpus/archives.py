"""Wheels and sdists that nobody should build, made by code, each with a word of what is said of it."""

from __future__ import annotations

import gzip
import io
import re
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterable

from tests.distribution.archives import INFO, METADATA, WHEEL, WHEEL_NAME, core_metadata, wheel_members
from tests.support.archives import tar_bytes, zip_bytes

SDIST_NAME = "demo-1.0.tar.gz"
PKG_INFO = "demo-1.0/PKG-INFO"
MEBIBYTE = 1024 * 1024


def wheel(metadata: bytes = METADATA, **options: int) -> bytes:
    return zip_bytes(wheel_members(metadata), **options)


def lzma(members: Iterable[tuple[str, bytes]]) -> bytes:
    return zip_bytes(members, compression=zipfile.ZIP_LZMA)


def sdist(members: Iterable[tuple[str, bytes]] = ((PKG_INFO, METADATA),)) -> bytes:
    return gzip.compress(tar_bytes(members), mtime=0)


def of(stem: str, name: str, version: str) -> tuple[str, bytes]:
    """A wheel whose metadata says that."""
    return f"{stem}-py3-none-any.whl", zip_bytes(wheel_members(core_metadata(name, version), f"{stem}.dist-info"))


def saying(name: str = "demo", version: str = "1.0", requires: str = ">=3") -> bytes:
    """A wheel called demo 1.0 whose metadata says that."""
    return wheel(core_metadata(name, version, f"Requires-Python: {requires}"))


def replaced(data: bytes, signature: bytes, offset: int, piece: bytes) -> bytes:
    """``data`` with ``piece`` at that offset of the records that begin so."""
    changed = bytearray(data)
    for match in re.finditer(re.escape(signature), data):
        start = match.start() + offset
        changed[start : start + len(piece)] = piece
    return bytes(changed)


def central(offset: int, piece: bytes) -> bytes:
    """A wheel with ``piece`` at that offset of every entry of its directory."""
    return replaced(wheel(), b"PK\1\2", offset, piece)


def ending(offset: int, piece: bytes) -> bytes:
    """A wheel with ``piece`` at that offset of its last record."""
    return replaced(wheel(), b"PK\5\6", offset, piece)


def linked(kind: bytes) -> bytes:
    """An sdist whose PKG-INFO is a link or a special file of that kind."""

    def change(info: tarfile.TarInfo) -> None:
        info.type = kind

    return gzip.compress(tar_bytes([(PKG_INFO, "demo-1.0/other")], change=change), mtime=0)


def zip64() -> bytes:
    """A wheel whose every size is written the long way."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in wheel_members():
            with archive.open(zipfile.ZipInfo(name), "w", force_zip64=True) as stream:
                stream.write(data)
    return buffer.getvalue()


def pax(records: bytes, kind: bytes = b"x") -> bytes:
    """A pax header as a member of a tar archive, with such records."""
    info = tarfile.TarInfo("pax")
    info.type, info.size = kind, len(records)
    return info.tobuf(tarfile.USTAR_FORMAT) + records + b"\0" * (-len(records) % 512)


def record(name: str, value: str) -> bytes:
    text = f" {name}={value}\n"
    length = len(text)
    while len(f"{length}{text}") != length:
        length = len(f"{length}{text}")
    return f"{length}{text}".encode()


def member(name: str = PKG_INFO, data: bytes = METADATA, size: int | None = None) -> bytes:
    info = tarfile.TarInfo(name)
    info.size = len(data) if size is None else size
    return info.tobuf(tarfile.GNU_FORMAT) + data + b"\0" * (-len(data) % 512)


RECORDS = b"".join(record(f"x{number}", "") for number in range(1000))
END = b"\0" * 1024


def tarred(*parts: bytes) -> bytes:
    return gzip.compress(b"".join(parts) + END, mtime=0)


GOOD: dict[str, tuple[str, bytes]] = {
    "a wheel": (WHEEL_NAME, wheel()),
    "stored, not compressed": (WHEEL_NAME, wheel(compression=zipfile.ZIP_STORED)),
    "zip64": (WHEEL_NAME, zip64()),
    "before a wheel, a script": (WHEEL_NAME, b"#!/bin/sh\n" + wheel()),
    "with a comment": (WHEEL_NAME, wheel()[:-2] + b"\4\0text"),
    "metadata in CRLF": (WHEEL_NAME, wheel(METADATA.replace(b"\n", b"\r\n"))),
    "requirements without end": (WHEEL_NAME, saying(requires=">3," * 100_000)),
    "requirements of blanks": (WHEEL_NAME, saying(requires=">" + " " * 100_000 + "3")),
    "Python, but which": (WHEEL_NAME, saying(requires="three")),
    "an epoch": of("demo-1!1.0", "demo", "1!1.0"),
    "a local version": of("demo-1.0+x.1", "demo", "1.0+x.1"),
    "a name that Windows reserves": of("nul-1.0", "NUL", "1.0"),
    "an sdist": (SDIST_NAME, sdist()),
    "an sdist with a build number": ("name-1.0-1.tar.gz", sdist([("x/PKG-INFO", core_metadata("name", "1.0-1"))])),
    "an sdist of two gzip streams": (SDIST_NAME, sdist() + gzip.compress(b"", mtime=0)),
    "a global pax header": (SDIST_NAME, tarred(pax(record("comment", "0" * 40), b"g"), member())),
}  # fmt: skip

BAD: dict[str, tuple[str, bytes, str]] = {
    "zero bytes": (WHEEL_NAME, b"", "empty"),
    "NULs": (WHEEL_NAME, b"\0" * 1000, "corrupt"),
    "a text": (SDIST_NAME, b"<html>Forbidden</html>", "corrupt"),
    "a tar that is not compressed": (SDIST_NAME, tar_bytes([(PKG_INFO, METADATA)]), "corrupt"),
    "a zip called .tar.gz": (SDIST_NAME, zip_bytes([(PKG_INFO, METADATA)]), "corrupt"),
    "an sdist called .whl": (WHEEL_NAME, sdist(), "corrupt"),
    "a wheel cut short": (WHEEL_NAME, wheel()[:-30], "corrupt"),
    "an sdist cut short": (SDIST_NAME, sdist()[:-30], "corrupt"),
    "a wheel without its start": (WHEEL_NAME, wheel()[20:], "corrupt"),
    "encrypted": (WHEEL_NAME, central(8, b"\1\0"), "encrypted"),
    "compressed by nobody knows what": (WHEEL_NAME, central(10, b"\x63\0"), "compressed"),
    "compressed with bzip2": (WHEEL_NAME, wheel(compression=zipfile.ZIP_BZIP2), "compressed"),
    "compressed with LZMA": (WHEEL_NAME, lzma(wheel_members()), "compressed"),
    "an sdist compressed with LZMA": ("demo-1.0.zip", lzma([(PKG_INFO, METADATA)]), "compressed"),
    "other names in local headers": (WHEEL_NAME, replaced(wheel(), b"PK\3\4", 30, b"x"), "corrupt"),
    "other bytes than its checksum": (WHEEL_NAME, central(16, b"\0\0\0\0"), "corrupt"),
    "sizes beyond the end": (WHEEL_NAME, central(20, struct.pack("<LL", 2**31, 2**31)), "larger than"),
    "offsets beyond the end": (WHEEL_NAME, central(42, struct.pack("<L", 2**31)), "corrupt"),
    "a directory beyond the end": (WHEEL_NAME, ending(12, struct.pack("<L", 2**31)), "corrupt"),
    "no metadata": (WHEEL_NAME, zip_bytes([(f"{INFO}/WHEEL", WHEEL), (f"{INFO}/RECORD", b"")]), "holds no"),
    "two folders of metadata": (WHEEL_NAME, zip_bytes([*wheel_members(), ("x-1.dist-info/x", b"")]), "2 .dist-info"),
    "an absolute path": (WHEEL_NAME, zip_bytes([*wheel_members(), ("/etc/passwd", b"")]), "leads out"),
    "a path of Windows": (WHEEL_NAME, zip_bytes([*wheel_members(), ("C:\\x", b"")]), "leads out"),
    "a path upwards": (WHEEL_NAME, zip_bytes([*wheel_members(), ("a/../../x", b"")]), "leads out"),
    "a path that drives the terminal": (WHEEL_NAME, zip_bytes([*wheel_members(), ("../\x1b[2J", b"")]), "leads out"),
    "metadata that is not UTF-8": (WHEEL_NAME, wheel(METADATA.replace(b"demo", b"d\xe9mo")), "not UTF-8"),
    "metadata with a byte order mark": (WHEEL_NAME, wheel(b"\xef\xbb\xbf" + METADATA), "byte-order mark"),
    "metadata whose description is not UTF-8": (WHEEL_NAME, wheel(METADATA + b"\xff"), "not UTF-8"),
    "metadata in UTF-16": (WHEEL_NAME, wheel(METADATA.decode().encode("utf-16")), "not UTF-8"),
    "metadata of a terminal": (WHEEL_NAME, saying("\x1b[2J"), "several lines"),
    "another name": (WHEEL_NAME, saying("other"), "disagrees"),
    "another version": (WHEEL_NAME, saying(version="2.0"), "disagrees"),
    "a version that drives the terminal": (WHEEL_NAME, saying(version="1.0\x1b[2J"), "several lines"),
    "a version without end": (WHEEL_NAME, saying(version="1." * 100_000 + "0"), "Version of 200001"),
    "a name without end": (WHEEL_NAME, saying("demo" * 100_000), "Name of 400000"),
    "a name with two underscores": (*of("foo__bar-1.0", "foo-bar", "1.0"), "PEP 427"),
    "letters of another alphabet": ("d\u0435mo-1.0-py3-none-any.whl", wheel(), "characters"),
    "an sdist without metadata": (SDIST_NAME, sdist([("demo-1.0/setup.py", b"")]), "holds no"),
    "an sdist with two": (SDIST_NAME, sdist([(PKG_INFO, METADATA), (PKG_INFO, METADATA)]), "more than one"),
    "an sdist that links to another file": (SDIST_NAME, linked(tarfile.SYMTYPE), "special"),
    "an sdist that links within": (SDIST_NAME, linked(tarfile.LNKTYPE), "special"),
    "an sdist with a pipe": (SDIST_NAME, linked(tarfile.FIFOTYPE), "special"),
    "an sdist with a device": (SDIST_NAME, linked(tarfile.CHRTYPE), "special"),
    "an sdist with a path upwards": (SDIST_NAME, sdist([(PKG_INFO, METADATA), ("demo-1.0/../../x", b"")]), "leads out"),
    "a size below zero": (SDIST_NAME, tarred(pax(record("size", "-5")), member()), "archive"),
    "a size that is no number": (SDIST_NAME, tarred(pax(record("size", "x")), member()), "its PKG-INFO"),
    "a size without end": (SDIST_NAME, tarred(pax(record("size", "9" * 30)), member()), "its PKG-INFO"),
    "pax headers one in another": (SDIST_NAME, tarred(*[pax(record("comment", "x"))] * 5000, member()), "archive"),
    "hundreds of global pax headers": (SDIST_NAME, tarred(pax(RECORDS, b"g"), member()), "headers"),
    "a path without end": (SDIST_NAME, tarred(pax(record("path", "x/" * 50_000)), member()), "path"),
}  # fmt: skip


def inflated(name: str, size: int, compression: int) -> bytes:
    """A zip archive, otherwise a wheel's, whose ``name`` holds as many MiB of zeros."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for other, data in wheel_members():
            if other != name:
                archive.writestr(other, data)
        info = zipfile.ZipInfo(name)
        info.compress_type = compression
        with archive.open(info, "w") as stream:
            for _ in range(size):
                stream.write(b"\0" * MEBIBYTE)
    return buffer.getvalue()


def gzipped(*parts: bytes) -> bytes:
    """As `tarred`, piece by piece."""
    compressor = zlib.compressobj(1, wbits=31)
    return b"".join([*map(compressor.compress, [*parts, END]), compressor.flush()])


def long_folders(count: int) -> bytes:
    """An sdist with as many folders at its top, each with a name of almost 10 MiB."""
    paths = [record("path", "x" * (9 * MEBIBYTE) + f"{number}/x") for number in range(count)]
    return gzipped(*(part for path in paths for part in (pax(path), member("x", b""))))


def long_texts(count: int) -> bytes:
    """An sdist with as many texts of almost 10 MiB that hold for the whole archive."""
    texts = [record(f"x{number}", "x" * (9 * MEBIBYTE)) for number in range(count)]
    return gzipped(*(pax(text, b"g") for text in texts), member())


def bombs() -> dict[str, tuple[str, bytes, str]]:
    """Small files that would fill much memory."""
    metadata, size = f"{INFO}/METADATA", 64
    return {
        "metadata": (WHEEL_NAME, inflated(metadata, size, zipfile.ZIP_DEFLATED), "larger than 10 MiB"),
        "metadata in bzip2": (WHEEL_NAME, inflated(metadata, size, zipfile.ZIP_BZIP2), "compressed"),
        "WHEEL in LZMA": (WHEEL_NAME, inflated(f"{INFO}/WHEEL", size, zipfile.ZIP_LZMA), "compressed"),
        "sdist, metadata": (SDIST_NAME, gzipped(member(data=b"", size=size * MEBIBYTE)), "larger than 10 MiB"),
        "sdist, a name": (SDIST_NAME, gzipped(pax(b"", b"L")[:124] + b"00077777777\0"), "corrupt"),
        "sdist, folders": (SDIST_NAME, long_folders(20), "a header larger"),
        "sdist, texts": (SDIST_NAME, long_texts(20), "a header larger"),
        "headers": (WHEEL_NAME, wheel(METADATA.replace(b"\n\n", b"\n") + b"a:b\n" * 2_000_000), "fields of"),
    }
