"""Which of the objects that nothing lists a reindex lists, and what it says of the others."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from s3pypi_setuptools.stores.local.store import LocalStore
from tests.operations.conftest import World
from tests.operations.processes import drop_in, problems, reindexed, state
from tests.operations.test_reindex import stored_by_a_publisher

FOLDER = "team/demo/"
APART = f"{FOLDER}0123456789abcdef/"
URL = "memory:///team/demo/"


def test_an_object_that_a_publisher_stored_apart_is_left_without_a_line(world: World) -> None:
    world.push(world.wheel())
    later = world.wheel("2.0")
    world.put(f"{APART}{later.name}", later.read_bytes())
    before = state(world)
    assert reindexed(world).projects == ()
    assert state(world) == before


@pytest.mark.parametrize("damage", ["lost", "damaged"])
def test_without_a_manifest_each_object_that_no_page_lists_is_named(world: World, damage: str) -> None:
    world.push(world.wheel())
    plain = stored_by_a_publisher(world, world.sdist("2.0"))
    apart = world.wheel("3.0")
    world.put(f"{APART}{apart.name}", apart.read_bytes())
    if damage == "lost":
        world.store.delete(f"{FOLDER}manifest.json")
    else:
        world.put(f"{FOLDER}manifest.json", b"{")
    [project] = reindexed(world).projects
    unlisted = (f"{URL}0123456789abcdef/{apart.name}", f"{URL}{plain}")
    lines = tuple(
        f"{place}: no page lists it, and the manifest that would say whether it was removed is {damage}: "
        "publish it again, or let 'prune' delete it"
        for place in unlisted
    )
    assert (project.left, tuple(map(str, project.errors))) == ((lines, ()) if damage == "lost" else ((), lines))
    assert set(world.listed()) == {world.wheel().name}


@pytest.mark.parametrize(("oldest", "chosen"), [("a", "b"), ("b", "a")])
def test_of_two_objects_of_one_name_apart_the_newer_is_listed(tmp_path: Path, oldest: str, chosen: str) -> None:
    world = World(tmp_path, LocalStore(tmp_path / "store"))
    for letter in "ab":
        drop_in(world, world.sdist(salt=letter), f"demo/{letter * 16}")
    old = tmp_path / "store" / "team" / "demo" / (oldest * 16) / world.sdist().name
    os.utime(old, (1_000_000_000, 1_000_000_000))
    assert reindexed(world).ok
    [file] = world.pages()[0].files
    assert file.url == f"{chosen * 16}/{world.sdist().name}"
    assert world.listed()


def test_of_two_objects_of_one_name_the_plain_key_is_listed(tmp_path: Path) -> None:
    world = World(tmp_path, LocalStore(tmp_path / "store"))
    for folder in ("demo", f"demo/{'0' * 16}", f"demo/{'f' * 16}"):
        drop_in(world, world.sdist(salt=folder[-1]), folder)
    plain = tmp_path / "store" / "team" / "demo" / world.sdist().name
    os.utime(plain, (1_000_000_000, 1_000_000_000))
    assert reindexed(world).ok
    assert [file.url for file in world.pages()[0].files] == [world.sdist().name]


def test_what_is_no_distribution_is_named_with_its_place_and_its_fault(world: World) -> None:
    world.push(world.wheel())
    world.put(f"{FOLDER}demo-2.0.zip", b"garbage")
    world.put(f"{FOLDER}demo_extra-1.0.tar.gz", world.sdist(name="demo-extra").read_bytes())
    [project] = reindexed(world).projects
    broken, foreign = project.left
    assert broken.startswith(f"{URL}demo-2.0.zip: ")
    assert str(world.folder) not in broken
    assert broken.count("demo-2.0.zip") == 1
    assert foreign == f"{URL}demo_extra-1.0.tar.gz: is a file of demo-extra: publish it there"
    assert ("orphan", "demo/demo-2.0.zip") in problems(world)
