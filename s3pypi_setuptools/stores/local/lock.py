"""A lock between processes and threads, held on an open file: the system releases it when the process dies."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

_RETRY_SECONDS = 0.01


@contextlib.contextmanager
def exclusive(path: Path, *, folder: int | None = None) -> Iterator[None]:
    """Hold the lock of the file at ``path``, which is created if necessary; wait while another process holds it.

    :param folder: descriptor of the folder in which the file is, if that is open.

    Raises `OSError` if the file cannot be opened or locked, or is a symbolic link.
    """
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)
    try:
        descriptor = os.open(path if folder is None else path.name, flags, 0o666, dir_fd=folder)
    except OSError as error:
        error.filename = os.fspath(path)
        raise
    try:
        _acquire(descriptor)
        yield
    finally:
        os.close(descriptor)


if sys.platform == "win32":  # pragma: no cover
    import errno
    import msvcrt

    def _acquire(descriptor: int) -> None:
        while True:
            try:
                msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
            except OSError as error:
                if error.errno not in (errno.EACCES, errno.EDEADLK):
                    raise
                time.sleep(_RETRY_SECONDS)
            else:
                return

else:
    import fcntl

    def _acquire(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
