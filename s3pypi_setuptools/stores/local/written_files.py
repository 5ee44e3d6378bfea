"""Write files whole and durably, and tell their versions apart."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import time
from collections.abc import Iterable

from ...distribution.local_file import PART_SIZE
from ..base import Token
from .open_folder import OpenFolder

TEMPORARY = ".tmp"
"""How the names of temporary files end."""

_ABANDONED_SECONDS = 24 * 3600
"""The age at which a temporary file is certainly one of a writer that was killed: no upload takes a day."""


def content_token(data: bytes) -> Token:
    """The token of an object with these bytes, of at most `PART_SIZE`."""
    return Token(hashlib.sha256(data).hexdigest())


def file_token(status: os.stat_result) -> Token:
    """The token of an object in a file with this status, where the bytes are not read."""
    return Token(f"file-{status.st_ino:x}-{status.st_mtime_ns:x}-{status.st_size:x}")


def is_file_token(token: Token) -> bool:
    """Whether ``token`` is one of `file_token`."""
    return token.startswith("file-")


def write_file(folder: OpenFolder, name: str, chunks: Iterable[bytes]) -> Token:
    """Write a new file and flush it to the disk; raises `OSError`, and what ``chunks`` raises."""
    digest, size = hashlib.sha256(), 0
    with folder.create(name) as stream:
        for chunk in chunks:
            view = memoryview(chunk)
            size += len(view)
            if size <= PART_SIZE:
                digest.update(view)
            while view:
                view = view[stream.write(view) :]
        # The kernel's own time of writing may be milliseconds coarse, too coarse to tell two versions apart.
        now = time.time_ns()
        os.utime(stream.fileno() if os.utime in os.supports_fd else folder.path / name, ns=(now, now))
        os.fsync(stream.fileno())
        return Token(digest.hexdigest()) if size <= PART_SIZE else file_token(os.fstat(stream.fileno()))


def remove_abandoned(folder: OpenFolder) -> None:
    """Delete the temporary files of writers that were killed; raises `OSError` if the folder cannot be listed."""
    for name, status in folder.entries():
        old = status.st_mtime < time.time() - _ABANDONED_SECONDS
        if name.endswith(TEMPORARY) and stat.S_ISREG(status.st_mode) and old:
            with contextlib.suppress(OSError):
                folder.unlink(name)
