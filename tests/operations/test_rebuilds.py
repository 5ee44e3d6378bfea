"""Publishing a rebuild: the same contents are present already, others are a conflict."""

from __future__ import annotations

import gzip
import shutil
import tarfile
import threading
import zipfile
from pathlib import Path

import pytest

from s3pypi_setuptools.config.choices import IfExists
from s3pypi_setuptools.errors import AccessDenied
from s3pypi_setuptools.operations.publish import comparison
from s3pypi_setuptools.operations.publish.report import Note, Outcome
from s3pypi_setuptools.stores.local.store import LocalStore
from s3pypi_setuptools.stores.memory import MemoryStore
from tests.operations.attestations import URL, attest
from tests.operations.conftest import World
from tests.operations.processes import mirrored, problems
from tests.operations.republishing import push
from tests.operations.test_promote import promoted
from tests.support import samples
from tests.support.archives import tar_bytes, zip_bytes
from tests.support.store_doubles import FaultyStore, Request


@pytest.fixture(params=["memory", "folder"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    return World(tmp_path, LocalStore(tmp_path / "repository") if request.param == "folder" else MemoryStore())


@pytest.fixture(params=["wheel", "sdist"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    make = samples.wheel if request.param == "wheel" else samples.sdist
    return make(tmp_path / "built")


def rebuilt(path: Path, compression: int = 1) -> Path:
    """The same contents, made at another time, compressed in another way."""
    folder = path.parent / f"again-{compression}"
    folder.mkdir()
    again = folder / path.name
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as old:
            members = [(info.filename, old.read(info)) for info in reversed(old.infolist())]
        again.write_bytes(zip_bytes(members, when=(2026, 11, compression, 0, 0, 0)))
    else:
        with tarfile.open(path) as old:
            members = [(member.name, old.extractfile(member).read()) for member in old]

        def build_again(info: tarfile.TarInfo) -> None:
            info.uname = "jenkins"

        tar = tar_bytes(members, when=1_790_000_000, change=build_again)
        again.write_bytes(gzip.compress(tar, compression, mtime=5))
    assert again.read_bytes() != path.read_bytes()
    return again


def state(world: World) -> dict[str, str]:
    return {info.key: info.token for info in world.store.list("")}


def test_a_rebuild_is_present_and_changes_nothing(place: World, path: Path) -> None:
    push(place, path)
    before = state(place)
    again = rebuilt(path)

    for dry_run in (True, False):
        report = push(place, again, dry_run=dry_run)
        assert (report.outcome, report.note, report.error) == (Outcome.PRESENT, Note.REBUILT, None)
        listed = samples.read(path).file
        assert (report.sha256, report.size) == (listed.sha256, listed.size), "those of the file that stays"
        assert (report.url or "").endswith(f"demo/{path.name}")
    assert state(place) == before


@pytest.mark.parametrize(
    ("policy", "outcome"),
    [(IfExists.FAIL, Outcome.FAILED), (IfExists.SKIP, Outcome.SKIPPED), (IfExists.REPLACE, Outcome.REPLACED)],
)
def test_other_policies_ask_for_something_else(place: World, path: Path, policy: IfExists, outcome: Outcome) -> None:
    push(place, path)
    again = rebuilt(path)

    report = push(place, again, policy)

    assert (report.outcome, report.note) == (outcome, None)
    stays = again if policy is IfExists.REPLACE else path
    assert place.listed() == {path.name: samples.read(stays).file.sha256}


def test_other_contents_are_a_conflict(place: World) -> None:
    for make in (place.wheel, place.sdist):
        push(place, make())
        report = push(place, make(salt="x"))
        assert (report.outcome, report.conflict) == (Outcome.FAILED, True)
        assert f"{make().name} is published already with other contents (sha256 " in str(report.error)


def test_a_rebuild_and_a_new_file_commit_together(place: World) -> None:
    wheel = place.wheel()
    push(place, wheel)

    report = place.push(rebuilt(wheel), place.sdist(), cautious=not place.store.keeps_metadata)

    assert [(file.outcome, file.note) for file in report.files] == [
        (Outcome.PRESENT, Note.REBUILT),
        (Outcome.PUBLISHED, None),
    ]
    assert place.listed() == {each.name: samples.read(each).file.sha256 for each in (wheel, place.sdist())}


def test_a_rebuild_of_a_replaced_file(place: World, path: Path) -> None:
    other = path.parent / "other" / path.name
    other.parent.mkdir()
    shutil.copy((samples.wheel if path.suffix == ".whl" else samples.sdist)(path.parent / "x", salt="x"), other)
    push(place, other)
    push(place, path, IfExists.REPLACE)

    assert push(place, rebuilt(path)).note is Note.REBUILT
    assert place.listed() == {path.name: samples.read(path).file.sha256}


def test_a_metadata_file_that_is_gone_comes_back_with_a_rebuild(place: World) -> None:
    wheel = place.wheel()
    push(place, wheel)
    place.store.delete(f"team/demo/{wheel.name}.metadata")

    assert push(place, rebuilt(wheel)).note is Note.REBUILT

    assert problems(place, deep=True) == []


def test_an_unhashed_file_of_another_tools_page(place: World, path: Path) -> None:
    place.put(f"team/demo/{path.name}", path.read_bytes())
    place.put("team/demo/index.html", f'<!DOCTYPE html><a href="{path.name}">{path.name}</a>'.encode())

    assert push(place, rebuilt(path, 2)).note is Note.REBUILT
    report = push(place, path)
    assert (report.outcome, report.note) == (Outcome.PRESENT, None)


@pytest.mark.client
def test_an_attestation_is_not_listed_with_the_bytes_of_another_build(world: World) -> None:
    wheel = world.wheel()
    world.push(wheel, index_url=URL)
    again = rebuilt(wheel)
    attest(again)

    assert push(world, again, index_url=URL).note is Note.REBUILT

    assert {page.files[0].provenance for page in world.pages()} == {None}


def test_only_a_conflict_reads_what_is_published(world: World, path: Path) -> None:
    world.push(path)
    store = FaultyStore(world.store)
    world.push(path, store=store)
    for policy in (IfExists.SKIP, IfExists.FAIL, IfExists.REPLACE):
        world.push(rebuilt(path, list(IfExists).index(policy) + 1), store=store, if_exists=policy)
    assert not [request for request in store.requests if request.verb == "stream"]


def test_other_metadata_is_a_conflict_without_reading_the_wheel(world: World) -> None:
    wheel = world.wheel()
    world.push(wheel)
    other = world.folder / "other" / wheel.name
    other.parent.mkdir()
    with zipfile.ZipFile(wheel) as old, zipfile.ZipFile(other, "w") as new:
        for info in old.infolist():
            data = old.read(info)
            new.writestr(info, data + b"Summary: other\n" if info.filename.endswith("METADATA") else data)
    store = FaultyStore(world.store)

    assert not world.push(other, store=store).ok

    assert not [request for request in store.requests if request.verb == "stream"]


def test_a_published_file_that_is_too_large_is_not_compared(
    world: World, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.push(path)
    monkeypatch.setattr(comparison, "_LARGEST", 10)
    store = FaultyStore(world.store)
    assert not world.push(rebuilt(path), store=store).ok
    assert not [request for request in store.requests if request.verb == "stream"]


def test_what_is_published_is_read_once_however_many_races_are_lost(world: World, path: Path) -> None:
    world.push(path)
    again, lock, left = rebuilt(path), threading.Lock(), [3]

    def race(request: Request) -> None:
        with lock:
            mine = request.verb == "put" and request.key == "team/demo/manifest.json" and left[0]
            if mine:
                left[0] -= 1
        if mine:
            world.push(world.wheel(f"3.{left[0]}"))

    store = FaultyStore(world.store, before=race)
    report = world.push(again, world.wheel("2.0"), store=store)

    assert report.ok
    assert not left[0]
    assert len([request for request in store.requests if request.verb == "stream"]) == 1
    assert len(world.listed()) == 5


def test_a_published_file_that_was_overwritten_unnoticed_is_a_conflict(tmp_path: Path, path: Path) -> None:
    world = World(tmp_path, LocalStore(tmp_path / "repository"))
    push(world, path)
    again = rebuilt(path)
    place = tmp_path / "repository" / "team" / "demo" / path.name
    place.write_bytes(bytes(len(path.read_bytes())))

    report = push(world, again)

    assert (report.outcome, report.conflict) == (Outcome.FAILED, True)


def test_a_published_file_that_may_not_be_read_is_that_error(world: World, path: Path) -> None:
    world.push(path)

    def deny(request: Request) -> None:
        if request.verb == "stream":
            raise AccessDenied(request.key, "access denied")

    report = world.push(rebuilt(path), store=FaultyStore(world.store, before=deny))

    assert [(file.outcome, file.conflict) for file in report.files] == [(Outcome.FAILED, False)]
    assert "access denied" in str(report.files[0].error)


def test_promoting_and_mirroring_keep_hashes_so_a_rebuild_is_a_conflict_there(tmp_path: Path) -> None:
    staging, production = World(tmp_path), World(tmp_path)
    wheel = staging.wheel()
    staging.push(wheel)
    production.push(rebuilt(wheel))

    assert not promoted(staging, production).ok
    assert not mirrored(staging, production).ok
    assert production.listed() != staging.listed()
