"""What a prune says, whom it tells, and which objects it passes over."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from s3pypi_setuptools.monitor import Monitor
from s3pypi_setuptools.operations.prune import prune
from s3pypi_setuptools.operations.prune_plan import PruneReport
from s3pypi_setuptools.operations.retention import Retention
from s3pypi_setuptools.repository.repository import Repository
from s3pypi_setuptools.stores.local.store import LocalStore
from tests.operations.conftest import World
from tests.operations.processes import Watching, deleted, drop_in, foreign, pruned, state

MANIFEST = "team/demo/manifest.json"


def test_the_files_that_go_are_told(three: World) -> None:
    orphan = drop_in(three, three.wheel("3.0"))
    watching = Watching()
    repository = Repository(three.store, three.layout, monitor=Monitor(observer=watching))
    try:
        prune(repository, retention=Retention(keep_last=1), grace=timedelta())
    finally:
        repository.close()
    gone = [three.wheel().name, three.sdist().name, three.wheel("1.1").name, orphan]
    assert watching.done == [f"demo/{name}" for name in sorted(gone)]


def test_records_that_go_after_the_question_fail_their_project(three: World) -> None:
    orphan = drop_in(three, three.wheel("3.0"))

    def lose(report: PruneReport) -> None:
        for key in [MANIFEST, *(f"team/demo/{page}" for page in ("index.json", "index.html", ""))]:
            three.store.delete(key)

    report = pruned(three, confirm=lose)

    [project] = report.projects
    assert (report.ok, project.project, project.pruned) == (False, "demo", ())
    assert str(project.error) == "demo: its manifest is gone; nothing of it was deleted: reindex it first"
    assert f"team/demo/{orphan}" in three.stored()


@pytest.mark.parametrize("retention", [Retention(), Retention(keep_last=0, last_stable=True)])
def test_another_tools_project_is_left_alone(world: World, retention: Retention) -> None:
    world.push(world.wheel(name="other"))
    foreign(world, "demo", world.wheel())
    drop_in(world, world.wheel("2.0"))
    before = state(world)
    assert pruned(world, "demo", retention=retention).projects == ()
    assert state(world) == before


def test_a_young_object_spares_itself_alone(tmp_path: Path) -> None:
    world = World(tmp_path, LocalStore(tmp_path / "store"))
    world.push(world.wheel())
    young, old = drop_in(world, world.sdist("2.0")), drop_in(world, world.sdist("3.0"))
    os.utime(tmp_path / "store" / "team" / "demo" / old, (0, 0))
    assert [one.name for one in pruned(world, later=timedelta()).pruned] == [old]
    assert f"team/demo/{young}" in world.stored()


def test_a_signature_goes_with_its_file(world: World) -> None:
    world.push(world.wheel())
    orphan = drop_in(world, world.sdist("2.0"))
    for name in (world.wheel().name, orphan):
        world.put(f"team/demo/{name}.asc", b"signature")
    assert [one.name for one in pruned(world).pruned] == [orphan, f"{orphan}.asc"]
    assert [key for key in world.stored() if key.endswith(".asc")] == [f"team/demo/{world.wheel().name}.asc"]


def test_what_another_project_lists_is_not_said_to_go(three: World) -> None:
    foreign(three, "alias", links=f'<a href="../demo/{three.wheel().name}">{three.wheel().name}</a>')
    three.push(three.wheel("3.0", name="alias"))
    deleted(three)
    assert pruned(three).pruned == ()
    assert f"team/demo/{three.wheel().name}" in three.stored()


def test_an_object_that_an_absolute_link_may_mean_is_not_said_to_go(world: World) -> None:
    name = world.sdist("0.5").name
    foreign(world, "demo", links=f'<a href="https://pypi.example/demo/{name}">{name}</a>')
    world.push(world.wheel())
    drop_in(world, world.sdist("0.5"))
    orphan = drop_in(world, world.sdist("0.6"))
    assert [one.name for one in pruned(world).pruned] == [orphan]
    assert f"team/demo/{name}" in world.stored()
