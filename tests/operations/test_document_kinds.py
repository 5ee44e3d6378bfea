"""Documents state their kind: none is taken for another, nor written over."""

from __future__ import annotations

import json

import pytest

from s3pypi_setuptools.errors import InvalidIndex, RepositoryError
from s3pypi_setuptools.operations.reindex.recovery import discard_damaged_config
from tests.operations.conftest import World
from tests.operations.nested import without_kind
from tests.operations.processes import problems, reindexed


def test_a_record_of_another_kind_is_called_that(world: World) -> None:
    """It is neither damaged nor of a later version: nothing is made of it, and nothing is put over it."""
    world.push(world.wheel())
    documents = {name: world.store.get(f"team/{name}").data for name in RECORDS}
    for stated in (True, False):
        for at, other in [(at, other) for at in RECORDS for other in RECORDS if at != other]:
            data = documents[other] if stated else without_kind(documents[other])
            world.put(f"team/{at}", data, "application/json")
            with pytest.raises((InvalidIndex, RepositoryError)) as raised:
                _read(world)
            said = str(raised.value)
            assert "upgrade" not in said
            assert (
                ", not a project's manifest" in said or ", not a repository" in said or "is another repository" in said
            ), said
            with pytest.raises((InvalidIndex, RepositoryError)):
                _rebuild(world)
            assert world.store.get(f"team/{at}").data == data
            world.put(f"team/{at}", documents[at], "application/json")
    _read(world)


RECORDS = ("repository.json", "manifest.json", "demo/manifest.json")


def _rebuild(world: World) -> None:
    """As ``s3pypi reindex`` does; raises the first error of a project, too."""
    discard_damaged_config(world.store, world.layout)
    for line in [str(error) for each in reindexed(world).projects for error in each.errors]:
        raise RepositoryError(line)


def _read(world: World) -> None:
    with world.opened(reading=True) as repository:
        repository.projects()
        repository.manifest("demo")


def test_a_record_of_an_unknown_kind_is_not_written_over(world: World) -> None:
    world.push(world.wheel())
    for name in RECORDS:
        key = f"team/{name}"
        sound = world.store.get(key).data
        data = json.dumps({**json.loads(sound), "kind": "mirror"}).encode()
        world.put(key, data, "application/json")
        with pytest.raises((InvalidIndex, RepositoryError), match="kind 'mirror'"):
            _read(world)
        with pytest.raises((InvalidIndex, RepositoryError), match="kind 'mirror'"):
            _rebuild(world)
        assert world.store.get(key).data == data
        world.put(key, sound, "application/json")


def test_documents_say_their_kind_and_those_of_1_0_0_are_read(world: World) -> None:
    world.push(world.wheel())
    assert [json.loads(world.store.get(f"team/{name}").data)["kind"] for name in RECORDS] == [
        "repository",
        "root",
        "project",
    ]
    assert "kind" not in json.loads(world.store.get("team/index.json").data), "pages are what PEP 691 says"
    for name in RECORDS:
        world.put(f"team/{name}", without_kind(world.store.get(f"team/{name}").data), "application/json")
    assert problems(world) == []
    assert world.push(world.wheel("2.0"), world.wheel(name="other")).ok
    assert world.projects() == ("demo", "other")
