# ruff: noqa: PLR0911 (a table of reasons)
"""Translate errors of the file system."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from ...errors import AccessDenied, NotFound, StorageFull, StoreError, Unavailable

_ABSENT = frozenset({errno.ENOENT, errno.ENOTDIR, errno.EISDIR})
_DENIED = frozenset({errno.EACCES, errno.EPERM})
_IN_THE_WAY = frozenset({errno.EEXIST, errno.EISDIR, errno.ENOTDIR, errno.ENOTEMPTY})
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_PASSING = frozenset({errno.EIO, errno.ESTALE, errno.ETIMEDOUT})


def translated(error: OSError, name: str, what: str) -> StoreError:
    """The error of this package that ``error`` means.

    :param name: the object's path, or the folder's.
    :param what: such as ``cannot be written``.
    """
    if what == "cannot be read" and error.errno in _ABSENT:
        return NotFound(name)
    reason = error.strerror or str(error)
    if error.errno in _DENIED:
        return AccessDenied(name, f"{what}: {reason}; check the permissions of {_refusing(error, name, what)}")
    if error.errno == errno.EROFS:
        return AccessDenied(name, f"{what}: {reason}; {_refusing(error, name, what)} must be mounted for writing")
    if error.errno in _IN_THE_WAY:
        return StoreError(name, f"{what}: {reason}; move {nearest(_subject(error, name))} out of the way")
    if error.errno in _FULL:
        return StorageFull(name, f"{what}: {reason}; free some space and publish again")
    if error.errno == errno.EFBIG:
        return StorageFull(name, f"{what}: {reason} for the disk, or for what 'ulimit -f' allows")
    if error.errno in _PASSING:
        return Unavailable(name, f"{what}: {reason}")
    return StoreError(name, f"{what}: {reason}")


def require_folder(root: Path) -> None:
    """Raise `StoreError` if a file is where the folder, or one above it, would be."""
    existing = nearest(root)
    if existing.exists() and not existing.is_dir():
        where = "is a file" if existing == root else f"cannot be a folder: {existing} is a file"
        raise StoreError(str(root), f"{where}; give a folder")


def _refusing(error: OSError, name: str, what: str) -> Path:
    """The path whose permissions are wrong: the file, or the folder in which it was to be made, replaced or deleted."""
    path = _subject(error, name)
    of_folder = error.filename2 is not None or (what == "cannot be deleted" and path == Path(name))
    return nearest(path.parent if of_folder else path)


def nearest(path: Path) -> Path:
    """``path``, or the nearest folder above it that exists: users can change only that."""
    return next((each for each in (path, *path.parents) if os.path.lexists(each)), path)


def _subject(error: OSError, name: str) -> Path:
    """The path that ``error`` is about."""
    path = error.filename2 or error.filename
    return Path(path if isinstance(path, (str, os.PathLike)) else name)
