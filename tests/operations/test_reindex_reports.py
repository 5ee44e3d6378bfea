"""What a reindex says of what it finds, and what it writes when somebody else is at work."""

from __future__ import annotations

import pytest

from s3pypi_setuptools.errors import InvalidIndex, NotFound, Unavailable
from tests.operations.conftest import World
from tests.operations.processes import drop_in, problems, reindexed, state
from tests.support import samples
from tests.support.store_doubles import FaultyStore, Request

FOLDER = "team/demo/"
MANIFEST = f"{FOLDER}manifest.json"
SIDECAR = f"{FOLDER}demo-1.0-py3-none-any.whl.metadata"


def test_what_is_corrected_is_told_line_by_line(world: World) -> None:
    world.push(world.wheel(), world.wheel(name="other"))
    world.put(f"{FOLDER}index.html", b"<html></html>")
    world.store.delete(SIDECAR)

    dry = reindexed(world, dry_run=True)
    report = reindexed(world)

    assert (report.examined, report.files, report.ok, report.dry_run, dry.dry_run) == (2, 2, True, False, True)
    [project] = report.projects
    assert project.corrected == (
        f"memory:///{SIDECAR}: missing-metadata",
        f"memory:///{FOLDER}index.html: wrong-page",
    )
    assert (dry.projects, report.root) == (report.projects, ())
    assert problems(world, deep=True) == []


def test_pages_of_the_list_of_projects_are_told(world: World) -> None:
    world.push(world.wheel())
    world.put("team/index.html", b"<html></html>")
    world.store.delete("team/index.json")
    before = state(world)
    told = ("team/index.json: missing-page", "team/index.html: wrong-page")
    assert reindexed(world, dry_run=True).root == told
    assert state(world) == before
    assert reindexed(world).root == told
    assert problems(world) == []


def test_projects_that_the_list_lacks_or_has_too_many_are_told(world: World) -> None:
    world.push(world.wheel(), world.wheel(name="other"))
    root = world.store.get("team/manifest.json").data
    world.put("team/manifest.json", root.replace(b'"demo"', b'"nothing"'))

    report = reindexed(world)

    assert report.projects == ()
    assert set(report.root) >= {
        "team/manifest.json demo: not-on-root",
        "team/manifest.json nothing: only-on-root",
    }
    assert world.projects() == ("demo", "other")


@pytest.mark.parametrize("root", ["sound", "lost"])
def test_a_project_whose_record_does_not_come_stays_on_the_list(world: World, root: str) -> None:
    world.push(world.wheel(), world.wheel(name="other"), world.wheel(name="third"))
    if root == "lost":
        world.store.delete("team/manifest.json")

    def fail(request: Request) -> None:
        if request.key == MANIFEST:
            raise Unavailable(request.key, "did not answer")

    report = reindexed(world, store=FaultyStore(world.store, before=fail))

    [project] = report.projects
    assert (project.project, project.known, report.ok) == ("demo", False, False)
    assert isinstance(project.errors[0], Unavailable)
    assert "did not answer" in str(project.errors[0])
    assert world.projects() == ("demo", "other", "third")


def test_both_damaged_pages_are_named_where_no_file_lies(world: World) -> None:
    world.push(world.wheel(name="other"))
    for name in ("index.html", "index.json"):
        world.put(f"{FOLDER}{name}", b"\xff{")
    before = state(world)
    [project] = reindexed(world).projects
    pages = f"memory:///{FOLDER}index.html and memory:///{FOLDER}index.json"
    [error] = project.errors
    assert isinstance(error, InvalidIndex)
    assert str(error) == f"{pages}: cannot be read, and the folder holds no file to list: restore or remove it"
    assert state(world) == before


@pytest.mark.parametrize("meanwhile", ["gone", "other", "right"])
def test_a_metadata_file_that_somebody_else_changes_ends_up_right(world: World, meanwhile: str) -> None:
    world.push(world.wheel("2.0"))
    drop_in(world, world.wheel())
    world.put(SIDECAR, b"wrong")
    done: list[str] = []

    def change(request: Request) -> None:
        if (request.verb, request.key) == ("get", SIDECAR) and not done:
            done.append(meanwhile)
            world.store.delete(SIDECAR)
            if meanwhile != "gone":
                world.put(SIDECAR, samples.metadata("demo", "1.0") if meanwhile == "right" else b"wrong again")

    report = reindexed(world, store=FaultyStore(world.store, before=change))

    assert report.ok
    assert done
    assert world.store.get(SIDECAR).data == samples.metadata("demo", "1.0")
    assert problems(world, deep=True) == []


def test_what_goes_with_a_missing_file_goes_too(three: World) -> None:
    key = f"{FOLDER}{three.wheel().name}"
    three.store.delete(key)
    assert reindexed(three, unlist_missing=True).ok
    with pytest.raises(NotFound):
        three.store.head(f"{key}.metadata")
    assert three.wheel().name not in three.listed()
    assert problems(three) == []
