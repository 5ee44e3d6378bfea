"""Wherever the process dies and whatever answer is lost: nothing listed is missing, and the same again completes it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from s3pypi_setuptools.errors import AccessDenied, StoreError, Unavailable
from s3pypi_setuptools.operations.yank import yank
from s3pypi_setuptools.stores.base import Store
from tests.operations.conftest import World
from tests.operations.processes import ONE, WHOLE, deleted, objects, opened
from tests.support.markers import case
from tests.support.store_doubles import FaultyStore, Request, completes, kill_at


def marked(world: World, store: Store) -> None:
    with opened(world, store) as repository:
        yank(repository, "demo", ONE, reason="bad")


Verb = Callable[[World, Store], object]
VERBS: dict[str, Verb] = {
    "version": lambda world, store: deleted(world, ONE, store=store),
    "project": lambda world, store: deleted(world, WHOLE, store=store),
    "yank": marked,
}


def worlds(folder: Path) -> Iterator[tuple[int, World]]:
    for number in itertools.count():
        world = World(folder / str(number))
        world.push(world.wheel(), world.sdist(), world.wheel("2.0"))
        yield number, world


@pytest.mark.parametrize("when", [case("before", slow=True), "after"])
@pytest.mark.parametrize("verb", [case(verb, slow=verb == "yank") for verb in VERBS])
def test_killed_at_any_request_and_done_again(tmp_path: Path, verb: str, when: str) -> None:
    for number, world in worlds(tmp_path):
        store = kill_at(world.store, number, when)
        over = completes(partial(VERBS[verb], world, store))
        if "team/demo/index.json" in world.stored():
            for page in world.pages_there("demo"):
                for file in page.files:
                    assert world.fetched("demo", file.url) == file.sha256, (number, file)
                assert world.wheel("2.0").name in {file.filename for file in page.files}

        VERBS[verb](world, world.store)

        finished(world, verb)
        if over:
            assert number > 8
            return


@pytest.mark.parametrize("verb", VERBS)
def test_the_answer_to_any_one_write_is_lost(tmp_path: Path, verb: str) -> None:
    for number, world in worlds(tmp_path):

        def lose(request: Request, number: int = number) -> None:
            if request.number == number and request.writes:
                raise Unavailable(request.key, "the connection was lost")

        store = FaultyStore(world.store, after=lose)
        VERBS[verb](world, store)
        finished(world, verb)
        if number >= len(store.requests):
            return


@pytest.mark.parametrize("error", [AccessDenied, Unavailable])
def test_a_read_that_fails_changes_nothing(three: World, error: type[StoreError]) -> None:
    before = {info.key: info.token for info in three.store.list("")}
    for key in ("manifest.json", "index.json", "index.html", ""):

        def fail(request: Request, key: str = key) -> None:
            if request.key == f"team/demo/{key}" and not request.writes:
                raise error(request.key, "no")

        for verb in VERBS.values():
            with pytest.raises(error):
                verb(three, FaultyStore(three.store, before=fail))
    assert {info.key: info.token for info in three.store.list("")} == before


def finished(world: World, verb: str) -> None:
    """The verb is done to the end."""
    if verb == "yank":
        assert all(page.files[0].yanked == "bad" for page in world.pages())
        return
    assert not [key for key in objects(world) if "demo-1.0" in key]
    if verb == "version":
        assert set(world.listed()) == {world.wheel("2.0").name}
        return
    assert [key for key in world.stored() if key.startswith("team/demo/")] == ["team/demo/manifest.json"]
    assert all(root.projects == () for root in world.roots())


@pytest.mark.parametrize("verb", VERBS)
def test_requests_do_not_grow_with_the_repository(tmp_path: Path, verb: str) -> None:
    counts = []
    for more in (0, 60):
        world = World(tmp_path / str(more))
        world.push(world.wheel(), world.sdist())
        if more:
            world.push(*(world.wheel(name=f"other{number}") for number in range(more)))
            if verb != "project":
                world.push(*(world.wheel(f"2.{number}") for number in range(more)))
        store = FaultyStore(world.store)
        VERBS[verb](world, store)
        counts.append(len(store.requests))
    assert counts[0] == counts[1]
    assert counts[0] <= {"version": 18, "project": 26, "yank": 10}[verb]
