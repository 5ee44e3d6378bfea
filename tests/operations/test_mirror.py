"""Repositories that are mirrored, by the file and as a whole."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from s3pypi_setuptools.errors import Unavailable
from s3pypi_setuptools.index.model import File, Project, ProjectStatus, Status
from s3pypi_setuptools.operations.file_selector import FileSelector
from s3pypi_setuptools.operations.status import set_status
from s3pypi_setuptools.operations.transfer.import_repository import import_repository
from s3pypi_setuptools.operations.transfer.mirror import with_yanks_and_status
from s3pypi_setuptools.operations.yank import yank
from s3pypi_setuptools.repository.manifest import Manifest
from tests.operations.conftest import World
from tests.operations.processes import foreign, mirrored, old, outcomes
from tests.support.store_doubles import FaultyStore, Request


def test_a_mirror_says_of_no_folder_of_the_source_that_it_can_go(tmp_path: Path, world: World) -> None:
    foreign(world, "Foo", world.wheel(name="foo"))
    assert mirrored(world, World(tmp_path / "mirror")).folders_left == ()


def test_a_mirror_lists_what_the_source_lists(tmp_path: Path, world: World) -> None:
    source = World(tmp_path / "source")
    source.push(source.wheel(), source.sdist(), source.wheel(name="other"))
    with source.opened() as repository:
        yank(repository, "demo", FileSelector(filenames=("demo-1.0.tar.gz",)), reason="bad")
        set_status(repository, "other", Status.ARCHIVED, reason="over")

    for expected in ("copied", "present"):
        report = mirrored(source, world)
        assert set(outcomes(report).values()) == {expected}
        for project in ("demo", "other"):
            ours, theirs = world.pages(project)[0], source.pages(project)[0]
            assert (ours.files, ours.status) == (theirs.files, theirs.status)
            assert world.listed(project) == source.listed(project)


def test_a_mirror_follows_and_deletes_nothing(tmp_path: Path, world: World) -> None:
    source = World(tmp_path / "source")
    source.push(source.wheel(), source.sdist())
    mirrored(source, world)
    source.push(source.wheel("2.0"))
    with source.opened() as repository:
        yank(repository, "demo", FileSelector("1.0"))
    world.push(world.wheel("3.0"))
    store = FaultyStore(world.store)

    mirrored(source, world, store)

    files = {file.filename: file.yanked for file in world.pages()[0].files}
    assert files == {
        "demo-1.0-py3-none-any.whl": "",
        "demo-1.0.tar.gz": "",
        "demo-2.0-py3-none-any.whl": None,
        "demo-3.0-py3-none-any.whl": None,
    }
    assert len([request for request in store.requests if request.verb == "put_file"]) == 1


def test_a_mirror_of_another_tools_repository(tmp_path: Path, world: World) -> None:
    source = World(tmp_path / "source")
    old(source)
    before = [(info.key, info.token) for info in source.store.list("")]
    assert mirrored(source, world).ok
    assert set(world.listed("my-pkg")) == {"my-pkg-1.0.tar.gz", "my_pkg-1.0-py3-none-any.whl"}
    assert world.projects() == ("demo", "my-pkg")
    assert [(info.key, info.token) for info in source.store.list("")] == before


@pytest.mark.parametrize("gone", ["", ".metadata"])
def test_a_file_that_is_gone_from_the_mirror_is_stored_again(tmp_path: Path, world: World, gone: str) -> None:
    mirror = World(tmp_path / "mirror")
    wheel = world.wheel()
    world.push(wheel)
    assert set(outcomes(mirrored(world, mirror)).values()) == {"copied"}
    key = f"team/demo/{wheel.name}{gone}"
    before = mirror.store.get(key).data
    mirror.store.delete(key)

    assert set(outcomes(mirrored(world, mirror)).values()) == {"copied"}

    assert mirror.store.get(key).data == before
    assert set(outcomes(mirrored(world, mirror)).values()) == {"present"}


def test_other_bytes_in_the_mirror_are_a_failure(tmp_path: Path, world: World) -> None:
    source = World(tmp_path / "source")
    source.push(source.wheel())
    world.push(world.wheel(salt="other"))
    report = mirrored(source, world)
    assert outcomes(report) == {("demo", "demo-1.0-py3-none-any.whl"): "failed"}


def test_bytes_that_are_not_those_of_the_sources_index_are_not_mirrored(tmp_path: Path, world: World) -> None:
    source = World(tmp_path / "source")
    wheel, sound = source.wheel(), source.wheel("2.0")
    links = f'<a href="{wheel.name}#sha256={"0" * 64}">{wheel.name}</a>\n<a href="{sound.name}">{sound.name}</a>'
    foreign(source, "demo", wheel, sound, links=links)
    report = mirrored(source, world)
    assert outcomes(report) == {("demo", wheel.name): "failed", ("demo", sound.name): "copied"}
    [note] = [str(file.note) for file in report.files if file.note]
    assert "not those that the index states" in note
    assert set(world.listed()) == {sound.name}


def test_a_mirror_keeps_its_own_yanks_and_status(tmp_path: Path, world: World) -> None:
    source = World(tmp_path / "source")
    source.push(source.wheel())
    mirrored(source, world)
    with world.opened() as repository:
        yank(repository, "demo", FileSelector("1.0"), reason="ours")
        set_status(repository, "demo", Status.DEPRECATED, reason="ours")
    with source.opened() as repository:
        yank(repository, "demo", FileSelector("1.0"), reason="theirs")
    for status in (None, Status.ARCHIVED):
        if status:
            with source.opened() as repository:
                set_status(repository, "demo", status, reason="theirs")
        assert mirrored(source, world).ok
        page = world.pages()[0]
        assert [file.yanked for file in page.files] == ["ours"]
        assert page.status == ProjectStatus(status or Status.DEPRECATED, "theirs" if status else "ours")


def test_an_error_of_the_source_is_the_error_of_its_file(tmp_path: Path, world: World) -> None:
    source = World(tmp_path / "source")
    source.push(source.wheel(), source.sdist())

    def fail(request: Request) -> None:
        if (request.verb, request.key) == ("head", "team/demo/demo-1.0.tar.gz"):
            raise Unavailable(request.key, "did not answer")

    with source.opened(FaultyStore(source.store, before=fail), reading=True) as origin, world.opened() as destination:
        report = import_repository(origin, destination)
    assert outcomes(report) == {("demo", "demo-1.0-py3-none-any.whl"): "copied", ("demo", "demo-1.0.tar.gz"): "failed"}
    [error] = [file.note for file in report.files if file.note]
    assert isinstance(error, Unavailable)


HASH, OTHER_HASH = (("sha256", "ab" * 32),), (("sha256", "cd" * 32),)
PLAIN = File("demo-1.0.tar.gz", "demo-1.0.tar.gz", HASH)
ARCHIVED = ProjectStatus(Status.ARCHIVED, "over")


def manifest(*files: File, status: ProjectStatus | None = None, deleted: bool = False) -> Manifest:
    return Manifest(Project.of("demo", files, status), deleted=deleted)


@pytest.mark.parametrize(
    ("here", "there", "result"),
    [
        (PLAIN, replace(PLAIN, yanked="bad"), "bad"),
        (PLAIN, replace(PLAIN, yanked=""), ""),
        (PLAIN, replace(PLAIN, yanked="bad", hashes=OTHER_HASH), None),
        (replace(PLAIN, yanked="ours"), replace(PLAIN, yanked="bad"), "ours"),
        (replace(PLAIN, yanked="ours"), PLAIN, "ours"),
    ],
)
def test_the_yank_of_a_file_with_the_same_bytes_is_copied(here: File, there: File, result: str | None) -> None:
    new = with_yanks_and_status(manifest(here), Project.of("demo", [there]))
    assert new == manifest(replace(here, yanked=result))


def test_a_status_is_copied_and_none_leaves_the_one_there() -> None:
    origin = Project.of("demo", [PLAIN], ARCHIVED)
    assert with_yanks_and_status(manifest(PLAIN), origin) == manifest(PLAIN, status=ARCHIVED)
    kept = manifest(PLAIN, status=ARCHIVED)
    assert with_yanks_and_status(kept, Project.of("demo", [PLAIN])) == kept


def test_a_project_without_files_gets_no_status() -> None:
    origin = Project.of("demo", [PLAIN], ARCHIVED)
    for empty in (manifest(), manifest(deleted=True)):
        assert with_yanks_and_status(empty, origin) == empty
