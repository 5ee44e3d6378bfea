"""Another tool's page that lacks links, and adds none, is brought up to the record again."""

from __future__ import annotations

from s3pypi_setuptools.operations.publish.report import Outcome
from tests.operations.conftest import World

EMPTY = b"<!DOCTYPE html><html><body></body></html>"


def test_of_a_project(world: World) -> None:
    wheel = world.wheel()
    world.push(wheel)
    world.put("team/demo/index.html", EMPTY)
    assert [file.outcome for file in world.push(wheel).files] == [Outcome.PRESENT]
    assert set(world.listed()) == {wheel.name}


def test_of_the_root(world: World) -> None:
    wheel = world.wheel()
    world.push(wheel)
    world.put("team/index.html", EMPTY)
    world.push(wheel)
    assert world.projects() == ("demo",)


def test_of_a_page_that_was_copied_without_its_metadata(world: World) -> None:
    wheel = world.wheel()
    world.push(wheel)
    for key in ("team/demo/index.html", "team/demo/", "team/index.json"):
        world.put(key, world.store.get(key).data)
    assert [file.outcome for file in world.push(wheel).files] == [Outcome.PRESENT]
    assert world.push(world.wheel("2.0")).ok
    assert len(world.listed()) == 2
