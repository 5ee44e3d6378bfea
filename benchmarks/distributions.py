"""Small wheels and sdists, made in milliseconds and valid enough for every tool under measurement."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import tarfile
import zipfile
from pathlib import Path


def _metadata(name: str, version: str) -> str:
    lines = ("Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", "Requires-Python: >=3.8")
    return "\n".join((*lines, "", ""))


def _digest(data: bytes) -> str:
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def make_wheel(folder: Path, name: str, version: str, size: int = 20_000) -> Path:
    """A wheel with ``size`` bytes of incompressible content."""
    stem = f"{name.replace('-', '_')}-{version}"
    members = {
        f"{name.replace('-', '_')}/data.bin": os.urandom(size),
        f"{stem}.dist-info/METADATA": _metadata(name, version).encode(),
        f"{stem}.dist-info/WHEEL": b"Wheel-Version: 1.0\nGenerator: bench\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{member},{_digest(data)},{len(data)}\n" for member, data in members.items())
    members[f"{stem}.dist-info/RECORD"] = f"{record}{stem}.dist-info/RECORD,,\n".encode()
    path = folder / f"{stem}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for member, data in members.items():
            archive.writestr(member, data)
    return path


def make_sdist(folder: Path, name: str, version: str, size: int = 20_000) -> Path:
    """An sdist with ``size`` bytes of incompressible content."""
    stem = f"{name.replace('-', '_')}-{version}"
    path = folder / f"{stem}.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for member, data in (("PKG-INFO", _metadata(name, version).encode()), ("data.bin", os.urandom(size))):
            entry = tarfile.TarInfo(f"{stem}/{member}")
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return path
