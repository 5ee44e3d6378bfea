"""Many new projects in one call: how they get on the root."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path

import pytest

from s3pypi_setuptools.errors import Unavailable
from s3pypi_setuptools.operations.reindex.recovery import Recovery
from s3pypi_setuptools.repository.repository import Repository
from s3pypi_setuptools.repository.workspace import Clock
from s3pypi_setuptools.stores.memory import MemoryStore
from s3pypi_setuptools.transaction import Backoff
from tests.operations.conftest import World
from tests.support.store_doubles import FaultyStore, Request

PROJECTS = 20
ROOT = ["team/manifest.json", "team/index.json", "team/index.html", "team/"]


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A repository with one project, in a store whose tokens tell the content, as those of S3 do."""
    made = World(tmp_path, MemoryStore(content_tokens=True))
    made.push(made.wheel(name="other"))
    return made


def new_wheels(world: World, count: int = PROJECTS) -> list[Path]:
    return [world.wheel(version, name=f"new{number:02}") for number in range(count) for version in ("1.0", "2.0")]


def test_all_new_projects_of_a_call_enter_the_root_together(world: World) -> None:
    store = FaultyStore(world.store)

    assert world.push(*new_wheels(world), store=store).ok

    assert world.projects() == (*(f"new{number:02}" for number in range(PROJECTS)), "other")
    puts = Counter(request.key for request in store.requests if request.verb == "put")
    assert {key: puts[key] for key in ROOT} == dict.fromkeys(ROOT, 1)
    reads = Counter(request.key for request in store.requests if request.verb == "get")
    assert reads["team/manifest.json"] == 2, "once before the write, once after the commits"
    # Each file and its metadata file; of each project the manifest, a listing, three blank pages, the commit, three
    # pages; of the root the record, three pages, and the same again to write; repository.json; the look in the end.
    assert len(store.requests) == 2 * len(new_wheels(world)) + PROJECTS * 9 + 8 + 1 + 1


def test_new_and_existing_projects_go_side_by_side(world: World) -> None:
    store = FaultyStore(world.store)

    assert world.push(*new_wheels(world), world.wheel("2.0", name="other"), store=store).ok

    assert len(world.projects()) == PROJECTS + 1
    assert sum(request.key == "team/manifest.json" and request.writes for request in store.requests) == 1


def test_one_that_fails_holds_no_other_back(world: World) -> None:
    def before(request: Request) -> None:
        if request.writes and request.key.startswith("team/new03/"):
            raise Unavailable(request.key, "no answer came")

    report = world.push(*new_wheels(world, 5), store=FaultyStore(world.store, before=before))

    assert {file.project for file in report.files if file.error} == {"new03"}
    assert {"new00", "new01", "new02", "new04", "other"} <= set(world.projects())
    assert world.push(*new_wheels(world, 5)).ok
    assert len(world.projects()) == 6


def test_when_the_root_cannot_be_written_every_new_project_fails_and_none_is_listed(world: World) -> None:
    def before(request: Request) -> None:
        if request.writes and request.key == "team/manifest.json":
            raise Unavailable(request.key, "no answer came")

    wheels = [*new_wheels(world, 3), world.wheel("2.0", name="other")]
    report = world.push(*wheels, store=FaultyStore(world.store, before=before))

    assert {file.project for file in report.files if file.error} == {"new00", "new01", "new02"}
    assert not [key for key in world.stored() if key.startswith("team/new") and key.endswith("manifest.json")]
    assert len(world.listed("other")) == 2


def test_a_project_that_was_taken_off_the_root_before_its_commit_is_added_again(world: World) -> None:
    def before(request: Request) -> None:
        if (request.verb, request.key) == ("put", "team/new01/manifest.json"):
            repository = Repository(world.store, world.layout, clock=Clock(backoff=Backoff(first=0.001, most=0.01)))
            try:
                Recovery(repository).correct_project_list((), {"new01"})
            finally:
                repository.close()
            assert "new01" not in world.projects()

    assert world.push(*new_wheels(world, 3), store=FaultyStore(world.store, before=before)).ok

    assert world.projects() == ("new00", "new01", "new02", "other")


def test_what_cannot_be_looked_for_on_the_root_is_reported(world: World) -> None:
    committed: set[str] = set()

    def before(request: Request) -> None:
        if request.verb == "put" and request.key.endswith("/manifest.json") and request.key != "team/manifest.json":
            committed.add(request.key)
        if (request.verb, request.key) == ("get", "team/manifest.json") and len(committed) == 3:
            raise Unavailable(request.key, "no answer came")

    report = world.push(*new_wheels(world, 3), store=FaultyStore(world.store, before=before))

    assert not report.ok
    assert all("team/manifest.json" in str(file.error) for file in report.files)


def put_other_tools_page(world: World) -> None:
    old = world.wheel("0.9", name="new00")
    link = f'<a href="{old.name}#sha256={hashlib.sha256(old.read_bytes()).hexdigest()}">{old.name}</a>'
    world.put(f"team/new00/{old.name}", old.read_bytes())
    world.put("team/new00/index.html", f"<!DOCTYPE html><html><body>{link}</body></html>".encode())


def test_pages_of_another_tool_are_found_by_the_listing(world: World) -> None:
    put_other_tools_page(world)

    assert world.push(*new_wheels(world, 3)).ok

    assert {*world.listed("new00")} == {f"new00-{version}-py3-none-any.whl" for version in ("0.9", "1.0", "2.0")}


def test_pages_behind_a_long_listing_are_found(world: World) -> None:
    for number in range(1100):
        world.put(f"team/new00/a{number:04}.txt", b"")
    put_other_tools_page(world)

    assert world.push(*new_wheels(world, 2)).ok

    assert len(world.listed("new00")) == 3
