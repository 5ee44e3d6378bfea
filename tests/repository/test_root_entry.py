"""How new projects of one call get on the root together."""

from __future__ import annotations

import pytest

from s3pypi_setuptools.index.model import Project
from s3pypi_setuptools.repository.manifest import Manifest
from s3pypi_setuptools.repository.project_list import ProjectList
from s3pypi_setuptools.repository.root_entry import RootEntry
from s3pypi_setuptools.repository.snapshot import ProjectDocuments
from s3pypi_setuptools.stores.base import Attributes
from s3pypi_setuptools.stores.memory import MemoryStore
from tests.repository.conftest import workspace
from tests.support.store_doubles import FaultyStore

WORKSPACE = workspace(FaultyStore(MemoryStore()))


@pytest.fixture
def root() -> ProjectList:
    return ProjectList(workspace(FaultyStore(MemoryStore())))


def documents(project: str) -> ProjectDocuments:
    return ProjectDocuments(WORKSPACE, project)


def take_off(root: ProjectList, *projects: str) -> None:
    root.reconcile(frozenset(), frozenset(projects), lambda name: True)


def test_the_first_takes_the_others_along_and_each_was_entered(root: ProjectList) -> None:
    entry = RootEntry(root, {"a", "b"})
    assert entry.enter("a")
    assert root.listed() == ("a", "b")
    assert entry.enter("b")


def test_a_project_that_enters_once_more_asks_the_root(root: ProjectList) -> None:
    entry = RootEntry(root, {"a", "b"})
    for project in ("a", "b"):
        entry.enter(project)
    take_off(root, "a", "b")
    for project in ("a", "b"):
        entry.enter(project)
    assert root.listed() == ("a", "b")


def test_a_project_by_itself_is_missing_where_the_root_lacks_it(root: ProjectList) -> None:
    entry = RootEntry(root)
    assert entry.is_missing(documents("a"))
    entry.enter("a")
    assert not entry.is_missing(documents("a"))


def test_all_that_are_missing_in_the_end_are_added_again(root: ProjectList) -> None:
    entry = RootEntry(root, {"a", "b", "c"})
    entry.enter("a")
    take_off(root, "a", "b", "c")
    assert not entry.is_missing(documents("a"))
    assert not entry.is_missing(documents("b"))
    entry.finish()
    assert root.listed() == ("a", "b"), "c was never committed"


@pytest.mark.parametrize("together", [set(), {"a", "b"}])
def test_a_project_that_is_deleted_by_now_is_not_added_again(root: ProjectList, together: set[str]) -> None:
    entry = RootEntry(root, together)
    entry.enter("a")
    entry.enter("b")
    deleted = ProjectDocuments(workspace(FaultyStore(MemoryStore())), "a")
    manifest = Manifest(Project("a", commit="1" * 32), generation=2, deleted=True)
    deleted.workspace.store.put(deleted.key, manifest.to_json(), Attributes())
    take_off(root, "a", "b")
    if together:
        assert not entry.is_missing(deleted)
        assert not entry.is_missing(documents("b"))
        entry.finish()
    else:
        entry.enter_again(deleted, documents("b"))
    assert root.listed() == ("b",)
