"""The list of projects and its pages: what changes them, and what they are made from."""

from __future__ import annotations

from dataclasses import replace

import pytest

from s3pypi_setuptools.errors import AccessDenied, InvalidIndex, LockError, RepositoryError
from s3pypi_setuptools.index import simple_html, simple_json
from s3pypi_setuptools.index.model import Project
from s3pypi_setuptools.locks.base import ROOT
from s3pypi_setuptools.repository.layout import Layout
from s3pypi_setuptools.repository.manifest import Manifest, number_of
from s3pypi_setuptools.repository.project_list import ProjectList, parse_project_list
from s3pypi_setuptools.stores.base import Attributes
from tests.repository.conftest import CONFIG, workspace
from tests.repository.desks import LIST, LIST_PAGES, FakeLocks, listed, project_list, put, state
from tests.support.store_doubles import FaultyStore, Request, once


def test_a_project_that_is_listed_already_writes_nothing(store: FaultyStore) -> None:
    assert project_list(store).enter("demo")
    before = state(store)

    assert not project_list(store).enter("demo")

    assert state(store) == before


def test_each_project_that_was_added_is_said_to_be_new(store: FaultyStore) -> None:
    root = project_list(store)
    assert [root.enter("b"), root.enter("a"), root.enter("b")] == [True, True, True]
    assert listed(store) == ("a", "b")


def test_the_list_is_never_cached_and_counts_its_commits(store: FaultyStore) -> None:
    for number, project in enumerate(("a", "b"), 1):
        project_list(store).enter(project)
        root = parse_project_list(store.store.get(LIST).data)
        assert number_of(root.commit or "") == number
        assert store.store.attributes(LIST) == Attributes("application/json", "no-cache")  # type: ignore[attr-defined]


def test_others_enter_with_a_project(store: FaultyStore) -> None:
    project_list(store).enter("demo", frozenset({"a", "b"}))
    assert listed(store) == ("a", "b", "demo")
    assert sum(request.verb == "put" for request in store.requests) == 4


def test_after_an_error_the_others_are_not_added_later(store: FaultyStore) -> None:
    root = project_list(store)

    def refuse() -> None:
        raise AccessDenied(LIST, "no")

    store.before = once("put", LIST, refuse)
    with pytest.raises(AccessDenied):
        root.enter("demo", frozenset({"a"}))

    root.enter("b")

    assert listed(store) == ("b",)


def test_pages_that_are_stale_are_brought_up_with_a_project_that_is_listed(store: FaultyStore) -> None:
    project_list(store).enter("demo")
    store.store.delete("team/index.html")
    project_list(store).enter("demo")
    assert listed(store) == ("demo",)


def test_a_page_of_another_tool_is_taken_over_with_a_warning(
    store: FaultyStore, caplog: pytest.LogCaptureFixture
) -> None:
    put(store, "team/index.html")
    project_list(store).enter("demo")
    assert listed(store) == ("demo", "old")
    assert caplog.messages == ["team/index.html: written by another tool; the projects it lists are taken over"]


def test_a_page_that_another_tool_writes_meanwhile_is_taken_over(store: FaultyStore) -> None:
    project_list(store).enter("first")
    store.before = once("put", "team/index.html", lambda: put(store, "team/index.html"))

    project_list(store).enter("demo")

    assert listed(store) == ("demo", "first", "old")


def test_a_page_of_another_tool_that_adds_nothing_is_written_over(store: FaultyStore) -> None:
    project_list(store).enter("old")
    put(store, "team/index.html")
    project_list(store).enter("old")
    assert listed(store) == ("old",)


def test_a_page_whose_bytes_changed_is_left_where_none_are_compared(store: FaultyStore) -> None:
    project_list(store).enter("demo")
    found = store.store.get("team/index.html")
    store.store.put("team/index.html", found.data + b" ", Attributes(metadata=found.info.metadata))
    project_list(store).refresh()
    assert store.store.get("team/index.html").data == found.data + b" "


def test_large_pages_are_stored_as_they_are(store: FaultyStore) -> None:
    root = ProjectList(workspace(store, config=lambda: replace(CONFIG, content_encoding=True)))
    root.enter("demo", frozenset(f"project-{number}" for number in range(1000)))
    for key in (LIST, *LIST_PAGES):
        assert store.store.attributes(key).content_encoding is None  # type: ignore[attr-defined]


def test_a_foreign_page_that_goes_while_it_is_read_lists_nothing(store: FaultyStore) -> None:
    put(store, "team/index.html")
    reads: list[Request] = []

    def remove(request: Request) -> None:
        if (request.verb, request.key) == ("get", "team/index.html"):
            reads.append(request)
            if len(reads) == 2:
                store.store.delete(request.key)

    store.before = remove
    project_list(store).enter("demo")
    assert listed(store) == ("demo",)


def test_a_lost_list_is_made_from_our_own_pages(store: FaultyStore) -> None:
    project_list(store).enter("old")
    store.store.delete(LIST)
    project_list(store).enter("demo")
    assert listed(store) == ("demo", "old")


