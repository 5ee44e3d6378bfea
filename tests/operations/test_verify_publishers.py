"""What publishers at work have stored is no finding, until it is old."""

from __future__ import annotations

from datetime import timedelta

import pytest

from s3pypi_setuptools.operations.file_selector import FileSelector
from s3pypi_setuptools.stores.base import Attributes
from tests.operations.conftest import World
from tests.operations.processes import DAY, deleted, problems, pruned, reindexed, verified
from tests.operations.test_verify import fill
from tests.support.store_doubles import FaultyStore, Killed, Request, kill_before_write


def test_what_a_publisher_stored_of_late_is_no_finding(world: World) -> None:
    world.push(world.wheel())
    other = World(world.folder / "elsewhere")
    other.push(world.sdist("2.0"))
    stored = other.store.head("team/demo/demo-2.0.tar.gz")
    world.store.put(stored.key, other.store.get(stored.key).data, Attributes(metadata=stored.metadata))

    now = verified(world, later=0 * DAY)
    assert (now.ok, now.pending) == (True, 1)
    assert problems(world) == [("orphan", "demo/demo-2.0.tar.gz")]


def test_a_publisher_at_work_is_no_finding(world: World) -> None:
    """Between the listing and the reading of a manifest, others publish and delete."""
    fill(world)
    done: list[int] = []

    def publish(request: Request) -> None:
        if request.key == "team/demo/manifest.json" and len(done) < 2:
            done.append(1)
            world.push(world.wheel(f"3.{len(done)}"))
            deleted(world, FileSelector(f"{len(done)}.0"))

    assert problems(world, store=FaultyStore(world.store, before=publish)) == []
    assert done


def test_a_project_that_is_being_begun_is_no_finding(world: World) -> None:
    world.push(world.wheel(name="other"))
    with pytest.raises(Killed):
        world.push(world.wheel(), store=kill_before_write(world.store, "team/demo/manifest.json"))
    assert "team/demo/index.html" in world.stored()

    assert [each[0] for each in problems(world, later=timedelta())] == ["only-on-root"]
    assert verified(world, later=timedelta()).pending == 1
    assert "no-manifest" in [each[0] for each in problems(world)]


@pytest.mark.parametrize("listed", [True, False])
def test_of_an_orphan_whose_name_is_taken_the_advice_is_what_helps(world: World, listed: bool) -> None:
    wheel = world.wheel()
    world.push(wheel, world.sdist())
    if not listed:
        deleted(world, FileSelector(filenames=(wheel.name,)))
    for suffix in ("", ".metadata"):
        world.put(f"team/demo/{'0' * 16}/{wheel.name}{suffix}", b"others")

    details = [finding.detail for finding in verified(world).findings]

    why = "another file of its name is" if listed else "a file of its name was removed once"
    assert details == [f"is not listed, and {why}: 'prune' deletes it"] * 2
    reindexed(world)
    assert len(problems(world)) == 2
    pruned(world)
    assert problems(world) == []
