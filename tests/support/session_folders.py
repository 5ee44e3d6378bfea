"""Where temporary folders are, and folders that are made once in a session, however many processes run the tests."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from s3pypi_setuptools.stores.local.lock import exclusive

MEMORY = Path("/dev/shm")
ROOM = 6 * 1024**3
"""Bytes that must be free there; a run takes up to 1 GB, most of it for installers."""


def keep_in_memory() -> None:
    """Have pytest make its temporary folders in memory where that has room, and programs may be run.

    A repository in a folder flushes each file to the disk, which takes most of the time of many tests.
    """
    if MEMORY.exists():
        found = os.statvfs(MEMORY)
        if found.f_bavail * found.f_frsize >= ROOM and not found.f_flag & os.ST_NOEXEC:
            os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def common_folder(factory: pytest.TempPathFactory) -> Path:
    """The temporary folder of the session, common to all its processes."""
    base = factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def made_once(folder: Path, make: Callable[[Path], object]) -> Path:
    """The folder, made by the first process that asks for it; others wait until it is complete.

    :param make: makes it and everything in it.
    """
    done = folder.with_name(f"{folder.name}.done")
    with exclusive(folder.with_name(f"{folder.name}.lock")):
        if not done.exists():
            make(folder)
            done.touch()
    return folder
