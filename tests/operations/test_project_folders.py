"""A repository is not made in the folder of another repository's project."""

from __future__ import annotations

import pytest

from s3pypi_setuptools.errors import RepositoryError
from s3pypi_setuptools.operations.file_selector import FileSelector
from s3pypi_setuptools.repository.layout import Layout
from s3pypi_setuptools.stores.base import Store
from s3pypi_setuptools.stores.local.store import LocalStore
from tests.operations.conftest import World
from tests.operations.processes import deleted, problems
from tests.support.store_doubles import FaultyStore

FOLDERS = ("demo", "demo/sub", "demo/a/b/c")


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("kind", ["ours", "deleted", "another tool's"])
def test_a_project_folder_is_no_place_for_a_repository(outer: World, folder: str, kind: str) -> None:
    if kind == "deleted":
        deleted(outer, FileSelector(), "demo")
    if kind == "another tool's":
        outer.store.delete("team/demo/manifest.json")
        for name in ("repository.json", "manifest.json", "demo/index.json"):
            outer.store.delete(f"team/{name}")
    target = World(
        outer.folder / "inner", _narrowed(outer.store, f"team/{folder}"), _layout(outer.store, f"team/{folder}")
    )
    before = outer.stored()
    for reading in (True, False):
        with target.opened(reading=reading) as repository, pytest.raises(RepositoryError) as raised:
            assert repository.config
        assert f"the folder of the project demo in the repository {outer.store.url}/team: " in str(raised.value)
    assert outer.stored() == before


def test_a_repository_beside_projects_is_no_project_folder(outer: World) -> None:
    for folder in ("dev", "a/b"):
        target = World(
            outer.folder / "inner", _narrowed(outer.store, f"team/{folder}"), _layout(outer.store, f"team/{folder}")
        )
        assert target.push(target.wheel()).ok
    assert problems(outer) == []


def test_opening_a_repository_that_exists_asks_nothing_more(world: World) -> None:
    world.push(world.wheel())
    store = FaultyStore(world.store)
    with world.opened(store) as repository:
        assert repository.config
    assert [(request.verb, request.key) for request in store.requests] == [("get", "team/repository.json")]


def _narrowed(store: Store, path: str) -> Store:
    return LocalStore(store.root / path) if isinstance(store, LocalStore) else store


def _layout(store: Store, path: str) -> Layout:
    return Layout("" if isinstance(store, LocalStore) else path)