def test_our_own_pages_add_nothing_to_a_list(store: FaultyStore) -> None:
    project_list(store).enter("old")
    page = simple_html.render_root(("stray",), "f" * 32)
    store.store.put("team/index.html", page, Attributes(metadata={"s3pypi-commit": "f" * 32}))
    project_list(store).enter("demo")
    assert listed(store) == ("demo", "old")


def test_a_folder_that_is_another_repository_is_not_taken_over(store: FaultyStore) -> None:
    put(store, "team/index.html", b'<a href="inner/">inner</a><a href="old/">old</a>')
    put(store, "team/inner/repository.json", b'{"kind": "repository"}')
    project_list(store).enter("demo")
    assert listed(store) == ("demo", "old")


def test_refreshed_pages_are_those_of_the_list(store: FaultyStore) -> None:
    project_list(store).enter("demo")
    store.store.delete("team/")
    project_list(store).refresh()
    assert listed(store) == ("demo",)


def test_without_a_list_nothing_is_refreshed(store: FaultyStore) -> None:
    put(store, "team/index.html")
    project_list(store).refresh()
    assert state(store).keys() == {"team/index.html"}


@pytest.mark.parametrize("page", LIST_PAGES)
def test_exact_pages_have_the_bytes_that_are_rendered(store: FaultyStore, page: str) -> None:
    project_list(store).enter("demo")
    found = store.store.get(page)
    store.store.put(page, found.data + b" ", Attributes(metadata=found.info.metadata))
    ProjectList(workspace(store), exact=True).refresh()
    assert store.store.get(page).data == found.data


def test_a_list_that_cannot_be_read_is_named(store: FaultyStore) -> None:
    put(store, LIST, b"garbage")
    with pytest.raises(InvalidIndex, match=r"^team/manifest\.json: .*; restore it$"):
        project_list(store).enter("demo")


def test_a_page_that_cannot_be_read_is_named(store: FaultyStore) -> None:
    put(store, "team/index.json", b"garbage")
    with pytest.raises(InvalidIndex, match=r"^team/index\.json: .*; restore or remove the page$"):
        project_list(store).enter("demo")
    assert LIST not in state(store)


def test_a_manifest_in_place_of_the_list_is_not_written_over(store: FaultyStore) -> None:
    put(store, LIST, Manifest(Project("team", commit="0" * 32)).to_json())
    with pytest.raises(RepositoryError, match="the target is a project's folder; give the repository around it"):
        project_list(store).enter("demo")


def test_a_document_of_another_kind_is_not_written_over(store: FaultyStore) -> None:
    put(store, LIST, b'{"kind": "repository"}')
    with pytest.raises(
        InvalidIndex,
        match=r"^team/manifest\.json: is a repository config, not a repository's list of projects; restore it$",
    ):
        project_list(store).enter("demo")


def test_no_list_is_read_as_none_and_lists_nothing(store: FaultyStore) -> None:
    assert project_list(store).read() == (None, None)
    assert project_list(store).listed() == ()
    project_list(store).enter("demo")
    root, token = project_list(store).read()
    assert (root.projects, token) == (("demo",), store.store.head(LIST).token)


def test_the_projects_are_those_that_the_list_contains(store: FaultyStore) -> None:
    project_list(store).enter("demo")
    put(store, "team/stray/stray-1.0.tar.gz", b"x")
    assert project_list(store).projects() == ("demo",)


def test_without_a_list_the_projects_are_those_on_other_tools_pages(store: FaultyStore) -> None:
    put(store, "team/index.html", b'<a href="inner/">inner</a><a href="old/">old</a>')
    put(store, "team/index.json", simple_json.render_root(("more",), None))
    put(store, "team/inner/repository.json", b'{"kind": "repository"}')
    put(store, "team/stray/stray-1.0.tar.gz", b"x")
    assert project_list(store).projects() == ("more", "old")


def test_without_pages_the_projects_are_those_with_folders(store: FaultyStore) -> None:
    put(store, "team/demo/demo-1.0.tar.gz", b"x")
    put(store, "team/No_Name/a.txt", b"x")
    put(store, "team/inner/repository.json", b'{"kind": "repository"}')
    assert project_list(store).projects() == ("demo",)


def test_without_a_prefix_there_is_no_page_at_the_top(store: FaultyStore) -> None:
    ProjectList(replace(workspace(store), layout=Layout(""))).enter("demo")
    assert state(store).keys() == {"manifest.json", "index.json", "index.html"}


def test_the_root_is_locked_while_it_is_changed(store: FaultyStore) -> None:
    locks = FakeLocks()
    ProjectList(workspace(store, locks=locks)).enter("demo")
    assert (locks.names, locks.confirmed) == ([ROOT], 2)


@pytest.mark.parametrize(("confirmed", "written"), [(0, set()), (1, {LIST})])
def test_nothing_is_written_once_the_lock_is_lost(store: FaultyStore, confirmed: int, written: set[str]) -> None:
    locks = FakeLocks(lasts=confirmed)
    root = ProjectList(workspace(store, locks=locks))
    with pytest.raises(LockError):
        root.enter("demo")
    assert state(store).keys() == written
    locks.lasts = 99
    assert root.enter("demo") is (not written)
