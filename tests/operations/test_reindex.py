"""What lies in the bucket is listed, what records knew is kept, and publishers are left alone."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from s3pypi_setuptools.operations.file_selector import FileSelector
from s3pypi_setuptools.operations.reindex.reindex import reindex
from s3pypi_setuptools.repository.manifest import Manifest
from s3pypi_setuptools.repository.opening import OpenOptions
from s3pypi_setuptools.repository.repository import Repository
from s3pypi_setuptools.repository.workspace import Clock
from s3pypi_setuptools.stores.base import Attributes
from s3pypi_setuptools.stores.local.store import LocalStore
from s3pypi_setuptools.transaction import Backoff
from tests.operations.conftest import World
from tests.operations.processes import deleted, drop_in, problems, reindexed, state
from tests.support import samples
from tests.support.store_doubles import FaultyStore, Killed, Request

MANIFEST = "team/demo/manifest.json"


def stored_by_a_publisher(world: World, path: Path) -> str:
    """Wave 1 of a publisher that then died, or was refused."""

    def die(request: Request) -> None:
        if request.key == MANIFEST and request.writes:
            raise Killed

    with pytest.raises(Killed):
        world.push(path, store=FaultyStore(world.store, before=die))
    assert f"team/demo/{path.name}" in world.stored()
    return path.name


def manifest(world: World) -> Manifest:
    return Manifest.from_json(world.store.get(MANIFEST).data, MANIFEST)


def test_files_dropped_in_by_hand_are_listed_with_all_they_tell(world: World) -> None:
    world.push(world.wheel())
    names = {
        drop_in(world, world.wheel("2.0")),
        drop_in(world, world.sdist("2.0")),
        drop_in(world, samples.wheel(world.folder, "brand-new", "0.1"), "brand-new"),
    }

    report = reindexed(world)

    assert report.ok
    assert {name for project in report.projects for name in project.listed} == names
    assert set(world.listed()) == {world.wheel().name, world.wheel("2.0").name, world.sdist("2.0").name}
    found = {file.filename: file for file in world.pages()[0].files}
    wheel = found[world.wheel("2.0").name]
    assert (wheel.requires_python, wheel.size) == (">=3.8", world.wheel("2.0").stat().st_size)
    assert wheel.upload_time == world.store.head(f"team/demo/{wheel.filename}").modified
    sidecar = world.store.get(f"team/demo/{wheel.filename}.metadata").data
    assert wheel.core_metadata == (("sha256", hashlib.sha256(sidecar).hexdigest()),)
    assert sidecar == samples.metadata("demo", "2.0")
    assert world.listed("brand-new")
    assert world.projects() == ("brand-new", "demo")
    assert problems(world, deep=True) == []


def test_what_is_no_distribution_of_the_project_is_left(world: World) -> None:
    world.push(world.wheel())
    world.store.put("team/demo/notes.txt", b"x", Attributes())
    world.store.put("team/demo/demo-3.0.tar.gz", b"garbage", Attributes())
    drop_in(world, samples.sdist(world.folder, "demo-extra", "1.0"))
    before = state(world)

    [project] = reindexed(world).projects

    assert project.listed == ()
    assert [line.partition(": ")[0] for line in project.left] == [
        "memory:///team/demo/demo-3.0.tar.gz",
        "memory:///team/demo/demo_extra-1.0.tar.gz",
    ]
    assert "demo-extra" in project.left[1]
    assert state(world) == before


def test_what_publishers_stored_is_not_listed_while_there_is_a_manifest(world: World) -> None:
    world.push(world.wheel())
    stored_by_a_publisher(world, world.sdist("2.0"))
    before = state(world)

    [project] = reindexed(world).projects

    assert (project.listed, len(project.left)) == ((), 1)
    assert "publish it again" in project.left[0]
    assert state(world) == before


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_in_a_folder_wheels_with_their_metadata_are_publishers(tmp_path: Path, kind: str) -> None:
    world = World(tmp_path, LocalStore(tmp_path / "store"))
    world.push(world.wheel())
    if kind == "wheel":
        stored_by_a_publisher(world, world.wheel("2.0"))
    name = drop_in(world, getattr(world, kind)("3.0"))
    reindexed(world)
    assert set(world.listed()) == {world.wheel().name, name}


def test_in_a_folder_what_is_being_written_is_waited_for(tmp_path: Path) -> None:
    world = World(tmp_path, LocalStore(tmp_path / "store"))
    world.push(world.wheel())
    waited: list[float] = []

    def finish(seconds: float) -> None:
        waited.append(seconds)
        drop_in(world, world.sdist("2.0"))

    world.store.put("team/demo/demo-2.0.tar.gz", b"the first half", Attributes())
    repository = Repository(world.store, world.layout, OpenOptions(), clock=Clock(backoff=Backoff(sleep=finish)))
    try:
        assert reindex(repository).ok
    finally:
        repository.close()
    assert [seconds for seconds in waited if seconds > 4]
    assert world.sdist("2.0").name in world.listed()


def test_a_deleted_project_stays_deleted(world: World) -> None:
    world.push(world.wheel(), world.wheel(name="other"))
    deleted(world, FileSelector())
    data = world.store.get(MANIFEST).data
    assert reindexed(world).projects == ()
    world.store.put(MANIFEST, data.replace(b'"commit"', b"commit"), Attributes())
    assert reindexed(world).ok
    assert manifest(world).deleted
    assert world.projects() == ("other",)
    assert problems(world) == []


def test_another_tools_repository_is_taken_over_and_completed(world: World) -> None:
    wheel, sdist = world.wheel(), world.sdist()
    for path in (wheel, sdist):
        drop_in(world, path)
    page = f'<a href="{wheel.name}" data-yanked="old">{wheel.name}</a><a href="{sdist.name}">{sdist.name}</a>'
    world.put("team/demo/index.html", page.encode())
    world.put("team/index.html", b'<a href="demo/">demo</a>')

    assert reindexed(world).ok

    files = {file.filename: file for file in manifest(world).project.files}
    assert files[wheel.name].yanked == "old"
    assert all(file.sha256 and file.requires_python == ">=3.8" for file in files.values())
    assert files[wheel.name].core_metadata
    assert problems(world, deep=True) == []


def test_a_missing_file_stays_listed_until_somebody_says_otherwise(world: World) -> None:
    world.push(world.wheel(), world.sdist())
    world.store.delete(f"team/demo/{world.sdist().name}")
    before = state(world)

    report = reindexed(world)
    assert (report.ok, report.projects[0].missing) == (False, (world.sdist().name,))
    assert state(world) == before

    assert world.push(world.sdist()).ok, "to push it again makes it whole"
    assert reindexed(world).projects == ()

    world.store.delete(f"team/demo/{world.sdist().name}")
    assert reindexed(world, unlist_missing=True).projects[0].unlisted == (world.sdist().name,)
    assert set(world.listed()) == {world.wheel().name}
    assert world.sdist().name in manifest(world).removed
    assert world.push(world.sdist()).ok
    assert len(world.listed()) == 2


def test_a_sound_repository_costs_a_listing_and_its_manifests(world: World) -> None:
    world.push(*(world.wheel(f"1.{number}") for number in range(30)), world.wheel(name="other"))
    store = FaultyStore(world.store)
    reindexed(world, store=store)
    assert [request for request in store.requests if request.writes] == []
    assert len(store.requests) < 16
