"""The objects of a repository, by folder."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from datetime import datetime, timezone
from itertools import chain

import pytest

from s3pypi_setuptools.repository.inventory import (
    FirstListing,
    Folder,
    holds_distributions,
    list_folder,
    list_folders,
)
from s3pypi_setuptools.repository.layout import Layout
from s3pypi_setuptools.stores.base import Attributes, Info, Token
from s3pypi_setuptools.stores.memory import MemoryStore
from tests.support.store_doubles import FaultyStore

LAYOUT = Layout("team")
RANDOM = "0123456789abcdef"
WHEEL = "team/demo/demo-1.0-py3-none-any.whl"
APART = f"team/demo/{RANDOM}/demo-1.0.tar.gz"


def holding(*keys: str) -> MemoryStore:
    store = MemoryStore()
    for key in keys:
        store.put(key, key.encode(), Attributes())
    return store


def project(name: str) -> tuple[str, ...]:
    """The keys of a project with one wheel."""
    names = ("manifest.json", "index.json", "index.html", "", f"{name}-1.0-py3-none-any.whl")
    return (*(f"team/{name}/{each}" for each in names), f"team/{name}/{names[-1]}.metadata")


@pytest.fixture
def store() -> MemoryStore:
    return holding(
        *(WHEEL, f"{WHEEL}.metadata", APART, "team/demo/index.html", "team/demo/deeper/still/demo-1.0.tar.gz"),
        *("team/Not_Normal/x-1.0.tar.gz", "team/index.html", "elsewhere/demo/demo-1.0.tar.gz"),
    )


def test_objects_are_listed_by_folder(store: MemoryStore) -> None:
    folders = {folder.name: folder for folder in list_folders(store, LAYOUT)}
    assert list(folders) == ["Not_Normal", "demo", ""]
    assert [*folders["demo"].objects] == [APART, WHEEL, f"{WHEEL}.metadata", "team/demo/index.html"]
    assert [*folders[""].objects] == ["team/index.html"]
    assert [name for name, folder in folders.items() if folder.is_project] == ["demo"]
    assert list_folder(store, LAYOUT, "demo") == folders["demo"]
    assert list_folder(store, LAYOUT, "absent") == Folder("absent", {})


def test_a_listing_that_was_made_already_is_used(store: MemoryStore) -> None:
    assert list(list_folders(MemoryStore(), LAYOUT, store.list("team/"))) == list(list_folders(store, LAYOUT))


def test_a_folder_that_is_another_repository_has_no_objects(store: MemoryStore) -> None:
    store.put("team/demo/dev/repository.json", b"{}", Attributes())
    store.put("team/other/repository.json", b"{}", Attributes())
    demo, other = (list_folder(store, LAYOUT, name) for name in ("demo", "other"))
    assert (demo.others, demo.is_other, len(demo.objects)) == (("team/demo/dev/",), False, 4)
    assert other == Folder("other", {}, ("team/other/",), is_other=True)
    assert not other.is_project


def test_a_folder_with_pages_inside_a_project_is_not_the_projects() -> None:
    store = holding(APART, WHEEL, f"team/demo/{RANDOM}/index.html", f"team/demo/f{RANDOM[1:]}/demo-2.0.tar.gz")
    assert [*list_folder(store, LAYOUT, "demo").objects] == [WHEEL, f"team/demo/f{RANDOM[1:]}/demo-2.0.tar.gz"]


@pytest.mark.parametrize(
    ("listed", "unlisted"),
    [
        ((), [APART, WHEEL, f"{WHEEL}.metadata"]),
        ((WHEEL, None), [APART]),
        ((APART,), [WHEEL, f"{WHEEL}.metadata"]),
        ((APART, WHEEL), []),
    ],
)
def test_unlisted_are_distributions_and_the_objects_that_belong_to_them(
    store: MemoryStore, listed: tuple[str | None, ...], unlisted: list[str]
) -> None:
    assert [info.key for info in list_folder(store, LAYOUT, "demo").unlisted(listed)] == unlisted


def test_distributions_are_looked_for_among_the_first_objects() -> None:
    assert holds_distributions(holding(WHEEL), LAYOUT)
    assert not holds_distributions(holding(WHEEL), Layout("other"))
    assert not holds_distributions(holding("team/demo/index.html", f"{WHEEL}.metadata"), LAYOUT)
    many = (f"team/a/{number:04}.txt" for number in range(999))
    assert holds_distributions(holding(*many, WHEEL), LAYOUT)
    many = (f"team/a/{number:04}.txt" for number in range(1000))
    assert not holds_distributions(holding(*many, WHEEL), LAYOUT)


class TestFirstListing:
    def of(self, *keys: str) -> FirstListing:
        folders = list_folders(holding(*keys), LAYOUT)
        return FirstListing(LAYOUT, {folder.name: folder for folder in folders})

    @pytest.mark.parametrize("name", ["manifest.json", "index.json", "index.html", ""])
    def test_a_root_is_absent_without_list_and_pages(self, name: str) -> None:
        assert self.of(WHEEL, "team/repository.json").root_is_absent
        assert not self.of(f"team/{name}").root_is_absent

    def test_a_project_is_new_without_a_manifest(self) -> None:
        listing = self.of(*project("known"), WHEEL, "team/inner/repository.json", "team/mixed/dev/repository.json")
        assert listing.new_project("absent") == Folder("absent", {})
        demo = listing.new_project("demo")
        assert demo
        assert [*demo.objects] == [WHEEL]
        assert [listing.new_project(name) for name in ("known", "inner", "mixed")] == [None, None, None]


def test_a_sound_repository_costs_one_request() -> None:
    store = FaultyStore(holding(*(key for number in range(20) for key in project(f"project{number}"))))
    assert len(list(list_folders(store, LAYOUT))) == 21
    assert [request.verb for request in store.requests] == ["list"]


@pytest.mark.slow  # tracing the memory of 100,000 objects takes seconds
def test_memory_holds_no_more_than_one_project() -> None:
    """However many objects there are in other repositories, below a project or beside it."""
    store = _Endless()
    for key in project("demo"):
        store.put(key, b"{}", Attributes())
    tracemalloc.start()
    try:
        folders = {folder.name: len(folder.objects) for folder in list_folders(store, LAYOUT)}
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert folders["demo"] == 6
    assert folders["zz"] == 0
    assert store.listed > 100_000
    assert peak < 5 * 2**20


class _Endless(MemoryStore):
    """A store that lists much more than it holds: two other repositories of many projects."""

    listed = 0

    def list(self, prefix: str) -> Iterator[Info]:
        own = list(super().list(prefix))
        last = next((index for index, info in enumerate(own) if info.key > "team/demo/dev"), len(own))
        for info in chain(own[:last], self._others("team/demo/dev"), own[last:], self._others("team/zz")):
            if info.key.startswith(prefix):
                self.listed += 1
                yield info

    def _others(self, folder: str) -> Iterator[Info]:
        now = datetime.now(timezone.utc)
        for project in range(500):
            for name in (*(f"{version:03}.whl" for version in range(100)), "index.html"):
                yield Info(f"{folder}/p{project:04}/{name}", Token("1"), 1, now)
        yield Info(f"{folder}/repository.json", Token("1"), 1, now)
