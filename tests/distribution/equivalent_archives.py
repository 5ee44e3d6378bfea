"""Wheels and sdists that are written with given members, timestamps, modes and compression."""

from __future__ import annotations

import gzip
import io
import stat
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

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


def write_zip(
    path: Path,
    members: dict[str, bytes],
    *,
    when: tuple[int, ...] = (2026, 1, 1, 0, 0, 0),
    compression: int = zipfile.ZIP_DEFLATED,
    modes: dict[str, int] | None = None,
    comment: bytes = b"",
) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.comment = comment
        for name, data in members.items():
            info = zipfile.ZipInfo(name, when)  # type: ignore[arg-type]
            info.external_attr = (modes or {}).get(name, stat.S_IFREG | 0o644) << 16
            archive.writestr(info, data, compression)


def write_tar(
    path: Path,
    members: dict[str, Any],
    *,
    when: int = 0,
    compress: Callable[[bytes], bytes] = gzip.compress,
    change: Callable[[tarfile.TarInfo], None] = lambda info: None,
    tar_format: int = tarfile.PAX_FORMAT,
) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tar_format) as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.mtime, info.mode = when, 0o644
            if data is None:
                info.type, info.mode = tarfile.DIRTYPE, 0o755
            elif isinstance(data, str):
                info.type, info.linkname = tarfile.SYMTYPE, data
            else:
                info.size = len(data)
            change(info)
            archive.addfile(info, io.BytesIO(data) if isinstance(data, bytes) else None)
    path.write_bytes(compress(buffer.getvalue()))


def backwards(members: dict[str, Any]) -> dict[str, Any]:
    return dict(reversed(members.items()))
