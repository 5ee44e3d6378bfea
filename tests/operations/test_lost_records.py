"""Records that were lost, or are damaged, are made again from what pages and objects tell."""

from __future__ import annotations

import pytest

from s3pypi_setuptools.config.choices import IfExists
from s3pypi_setuptools.errors import InvalidIndex
from s3pypi_setuptools.index.model import Status
from s3pypi_setuptools.operations.file_selector import FileSelector
from s3pypi_setuptools.operations.reindex.recovery import discard_damaged_config
from s3pypi_setuptools.operations.status import set_status
from s3pypi_setuptools.operations.yank import yank
from s3pypi_setuptools.stores.base import Attributes
from tests.operations.conftest import World
from tests.operations.processes import deleted, opened, problems, reindexed, state
from tests.operations.test_reindex import manifest, stored_by_a_publisher
from tests.support.store_doubles import FaultyStore, Killed, Request

MANIFEST = "team/demo/manifest.json"


def marked(world: World) -> dict[str, object]:
    """demo 1.0 yanked, 2.0 deleted, 3.0 replaced, deprecated; what is to be kept of that."""
    world.push(world.wheel(), world.wheel("2.0"), world.wheel("3.0"))
    world.push(world.wheel("3.0", salt="x"), if_exists=IfExists.REPLACE)
    deleted(world, FileSelector("2.0"))
    with opened(world) as repository:
        yank(repository, "demo", FileSelector("1.0"), reason="it <breaks>")
        set_status(repository, "demo", Status.DEPRECATED, reason="use other")
    return known(world)


def known(world: World) -> dict[str, object]:
    project = manifest(world).project
    return {"files": project.files, "status": project.status}


@pytest.mark.parametrize("what", ["lost", "garbage", "cut short"])
def test_what_pages_know_outlives_the_manifest(world: World, what: str) -> None:
    kept = marked(world)
    removed = manifest(world).removed
    before = world.listed()
    data = world.store.get(MANIFEST).data
    if what == "lost":
        world.store.delete(MANIFEST)
    else:
        broken = b"\x00garbage" if what == "garbage" else data.replace(b'"commit"', b"commit")
        world.store.put(MANIFEST, broken, Attributes())

    assert reindexed(world).ok

    assert known(world) == kept
    assert world.listed() == before
    assert problems(world, deep=True) == []
    if what == "cut short":
        assert manifest(world).removed == removed, "what is still legible of removals is kept"


def test_removed_files_do_not_come_back_with_a_damaged_manifest(world: World) -> None:
    world.push(world.wheel(), world.wheel("2.0"))

    def deny(request: Request) -> None:
        if request.verb == "delete":
            raise Killed

    with pytest.raises(Killed):
        deleted(world, FileSelector("2.0"), store=FaultyStore(world.store, before=deny))
    stored_by_a_publisher(world, world.sdist("4.0"))
    world.store.put(MANIFEST, b"garbage", Attributes())

    report = reindexed(world)

    assert not report.ok
    named = " ".join(map(str, report.projects[0].errors))
    assert world.wheel("2.0").name in named
    assert world.sdist("4.0").name in named
    assert set(world.listed()) == {world.wheel().name}
    assert manifest(world).removed == frozenset(), "nothing says that they were removed"
    assert reindexed(world).ok
    assert world.push(world.wheel("2.0"), world.sdist("4.0")).ok
    assert len(world.listed()) == 3


def test_a_record_of_a_later_version_is_no_damage(world: World) -> None:
    world.push(world.wheel())
    world.store.put(MANIFEST, world.store.get(MANIFEST).data.replace(b'"format":1', b'"format":2'), Attributes())
    before = state(world)
    report = reindexed(world)
    assert not report.ok
    assert "upgrade" in str(report.projects[0].errors[0])
    assert state(world) == before


def test_all_records_lost(world: World) -> None:
    world.push(world.wheel(), world.sdist(), world.wheel(name="other"))
    before = world.listed()
    for key in world.stored():
        if not key.endswith((".whl", ".gz")):
            world.store.delete(key)

    assert reindexed(world).ok

    assert world.listed() == before
    assert world.projects() == ("demo", "other")
    assert problems(world, deep=True) == []


@pytest.mark.parametrize("damage", ["lost", "garbage"])
def test_no_project_leaves_the_root_pages_with_the_root_record(world: World, damage: str) -> None:
    """A publisher who finds the root record missing, or a reindex of one project, knows of the others by the pages."""
    world.push(world.wheel(), world.wheel(name="other"))
    if damage == "lost":
        world.store.delete("team/manifest.json")
        world.push(world.wheel(name="fresh"))
        assert world.projects() == ("demo", "fresh", "other")
        world.store.delete("team/manifest.json")
    else:
        world.push(world.wheel(name="fresh"))
        world.store.put("team/manifest.json", b"garbage", Attributes())
    world.store.delete("team/demo/manifest.json")
    assert reindexed(world, "demo").ok
    assert world.projects() == ("demo", "fresh", "other")
    assert problems(world) == []


def test_a_damaged_repository_record_stops_the_work(world: World) -> None:
    world.push(world.wheel())
    world.store.put("team/repository.json", b"{}", Attributes())
    with pytest.raises(InvalidIndex, match=r"repository\.json"):
        reindexed(world)
    assert discard_damaged_config(world.store, world.layout)
    assert reindexed(world).ok
    assert problems(world) == []
