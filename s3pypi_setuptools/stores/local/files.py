"""Flush folders to the disk, and wait for files that other programs have open on Windows."""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

_SHARING_SECONDS = 5.0
_WINDOWS_CHARACTERS = frozenset('<>:"|?*\\')
_WINDOWS_DEVICES = frozenset(
    {"CON", "PRN", "AUX", "NUL", *(f"{port}{n}" for port in ("COM", "LPT") for n in range(1, 10))}
)

T = TypeVar("T")


def patiently(action: Callable[[], T]) -> T:
    """Return ``action()``; try it again for 5 s while Windows refuses it because another process has the file open."""
    if sys.platform != "win32":
        return action()
    deadline = time.monotonic() + _SHARING_SECONDS  # pragma: no cover
    while True:  # pragma: no cover
        try:
            return action()
        except PermissionError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def make_folders(folder: Path) -> None:
    """Make the folder and those above it, each flushed to the disk before what lies in it."""
    if folder.is_dir():
        return
    make_folders(folder.parent)
    folder.mkdir(exist_ok=True)
    flush_folder(folder.parent)


def flush_folder(folder: Path) -> None:
    """Flush the folder's entries, where the system can."""
    if sys.platform == "win32":  # pragma: no cover
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        flush(descriptor)
    finally:
        os.close(descriptor)


def flush(descriptor: int) -> None:
    """Flush the entries of an open folder."""
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some network file systems cannot flush a folder.
        if error.errno not in {errno.EINVAL, errno.ENOTSUP, errno.EBADF}:
            raise


def refused_by_windows(name: str) -> bool:
    """Whether Windows can have no file or folder of that name."""
    return (
        any(character in _WINDOWS_CHARACTERS or character < " " for character in name)
        or name[-1] in " ."
        or name.partition(".")[0].upper() in _WINDOWS_DEVICES
    )
