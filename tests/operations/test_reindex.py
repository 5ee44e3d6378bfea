"""What lies in the bucket is listed, what records knew is kept, and publishers are left alone."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from s3pypi_setuptools.config.choices import IfExists
from s3pypi_setuptools.errors import InvalidIndex
from s3pypi_setuptools.index.model import Status
from s3pypi_setuptools.operations.file_selector import FileSelector
from s3pypi_setuptools.operations.reindex.recovery import discard_damaged_config
from s3pypi_setuptools.operations.reindex.reindex import reindex
from s3pypi_setuptools.operations.status import set_status
from s3pypi_setuptools.operations.yank import yank
from s3pypi_setuptools.repository.manifest import Manifest
from s3pypi_setuptools.repository.opening import OpenOptions
from s3pypi_setuptools.repository.repository import Repository
from s3pypi_setuptools.stores.base import Attributes
from s3pypi_setuptools.stores.local.store import LocalStore
from s3pypi_setuptools.transaction import Backoff
from tests.operations import contents
from tests.operations.conftest import World
from tests.operations.maintenance import drop_in, problems, reindexed, state
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
    repository = Repository(world.store, world.layout, OpenOptions(), backoff=Backoff(sleep=finish))
    try:
        assert reindex(repository).ok
    finally:
        repository.close()
    assert [seconds for seconds in waited if seconds > 4]
    assert world.sdist("2.0").name in world.listed()


def marked(world: World) -> dict[str, object]:
    """demo 1.0 yanked, 2.0 deleted, 3.0 replaced, deprecated; what is to be kept of that."""
    world.push(world.wheel(), world.wheel("2.0"), world.wheel("3.0"))
    world.push(world.wheel("3.0", salt="x"), if_exists=IfExists.REPLACE)
    contents.deleted(world, FileSelector("2.0"))
    with contents.opened(world) as repository:
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
        contents.deleted(world, FileSelector("2.0"), store=FaultyStore(world.store, before=deny))
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


def test_a_deleted_project_stays_deleted(world: World) -> None:
    world.push(world.wheel(), world.wheel(name="other"))
    contents.deleted(world, FileSelector())
    data = world.store.get(MANIFEST).data
    assert reindexed(world).projects == ()
    world.store.put(MANIFEST, data.replace(b'"commit"', b"commit"), Attributes())
    assert reindexed(world).ok
    assert manifest(world).deleted
    assert world.projects() == ("other",)
    assert problems(world) == []


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
