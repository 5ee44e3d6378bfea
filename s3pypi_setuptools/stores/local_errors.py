# ruff: noqa: PLR0911 (a table of reasons)
"""What goes wrong between this program and a folder, in this package's own words."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from ..errors import AccessDenied, NotFound, StoreError, Unavailable

__all__ = ["TEMPORARY", "translated"]

TEMPORARY = ".tmp"
"""How the names of temporary files end."""

_ABSENT = frozenset({errno.ENOENT, errno.ENOTDIR, errno.EISDIR})
_DENIED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_IN_THE_WAY = frozenset({errno.EEXIST, errno.EISDIR, errno.ENOTDIR, errno.ENOTEMPTY})
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_PASSING = frozenset({errno.EIO, errno.ESTALE, errno.ETIMEDOUT})


def translated(error: OSError, name: str, what: str) -> StoreError:
    """What ``error`` means.

    :param name: the object's path, or the folder's.
    :param what: such as ``cannot be written``.
    """
    if what == "cannot be read" and error.errno in _ABSENT:
        return NotFound(name)
    reason, culprit = error.strerror or str(error), _culprit(error) or name
    if error.errno in _DENIED:
        return AccessDenied(name, f"{what}: {reason}; check the permissions of {culprit}")
    if error.errno in _IN_THE_WAY:
        return StoreError(name, f"{what}: {reason}; move {culprit} out of the way")
    if error.errno in _FULL:
        return StoreError(name, f"{what}: {reason}; free some space and publish again")
    if error.errno == errno.EFBIG:
        return StoreError(name, f"{what}: {reason} for the disk, or for what 'ulimit -f' allows")
    if error.errno in _PASSING:
        return Unavailable(name, f"{what}: {reason}")
    return StoreError(name, f"{what}: {reason}")


def _culprit(error: OSError) -> str | None:
    """The path that ``error`` is about, where a person can do something."""
    path = error.filename2 or error.filename
    if not isinstance(path, (str, os.PathLike)):
        return None
    return str(Path(path).parent if Path(path).suffix == TEMPORARY else path)
