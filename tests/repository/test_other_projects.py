"""The files that projects list outside their own folders."""

from __future__ import annotations

from dataclasses import replace

import pytest

from s3pypi_setuptools.errors import AccessDenied, Unavailable
from s3pypi_setuptools.index import simple_html
from s3pypi_setuptools.index.model import File, Project
from s3pypi_setuptools.repository.manifest import Manifest
from s3pypi_setuptools.repository.other_projects import OtherProjects
from s3pypi_setuptools.repository.page_kind import PageKind
from s3pypi_setuptools.repository.repository_config import RepositoryConfig
from s3pypi_setuptools.stores.base import Attributes
from tests.repository.conftest import workspace
from tests.support.store_doubles import FaultyStore, Request

CONFIG = RepositoryConfig((PageKind.JSON, PageKind.HTML), True, True, True)
SHARED = "team/files/x.zip"


def listing(store: FaultyStore, name: str, *urls: str) -> None:
    """Let the project ``name`` list files by these URLs."""
    files = (File(url.rpartition("/")[2], url) for url in urls)
    manifest = Manifest(Project.of(name, files, None, "0" * 32))
    store.store.put(f"team/{name}/manifest.json", manifest.to_json(), Attributes())


def others(store: FaultyStore, *, thorough: bool = True) -> OtherProjects:
    return OtherProjects(workspace(store), thorough=thorough)


def test_files_outside_a_projects_folder_are_found(store: FaultyStore) -> None:
    listing(store, "a", "a.zip", "../files/x.zip", "../b/b.zip")
    listing(store, "b", "b.zip")
    found = others(store)
    assert [found.lister("b", key) for key in (SHARED, "team/b/b.zip", "team/a/a.zip", "team/b/c.zip")] == [
        *("a", "a", None, None)
    ]
    assert found.lister("a", SHARED) is None, "a project is no other one of itself"
    assert found.unread("b") is None


def test_a_file_that_two_projects_list(store: FaultyStore) -> None:
    listing(store, "a", "../files/x.zip")
    listing(store, "b", "../files/x.zip")
    found = others(store)
    assert [found.lister(name, SHARED) for name in ("a", "b", "c")] == ["b", "a", "a"]


def test_an_absolute_url_may_name_the_file_at_each_of_its_ends(store: FaultyStore) -> None:
    listing(store, "a", "https://host/simple/files/x.zip", "/team/b/y.zip")
    found = others(store)
    for key in (SHARED, "team/simple/files/x.zip", "team/x.zip", "team/b/y.zip", "team/team/b/y.zip"):
        assert found.lister("b", key) == "a"


def test_pages_tell_of_a_project_without_a_manifest(store: FaultyStore) -> None:
    page = simple_html.render_project(Project.of("a", (File("x.zip", "../files/x.zip"),), None))
    store.store.put("team/a/index.html", page, Attributes())
    store.store.put("team/b/notes.txt", b"", Attributes())
    found = others(store)
    assert (found.lister("b", SHARED), found.unread("b")) == ("a", None)


def test_pages_tell_of_a_project_whose_manifest_is_damaged(store: FaultyStore) -> None:
    page = simple_html.render_project(Project.of("a", (File("x.zip", "../files/x.zip"),), None))
    store.store.put("team/a/manifest.json", b"{", Attributes())
    store.store.put("team/a/index.html", page, Attributes())
    found = others(store)
    assert (found.lister("b", SHARED), found.unread("b")) == ("a", None)


def test_a_project_of_which_nothing_is_known_is_named(store: FaultyStore) -> None:
    store.store.put("team/a/manifest.json", b"{", Attributes())
    listing(store, "b", "../files/x.zip")
    found = others(store)
    assert found.lister("c", SHARED) == "b"
    assert (found.unread("b") or "").startswith("team/a/manifest.json: ")
    assert found.unread("a") is None


def test_a_manifest_that_may_not_be_read_is_not_taken_for_absent(store: FaultyStore) -> None:
    listing(store, "a", "../files/x.zip")

    def refuse(request: Request) -> None:
        if request.key == "team/a/manifest.json":
            raise AccessDenied(request.key, "no")

    store.before = refuse
    assert others(store).unread("b") == "team/a/manifest.json: no"


def test_other_repositories_and_folders_of_other_names_are_passed_over(store: FaultyStore) -> None:
    store.store.put("team/dev/manifest.json", b'{"kind": "root"}', Attributes())
    store.store.put("team/-x-/manifest.json", b"{", Attributes())
    assert others(store).unread("b") is None


def test_projects_are_read_once(store: FaultyStore) -> None:
    listing(store, "a", "../files/x.zip")
    found = others(store)
    assert store.requests == []
    assert found.lister("b", SHARED) == "a"
    count = len(store.requests)
    assert (found.lister("b", SHARED), found.unread("b"), len(store.requests)) == ("a", None, count)


def test_projects_are_read_again_after_the_folders_could_not_be_listed(store: FaultyStore) -> None:
    listing(store, "a", "../files/x.zip")
    found = others(store)

    def lose(request: Request) -> None:
        raise Unavailable(request.key, "no answer came")

    store.before = lose
    with pytest.raises(Unavailable):
        found.lister("b", SHARED)
    store.before = lambda request: None
    assert found.lister("b", SHARED) == "a"


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("thorough", [True, False])
def test_projects_are_read_where_any_may_list_such_files(store: FaultyStore, shared: bool, thorough: bool) -> None:
    listing(store, "a", "../files/x.zip")
    config = replace(CONFIG, shared_files=shared)
    found = OtherProjects(workspace(store, config=lambda: config), thorough=thorough)
    assert found.lister("b", SHARED) == ("a" if shared or thorough else None)
    assert bool(store.requests) is (shared or thorough)
    assert others(store, thorough=False).lister("b", SHARED) == "a", "nothing is recorded"
