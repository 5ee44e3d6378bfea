"""Distributions of any shape, made by hand."""

from __future__ import annotations

import bz2
import gzip
import lzma
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from s3pypi_setuptools.distribution import Distribution
from s3pypi_setuptools.errors import InvalidDistribution
from tests.support.archives import tar_bytes, zip_bytes

METADATA = b"Metadata-Version: 2.4\nName: demo\nVersion: 1.0\nRequires-Python: >=3.8\n\nA demo.\n"
WHEEL = b"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
INFO = "demo-1.0.dist-info"
WHEEL_NAME = "demo-1.0-py3-none-any.whl"

Members = Iterable[tuple[str, bytes]]


def core_metadata(name: str, version: str, *lines: str) -> bytes:
    return "\n".join(["Metadata-Version: 2.4", f"Name: {name}", f"Version: {version}", *lines, "", "Text", ""]).encode()


def wheel_members(metadata: bytes = METADATA, folder: str = INFO) -> list[tuple[str, bytes]]:
    return [
        ("demo/__init__.py", b""),
        (f"{folder}/METADATA", metadata),
        (f"{folder}/WHEEL", WHEEL),
        (f"{folder}/RECORD", b""),
    ]


def make_wheel(folder: Path, name: str = WHEEL_NAME, members: Members | None = None) -> Path:
    path = folder / name
    path.write_bytes(zip_bytes(wheel_members() if members is None else members))
    return path


def make_sdist(folder: Path, name: str = "demo-1.0.tar.gz", members: Members | None = None) -> Path:
    found = [("demo-1.0/PKG-INFO", METADATA), ("demo-1.0/setup.py", b"")] if members is None else members
    path = folder / name
    if name.endswith(".zip"):
        path.write_bytes(zip_bytes(found))
    else:
        data = tar_bytes(found)
        packers: dict[str, Callable[[bytes], bytes]] = {".bz2": bz2.compress, ".xz": lzma.compress}
        path.write_bytes(packers.get(path.suffix, gzip.compress)(data))
    return path


def refusal(path: Path) -> str:
    with pytest.raises(InvalidDistribution) as raised:
        Distribution.read(path)
    text = str(raised.value)
    assert text.isprintable()
    shown = str(path).replace("\n", "\\n")
    assert text.startswith(f"{shown}: ")
    return text
