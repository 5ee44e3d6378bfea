"""Folders that are made once in a session of pytest, however many processes of pytest-xdist run the tests."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from s3pypi_setuptools.stores.local.lock import exclusive

__all__ = ["common_folder", "made_once"]


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
