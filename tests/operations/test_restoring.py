"""Whoever stores a missing object of a listed file again commits, whatever happens meanwhile.

Another publisher may have seen the object missing, and be about to list another file in its place.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from s3pypi_setuptools.config.choices import IfExists
from s3pypi_setuptools.distribution.local_file import PART_SIZE
from s3pypi_setuptools.errors import Unavailable
from s3pypi_setuptools.operations.publish.report import Note, Outcome
from s3pypi_setuptools.repository.manifest import Manifest
from tests.operations.conftest import World
from tests.support import samples
from tests.support.store_doubles import FaultyStore, Request, once, raising

KEY = "team/demo/manifest.json"


def generation(world: World) -> int:
    return Manifest.from_json(world.store.get(KEY).data, KEY).generation


@pytest.mark.parametrize("missing", [True, False])
def test_who_gets_no_answer_to_a_creation_commits(world: World, missing: bool) -> None:
    """It cannot tell whether it has stored the object, and may commit in vain."""
    wheel = world.wheel()
    world.push(wheel)
    key = f"team/demo/{wheel.name}"
    if missing:
        world.store.delete(key)
    before = generation(world)
    lose = once("put_file", key, raising(Unavailable(key, "no answer")))
    # Without the object, the answer is lost after the creation; with it, the request does not arrive.
    store = FaultyStore(world.store, **{"after" if missing else "before": lose})  # type: ignore[arg-type]

    (report,) = world.push(wheel, store=store).files

    assert [request.key for request in store.requests if request.verb == "put_file"] == [key, key]
    assert (report.outcome, report.note) == (Outcome.PRESENT, None)
    assert generation(world) == before + 1
    assert world.listed() == {wheel.name: samples.read(wheel).file.sha256}


@pytest.mark.parametrize("policy", [IfExists.SAME, IfExists.SKIP])
def test_who_loses_a_race_after_storing_an_object_again_commits(world: World, tmp_path: Path, policy: IfExists) -> None:
    large = samples.wheel(tmp_path, padding=PART_SIZE)
    world.push(large)
    world.store.delete(f"team/demo/{large.name}")
    before = generation(world)

    def push_another(request: Request) -> None:
        if (request.verb, request.key) == ("put", KEY) and generation(world) == before:
            assert world.push(world.sdist("2.0")).ok

    (report,) = world.push(large, store=FaultyStore(world.store, before=push_another), if_exists=policy).files

    assert (report.outcome, report.note) == ({IfExists.SAME: Outcome.PRESENT}.get(policy, Outcome.SKIPPED), None)
    assert generation(world) == before + 2


def test_who_stores_an_object_again_commits_once(world: World) -> None:
    wheel = world.wheel()
    world.push(wheel)
    world.store.delete(f"team/demo/{wheel.name}")
    before = generation(world)
    (report,) = world.push(wheel).files
    assert (report.note, generation(world)) == (Note.RESTORED, before + 1)
    world.push(wheel)
    assert generation(world) == before + 1
