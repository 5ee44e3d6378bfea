"""Zip and tar archives with given members, times and modes."""

from __future__ import annotations

import io
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Mapping
from typing import Any


def zip_bytes(
    members: Iterable[tuple[str, bytes | str]],
    *,
    when: tuple[int, ...] = (2026, 1, 1, 0, 0, 0),
    compression: int = zipfile.ZIP_DEFLATED,
    modes: Mapping[str, int] | None = None,
    comment: bytes = b"",
) -> bytes:
    """A zip archive.

    :param modes: those of members that are not 0644, by name.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.comment = comment
        for name, data in members:
            info = zipfile.ZipInfo(name, when)  # type: ignore[arg-type]
            info.external_attr = (modes or {}).get(name, stat.S_IFREG | 0o644) << 16
            archive.writestr(info, data, compression)
    return buffer.getvalue()


def tar_bytes(
    members: Iterable[tuple[str, bytes | str | None]],
    *,
    when: int = 0,
    change: Callable[[tarfile.TarInfo], None] = lambda info: None,
    **options: Any,
) -> bytes:
    """A tar archive, not compressed.

    :param members: a file's bytes, the path to which a symbolic link leads, or None for a folder.
    :param change: of each member's header.
    :param options: as `tarfile.open` takes them.
    """
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", **options) as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.mtime = when
            if data is None:
                info.type, info.mode = tarfile.DIRTYPE, 0o755
            elif isinstance(data, str):
                info.type, info.linkname = tarfile.SYMTYPE, data
            else:
                info.size = len(data)
            change(info)
            archive.addfile(info, io.BytesIO(data) if isinstance(data, bytes) else None)
    return buffer.getvalue()
