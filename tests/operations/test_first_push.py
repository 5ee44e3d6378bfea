"""The first push of many projects: what it listed before it made the repository is not read again."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from s3pypi_setuptools.errors import RepositoryError
from s3pypi_setuptools.operations.delete import delete
from s3pypi_setuptools.operations.file_selector import FileSelector
from s3pypi_setuptools.operations.publish.publish import publish
from s3pypi_setuptools.repository.layout import Layout
from s3pypi_setuptools.repository.opening import OpenOptions
from s3pypi_setuptools.repository.repository import Repository
from s3pypi_setuptools.stores.base import Attributes
from s3pypi_setuptools.stores.memory import MemoryStore
from tests.operations.conftest import World
from tests.support import samples
from tests.support.store_doubles import FaultyStore, Request

PROJECTS = 20
ROOT = ["team/manifest.json", "team/index.json", "team/index.html", "team/"]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path, MemoryStore(content_tokens=True))


def new_wheels(world: World, count: int = PROJECTS) -> list[Path]:
    return [world.wheel(version, name=f"new{number:02}") for number in range(count) for version in ("1.0", "2.0")]


def reads(store: FaultyStore) -> Counter[tuple[str, str]]:
    return Counter((each.verb, each.key) for each in store.requests if each.verb in ("get", "head", "list"))


@dataclass
class Meanwhile:
    """Has somebody else do something right after the first push has listed the place."""

    act: Callable[[], object]
    done: bool = False

    def __call__(self, request: Request) -> None:
        if (request.verb, request.key) == ("put", "team/repository.json") and not self.done:
            self.done = True
            self.act()


def push_meanwhile(world: World, act: Callable[[], object]) -> FaultyStore:
    meanwhile = Meanwhile(act)
    store = FaultyStore(world.store, before=meanwhile)
    assert world.push(*new_wheels(world), store=store).ok
    assert meanwhile.done
    return store


def test_what_was_listed_is_not_read_again(world: World) -> None:
    store = FaultyStore(world.store)

    assert world.push(*new_wheels(world), store=store).ok

    assert world.projects() == tuple(f"new{number:02}" for number in range(PROJECTS))
    assert reads(store) == {("get", "team/repository.json"): 1, ("list", "team/"): 1, ("get", "team/manifest.json"): 1}
    # Each file and its metadata file; of each project three blank pages, the commit, three pages; the root record and
    # its pages; repository.json; and the three reads above, of which the last looks whether the root has them all.
    assert len(store.requests) == 2 * len(new_wheels(world)) + PROJECTS * 7 + 4 + 1 + 3


def test_a_small_first_push_does_not_read_the_root_before_it_makes_it(world: World) -> None:
    store = FaultyStore(world.store)

    assert world.push(world.wheel(), store=store).ok

    assert [key for (verb, key) in reads(store) if verb == "head" and key in ROOT] == []
    assert reads(store)["get", "team/manifest.json"] == 1
    assert world.projects() == ("demo",)


def test_whoever_starts_at_the_same_moment_loses_nothing(world: World) -> None:
    theirs = (world.wheel("3.0", name="new00"), world.wheel("2.0", name="new01"), world.wheel())
    store = push_meanwhile(world, lambda: world.push(*theirs))

    assert {*world.listed("new00")} == {f"new00-{version}-py3-none-any.whl" for version in ("1.0", "2.0", "3.0")}
    assert len(world.listed("new01")) == 2
    assert world.projects() == ("demo", *(f"new{number:02}" for number in range(PROJECTS)))
    assert reads(store)["get", "team/new00/manifest.json"], "read for real, since somebody else was faster"
    assert not reads(store)["get", "team/new02/manifest.json"]


def test_other_bytes_published_at_the_same_moment_are_a_conflict(world: World) -> None:
    theirs = world.wheel("1.0", name="new00", salt="theirs")
    store = FaultyStore(world.store, before=Meanwhile(lambda: world.push(theirs)))

    report = world.push(*new_wheels(world), store=store)

    assert {file.project for file in report.files if file.error} == {"new00"}
    assert world.listed("new00") == {theirs.name: samples.read(theirs).file.sha256}
    assert len(world.projects()) == PROJECTS


def test_a_project_that_was_made_and_deleted_at_the_same_moment(world: World) -> None:
    def make_and_delete() -> None:
        world.push(world.wheel("3.0", name="new00"))
        with closing(Repository(world.store, world.layout)) as repository:
            delete(repository, "new00", FileSelector())

    push_meanwhile(world, make_and_delete)

    assert {*world.listed("new00")} == {f"new00-{version}-py3-none-any.whl" for version in ("1.0", "2.0")}
    assert len(world.projects()) == PROJECTS


def put_other_tools_page(world: World) -> None:
    old = world.wheel("0.9", name="new00")
    link = f'<a href="{old.name}#sha256={hashlib.sha256(old.read_bytes()).hexdigest()}">{old.name}</a>'
    world.put(f"team/new00/{old.name}", old.read_bytes())
    world.put("team/new00/index.html", f"<!DOCTYPE html><html><body>{link}</body></html>".encode())


def test_pages_that_another_tool_puts_at_the_same_moment_are_taken_over(world: World) -> None:
    def put() -> None:
        put_other_tools_page(world)
        world.put("team/index.html", b'<!DOCTYPE html><html><body><a href="theirs/">theirs</a></body></html>')

    push_meanwhile(world, put)

    assert len(world.listed("new00")) == 3
    assert "theirs" in world.projects()


def test_pages_that_were_listed_are_taken_over(world: World) -> None:
    put_other_tools_page(world)

    assert world.push(*new_wheels(world)).ok

    assert [len(page.files) for page in world.pages_there("new00")] == [3, 3]


def test_a_folder_that_is_another_repository_is_left_alone(world: World) -> None:
    theirs = b'{"kind": "repository", "format": 1, "pages": ["index.html"], "conditional-writes": true}'
    world.put("team/new00/repository.json", theirs)
    world.put("team/new00/index.html", b'<!DOCTYPE html><html><body><a href="x/">x</a></body></html>')

    report = world.push(*new_wheels(world))

    assert {file.project for file in report.files if file.error} == {"new00"}
    assert all("another repository" in str(file.error) for file in report.files if file.error)
    assert [key for key in world.stored() if key.startswith("team/new00/")] == [
        "team/new00/index.html",
        "team/new00/repository.json",
    ]
    assert len(world.projects()) == PROJECTS - 1


def test_a_place_with_more_objects_than_one_answer_lists_is_read(world: World) -> None:
    for number in range(1000):
        world.put(f"team/a{number:04}.txt", b"")
    put_other_tools_page(world)
    store = FaultyStore(world.store)

    assert world.push(*new_wheels(world), store=store).ok

    assert len(world.listed("new00")) == 3
    assert sum(key.endswith("/manifest.json") for (verb, key) in reads(store) if verb == "get") == PROJECTS + 1


class Careless(MemoryStore):
    """Writes over what somebody else has made meanwhile."""

    conditional_writes = False


def test_where_conditions_are_ignored_everything_is_read(tmp_path: Path) -> None:
    world = World(tmp_path, Careless(content_tokens=True))
    store = FaultyStore(world.store)
    wheels = [samples.read(path) for path in new_wheels(world)]

    with closing(Repository(store, world.layout, OpenOptions(unsafe_no_locking=True))) as repository:
        assert publish(repository, wheels).ok

    read = reads(store)
    assert [
        f"team/new{n:02}/manifest.json" for n in range(PROJECTS) if not read["get", f"team/new{n:02}/manifest.json"]
    ] == []
    assert read["get", "team/manifest.json"] == 2
    assert all(read["head", key] for key in ROOT[1:])


def test_a_later_publication_of_the_same_repository_reads(world: World) -> None:
    """A program keeps a repository open: what was listed when it was made is old by then."""
    store = FaultyStore(world.store)
    with closing(Repository(store, world.layout)) as repository:
        first = [samples.read(path) for path in new_wheels(world)]
        assert publish(repository, first).ok
        world.push(world.wheel("1.0", name="later00"))
        later = [samples.read(world.wheel("2.0", name=f"later{number:02}")) for number in range(40)]
        assert publish(repository, later).ok

    assert len(world.listed("later00")) == 2
    assert reads(store)["get", "team/later01/manifest.json"]


def test_a_place_that_is_a_projects_folder_is_refused_all_the_same(world: World) -> None:
    world.push(world.wheel())
    inner = World(world.folder, world.store, Layout("team/demo"))
    with pytest.raises(RepositoryError, match="folder of the project demo"):
        inner.push(*new_wheels(world))
    world.store.put("elsewhere/demo/index.html", world.store.get("team/demo/index.html").data, Attributes("text/html"))
    with pytest.raises(RepositoryError, match="folder of the project demo"):
        World(world.folder, world.store, Layout("elsewhere/demo")).push(*new_wheels(world))
