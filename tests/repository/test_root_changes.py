"""The root record and its pages: what changes them, and what they are made from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from s3pypi_setuptools.errors import AccessDenied, InvalidIndex, LockError, RepositoryError, Unavailable
from s3pypi_setuptools.index import simple_html, simple_json
from s3pypi_setuptools.index.model import Project, Root
from s3pypi_setuptools.locks.base import ROOT
from s3pypi_setuptools.repository.layout import Layout
from s3pypi_setuptools.repository.manifest import Manifest, number_of
from s3pypi_setuptools.repository.project_list import ProjectList, parse_project_list
from s3pypi_setuptools.stores.base import Attributes
from s3pypi_setuptools.stores.memory import MemoryStore
from tests.repository.conftest import workspace
from tests.repository.locks import FakeLocks
from tests.repository.test_root import KINDS, PAGES, RECORD, index, listed
from tests.support.store_doubles import FaultyStore, Request, once

THEIRS = b'<!DOCTYPE html><a href="old/">old</a>'


@pytest.fixture
def store() -> FaultyStore:
    return FaultyStore(MemoryStore())


def put(store: FaultyStore, key: str, data: bytes = THEIRS) -> None:
    store.store.put(key, data, Attributes("text/html"))


def state(store: FaultyStore) -> dict[str, str]:
    return {info.key: info.token for info in store.store.list("")}


def test_a_project_that_is_listed_already_writes_nothing(store: FaultyStore) -> None:
    assert index(store).enter("demo", KINDS)
    before = state(store)

    assert not index(store).enter("demo", KINDS)

    assert state(store) == before


def test_one_index_tells_of_each_project_that_it_added(store: FaultyStore) -> None:
    root = index(store)
    assert [root.enter("b", KINDS), root.enter("a", KINDS), root.enter("b", KINDS)] == [True, True, True]
    assert listed(store) == ("a", "b")


def test_the_record_is_never_cached_and_counts_its_commits(store: FaultyStore) -> None:
    for number, project in enumerate(("a", "b"), 1):
        index(store).enter(project, KINDS)
        record = parse_project_list(store.store.get(RECORD).data)
        assert number_of(record.commit or "") == number
        assert store.store.attributes(RECORD) == Attributes("application/json", "no-cache")  # type: ignore[attr-defined]


def test_others_enter_with_a_project(store: FaultyStore) -> None:
    index(store).enter("demo", KINDS, frozenset({"a", "b"}))
    assert listed(store) == ("a", "b", "demo")
    assert sum(request.verb == "put" for request in store.requests) == 4


def test_after_an_error_the_others_count_as_never_asked_for(store: FaultyStore) -> None:
    root = index(store)

    def refuse() -> None:
        raise AccessDenied(RECORD, "no")

    store.before = once("put", RECORD, refuse)
    with pytest.raises(AccessDenied):
        root.enter("demo", KINDS, frozenset({"a"}))

    root.enter("b", KINDS)

    assert listed(store) == ("b",)


def test_pages_that_are_stale_are_brought_up_with_a_project_that_is_listed(store: FaultyStore) -> None:
    index(store).enter("demo", KINDS)
    store.store.delete("team/index.html")
    index(store).enter("demo", KINDS)
    assert listed(store) == ("demo",)


def test_a_page_of_another_tool_is_taken_over_with_a_warning(
    store: FaultyStore, caplog: pytest.LogCaptureFixture
) -> None:
    put(store, "team/index.html")
    index(store).enter("demo", KINDS)
    assert listed(store) == ("demo", "old")
    assert caplog.messages == ["team/index.html: written by another tool; the projects it lists are taken over"]


def test_a_page_that_another_tool_writes_meanwhile_is_taken_over(store: FaultyStore) -> None:
    index(store).enter("first", KINDS)
    store.before = once("put", "team/index.html", lambda: put(store, "team/index.html"))

    index(store).enter("demo", KINDS)

    assert listed(store) == ("demo", "first", "old")


def test_a_page_of_another_tool_that_adds_nothing_is_written_over(store: FaultyStore) -> None:
    index(store).enter("old", KINDS)
    put(store, "team/index.html")
    index(store).enter("old", KINDS)
    assert listed(store) == ("old",)


def test_a_page_whose_bytes_changed_is_left_where_none_are_compared(store: FaultyStore) -> None:
    index(store).enter("demo", KINDS)
    found = store.store.get("team/index.html")
    store.store.put("team/index.html", found.data + b" ", Attributes(metadata=found.info.metadata))
    index(store).refresh(KINDS)
    assert store.store.get("team/index.html").data == found.data + b" "


def test_large_pages_are_stored_as_they_are(store: FaultyStore) -> None:
    root = ProjectList(workspace(store, compresses=lambda: True))
    root.enter("demo", KINDS, frozenset(f"project-{number}" for number in range(1000)))
    for key in (RECORD, *PAGES):
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
    index(store).enter("demo", KINDS)
    assert listed(store) == ("demo",)


def test_a_lost_record_is_made_from_our_own_pages(store: FaultyStore) -> None:
    index(store).enter("old", KINDS)
    store.store.delete(RECORD)
    index(store).enter("demo", KINDS)
    assert listed(store) == ("demo", "old")


def test_our_own_pages_add_nothing_to_a_record(store: FaultyStore) -> None:
    index(store).enter("old", KINDS)
    page = simple_html.render_root(("stray",), "f" * 32)
    store.store.put("team/index.html", page, Attributes(metadata={"s3pypi-commit": "f" * 32}))
    index(store).enter("demo", KINDS)
    assert listed(store) == ("demo", "old")


def test_a_folder_that_is_another_repository_is_not_taken_over(store: FaultyStore) -> None:
    put(store, "team/index.html", b'<a href="inner/">inner</a><a href="old/">old</a>')
    put(store, "team/inner/repository.json", b'{"kind": "repository"}')
    index(store).enter("demo", KINDS)
    assert listed(store) == ("demo", "old")


def gone(*names: str) -> Callable[[str], bool]:
    return lambda name: name in names


def settled(store: FaultyStore, present: str, absent: str, is_gone: Callable[[str], bool]) -> None:
    index(store).reconcile(frozenset(present.split()), frozenset(absent.split()), is_gone, KINDS)


def test_what_is_present_is_added_and_what_is_gone_is_taken_off(store: FaultyStore) -> None:
    index(store).enter("a", KINDS, frozenset({"b", "c"}))
    settled(store, "d", "a b x", gone("b"))
    assert listed(store) == ("a", "c", "d")


def test_only_what_is_listed_is_asked_for(store: FaultyStore) -> None:
    index(store).enter("a", KINDS)
    asked: list[str] = []

    def is_gone(name: str) -> bool:
        asked.append(name)
        return False

    settled(store, "", "a x", is_gone)
    assert asked == ["a"]


def test_a_project_that_comes_back_while_it_is_taken_off_is_added_again(store: FaultyStore) -> None:
    index(store).enter("a", KINDS, frozenset({"b"}))
    answers = iter([True, False, False])
    settled(store, "", "a", lambda name: next(answers))
    assert listed(store) == ("a", "b")
    assert next(answers, None) is None, "asked before, after, and once more after it was added"


def test_a_project_that_goes_while_it_is_added_is_taken_off_again(store: FaultyStore) -> None:
    index(store).enter("b", KINDS)
    settled(store, "a", "", gone("a"))
    assert listed(store) == ("b",)


def test_what_was_taken_off_by_a_put_whose_answer_was_lost_is_asked_for_again(store: FaultyStore) -> None:
    index(store).enter("a", KINDS, frozenset({"b"}))
    answers = iter([True, False, False])

    def lose() -> None:
        raise Unavailable(RECORD, "no answer came")

    store.after = once("put", RECORD, lose)
    settled(store, "", "a", lambda name: next(answers))
    assert listed(store) == ("a", "b")


def test_nothing_to_settle_asks_for_nothing(store: FaultyStore) -> None:
    settled(store, "", "", gone())
    assert store.requests == []


def test_refreshed_pages_are_those_of_the_record(store: FaultyStore) -> None:
    index(store).enter("demo", KINDS)
    store.store.delete("team/")
    index(store).refresh(KINDS)
    assert listed(store) == ("demo",)


def test_without_a_record_nothing_is_refreshed(store: FaultyStore) -> None:
    put(store, "team/index.html")
    index(store).refresh(KINDS)
    assert state(store).keys() == {"team/index.html"}


@pytest.mark.parametrize("page", PAGES)
def test_exact_pages_have_the_bytes_that_are_rendered(store: FaultyStore, page: str) -> None:
    index(store).enter("demo", KINDS)
    found = store.store.get(page)
    store.store.put(page, found.data + b" ", Attributes(metadata=found.info.metadata))
    ProjectList(workspace(store), exact=True).refresh(KINDS)
    assert store.store.get(page).data == found.data


def test_a_record_that_cannot_be_read_is_named(store: FaultyStore) -> None:
    put(store, RECORD, b"garbage")
    with pytest.raises(InvalidIndex, match=r"^team/manifest\.json: .*; restore it$"):
        index(store).enter("demo", KINDS)


def test_a_page_that_cannot_be_read_is_named(store: FaultyStore) -> None:
    put(store, "team/index.json", b"garbage")
    with pytest.raises(InvalidIndex, match=r"^team/index\.json: .*; restore or remove the page$"):
        index(store).enter("demo", KINDS)
    assert RECORD not in state(store)


def test_the_record_of_a_project_is_not_written_over(store: FaultyStore) -> None:
    put(store, RECORD, Manifest(Project("team", commit="0" * 32)).to_json())
    with pytest.raises(RepositoryError, match="the target is a project's folder; give the repository around it"):
        index(store).enter("demo", KINDS)


def test_the_record_of_something_else_is_not_written_over(store: FaultyStore) -> None:
    put(store, RECORD, b'{"kind": "repository"}')
    with pytest.raises(
        InvalidIndex,
        match=r"^team/manifest\.json: is a repository config, not a repository's list of projects; restore it$",
    ):
        index(store).enter("demo", KINDS)


def test_no_record_is_an_empty_root_without_a_token(store: FaultyStore) -> None:
    assert index(store).read() == (Root(), None)
    index(store).enter("demo", KINDS)
    root, token = index(store).read()
    assert (root.projects, token) == (("demo",), store.store.head(RECORD).token)


def test_the_projects_of_a_record_are_those_it_lists(store: FaultyStore) -> None:
    index(store).enter("demo", KINDS)
    put(store, "team/stray/stray-1.0.tar.gz", b"x")
    assert index(store).projects(KINDS) == ("demo",)


def test_without_a_record_the_pages_tell_of_the_projects(store: FaultyStore) -> None:
    put(store, "team/index.html", b'<a href="inner/">inner</a><a href="old/">old</a>')
    put(store, "team/index.json", simple_json.render_root(("more",), None))
    put(store, "team/inner/repository.json", b'{"kind": "repository"}')
    put(store, "team/stray/stray-1.0.tar.gz", b"x")
    assert index(store).projects(KINDS) == ("more", "old")


def test_without_pages_the_folders_tell_of_the_projects(store: FaultyStore) -> None:
    put(store, "team/demo/demo-1.0.tar.gz", b"x")
    put(store, "team/No_Name/a.txt", b"x")
    put(store, "team/inner/repository.json", b'{"kind": "repository"}')
    assert index(store).projects(KINDS) == ("demo",)


def test_without_a_prefix_there_is_no_page_at_the_top(store: FaultyStore) -> None:
    ProjectList(replace(workspace(store), layout=Layout(""))).enter("demo", KINDS)
    assert state(store).keys() == {"manifest.json", "index.json", "index.html"}


def test_the_root_is_locked_while_it_is_changed(store: FaultyStore) -> None:
    locks = FakeLocks()
    ProjectList(workspace(store, locks=locks)).enter("demo", KINDS)
    assert (locks.names, locks.confirmed) == ([ROOT], 2)


@pytest.mark.parametrize(("confirmed", "written"), [(0, set()), (1, {RECORD})])
def test_nothing_is_written_once_the_lock_is_lost(store: FaultyStore, confirmed: int, written: set[str]) -> None:
    locks = FakeLocks(lasts=confirmed)
    root = ProjectList(workspace(store, locks=locks))
    with pytest.raises(LockError):
        root.enter("demo", KINDS)
    assert state(store).keys() == written
    locks.lasts = 99
    assert root.enter("demo", KINDS) is (not written)
