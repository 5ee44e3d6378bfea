"""A reindex that dies at any request, or works beside a publisher."""

from __future__ import annotations

import itertools
from functools import partial
from pathlib import Path

import pytest

from s3pypi_setuptools.stores.base import Attributes
from tests.operations.conftest import World
from tests.operations.processes import WHOLE, deleted, drop_in, problems, pruned, reindexed
from tests.support import samples
from tests.support.markers import case
from tests.support.store_doubles import FaultyStore, Request, completes, kill_at

MANIFEST = "team/demo/manifest.json"


SITUATIONS = ["dropped in", "damaged", "lost"]


def situation(folder: Path, name: str) -> World:
    world = World(folder)
    world.push(world.wheel(), world.sdist())
    if name == "dropped in":
        drop_in(world, world.wheel("2.0"))
        drop_in(world, samples.wheel(world.folder, "other"), "other")
    elif name == "damaged":
        world.store.put(MANIFEST, b"garbage", Attributes())
        world.store.put("team/manifest.json", b"garbage", Attributes())
        world.store.put("team/demo/index.html", b"\xff\xfe", Attributes())
    else:
        world.store.delete(MANIFEST)
    return world


@pytest.mark.parametrize("when", [case("before", slow=True), "after"])
@pytest.mark.parametrize("name", [case(name, slow=name != "lost") for name in SITUATIONS])
def test_killed_at_any_request_and_done_again(tmp_path: Path, name: str, when: str) -> None:
    expected = {"dropped in": 3}.get(name, 2)
    for number in itertools.count():
        world = situation(tmp_path / str(number), name)

        over = completes(partial(reindexed, world, store=kill_at(world.store, number, when)))
        for page in world.pages_there("demo") if name != "damaged" else ():
            for file in page.files:
                assert world.fetched("demo", file.url) == file.sha256, (number, file)

        assert reindexed(world).ok
        assert len(world.listed()) == expected
        assert problems(world, deep=True) == []
        if over:
            assert number > 10
            return


@pytest.mark.slow  # `tests/interleavings` has reindexes beside publishers in orders drawn by lot
@pytest.mark.parametrize("name", ["dropped in", "lost"])
def test_beside_a_publisher_at_any_request(tmp_path: Path, name: str) -> None:
    """Somebody publishes between any two requests of a reindex, and again after it where it was refused."""
    for number in itertools.count():
        world = situation(tmp_path / str(number), name)

        files = world.wheel("5.0"), world.wheel("2.0", name="other")
        refused: list[str] = []

        def publish(
            request: Request,
            number: int = number,
            world: World = world,
            files: tuple[Path, ...] = files,
            refused: list[str] = refused,
        ) -> None:
            if request.number == number:
                refused += [str(file.error) for file in world.push(*files).files if file.error]

        store = FaultyStore(world.store, before=publish)
        assert reindexed(world, store=store).ok
        assert all(name == "lost" and "s3pypi reindex" in error for error in refused), refused
        if refused:
            assert world.push(*files).ok
        if number >= len(store.requests):
            assert number > 10
            return
        assert world.wheel("5.0").name in world.listed(), number
        assert world.wheel("2.0", name="other").name in world.listed("other"), number
        assert world.projects() == ("demo", "other")


def test_a_project_that_is_deleted_while_its_pages_are_compared(world: World) -> None:
    world.push(world.wheel(), world.wheel(name="other"))
    world.store.delete("team/demo/demo-1.0-py3-none-any.whl.metadata")
    looked, done = set[str](), list[bool]()

    def delete_all(request: Request) -> None:
        again = request.verb == "get" and request.key == "team/demo/index.json" and "head" in looked
        if again and not done:
            done.append(True)
            deleted(world, WHOLE)
        if request.key == "team/demo/index.json":
            looked.add(request.verb)

    report = reindexed(world, "demo", store=FaultyStore(world.store, before=delete_all))

    assert done
    assert [project.errors for project in report.projects] in ([], [()])
    assert world.projects() == ("other",)


@pytest.mark.parametrize("listed", [False, True], ids=["not listed", "listed"])
def test_a_file_that_is_deleted_before_it_is_read(world: World, listed: bool) -> None:
    world.push(world.wheel("2.0"))
    if listed:
        world.push(world.wheel())
        world.store.delete("team/demo/demo-1.0-py3-none-any.whl.metadata")
    else:
        drop_in(world, world.wheel())

    def delete(request: Request) -> None:
        if request.verb == "stream" and listed:
            deleted(world)
        elif request.verb == "stream":
            pruned(world)

    report = reindexed(world, "demo", store=FaultyStore(world.store, before=delete))

    assert [project.errors for project in report.projects] in ([], [()])
    assert list(world.listed()) == [world.wheel("2.0").name]
    assert problems(world) == []
