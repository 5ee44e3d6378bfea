"""Verbs that look after what a repository holds, each run as a process of its own."""

from __future__ import annotations

from contextlib import AbstractContextManager

from s3pypi_setuptools.operations.delete import DeleteReport, delete
from s3pypi_setuptools.operations.file_selector import FileSelector
from s3pypi_setuptools.repository.repository import Repository
from s3pypi_setuptools.stores.base import Store
from tests.operations.conftest import World

ONE = FileSelector("1.0")
WHOLE = FileSelector()


def opened(world: World, store: Store | None = None, *, reading: bool = False) -> AbstractContextManager[Repository]:
    """The repository, which must exist."""
    return world.opened(store, reading=reading, existing=True)


def deleted(
    world: World, wanted: FileSelector = ONE, project: str = "demo", store: Store | None = None
) -> DeleteReport:
    with opened(world, store) as repository:
        return delete(repository, project, wanted)


def objects(world: World, project: str = "demo") -> set[str]:
    """The files, and what lies beside them, in the project's folder."""
    return {key for key in world.stored() if key.startswith(f"team/{project}/demo-")}
