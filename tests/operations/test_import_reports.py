"""What an import says of each file, and of each project that it cannot import."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from s3pypi_setuptools.index.model import Status
from s3pypi_setuptools.monitor import Monitor
from s3pypi_setuptools.operations.status import set_status
from s3pypi_setuptools.operations.transfer.import_repository import import_repository
from s3pypi_setuptools.operations.transfer.transfer import ImportedFile, ImportOutcome
from s3pypi_setuptools.repository.repository import Repository
from tests.operations.conftest import World
from tests.operations.processes import Watching, deleted, foreign, imported, mirrored, outcomes, state
from tests.support.store_doubles import FaultyStore, Request

FOLDER = "memory:///team"
WHEEL = "demo-1.0-py3-none-any.whl"


def as_texts(files: tuple[ImportedFile, ...]) -> tuple[tuple[object, ...], ...]:
    """The files as tuples that can be compared; errors can't."""
    return tuple(
        (file.project, file.filename, file.outcome, file.source, file.note and str(file.note)) for file in files
    )


@pytest.fixture
def mirror(tmp_path: Path) -> World:
    return World(tmp_path / "mirror")


@pytest.mark.parametrize("dry_run", [False, True])
def test_a_listed_file_that_is_missing_fails_alone(world: World, dry_run: bool) -> None:
    world.push(world.wheel(), world.sdist())
    world.store.delete(f"team/demo/{WHEEL}")
    report = imported(world, dry_run=dry_run)
    assert (report.source, report.target, report.dry_run) == (FOLDER, FOLDER, dry_run)
    assert as_texts(report.files) == (
        ("demo", WHEEL, ImportOutcome.FAILED, f"{FOLDER}/demo/{WHEEL}", "is listed, but missing"),
        ("demo", "demo-1.0.tar.gz", ImportOutcome.PRESENT, f"{FOLDER}/demo/demo-1.0.tar.gz", None),
    )


def test_a_file_that_is_missing_from_the_source_is_not_mirrored(world: World, mirror: World) -> None:
    world.push(world.wheel(), world.sdist())
    world.store.delete(f"team/demo/{WHEEL}")
    report = mirrored(world, mirror)
    assert as_texts(report.files) == (
        ("demo", WHEEL, ImportOutcome.FAILED, f"{FOLDER}/demo/{WHEEL}", "is listed, but missing"),
        ("demo", "demo-1.0.tar.gz", ImportOutcome.COPIED, f"{FOLDER}/demo/demo-1.0.tar.gz", None),
    )
    assert set(mirror.listed()) == {"demo-1.0.tar.gz"}


def test_a_file_outside_the_source_is_not_mirrored(world: World, mirror: World) -> None:
    url = "https://user:secret@a.example/demo-0.9.tar.gz"
    foreign(world, "demo", world.wheel(), links=f'<a href="{url}">demo-0.9.tar.gz</a><a href="{WHEEL}">{WHEEL}</a>')
    report = mirrored(world, mirror)
    shown = "https://***@a.example/demo-0.9.tar.gz"
    note = f"lies outside the repository, at {shown}"
    assert as_texts(report.files)[0] == ("demo", "demo-0.9.tar.gz", ImportOutcome.FAILED, shown, note)
    assert outcomes(report)["demo", WHEEL] == "copied"


def test_a_project_that_cannot_be_imported_is_told_with_its_folder(world: World) -> None:
    foreign(world, "demo", world.wheel())
    foreign(world, "other", world.wheel(name="other"))
    world.put("team/demo/manifest.json", b"garbage")
    failed, sound = imported(world).files
    assert (failed.project, failed.filename, failed.source) == ("demo", "", f"{FOLDER}/demo/")
    assert failed.outcome is ImportOutcome.FAILED
    assert failed.note
    assert sound.outcome is ImportOutcome.ADOPTED


def test_files_of_no_folder_whose_project_cannot_be_read_fail(world: World) -> None:
    world.push(world.wheel(), world.wheel(name="third"))
    for name in ("demo", "other"):
        file = world.wheel("2.0", name=name)
        world.put(f"team/{file.name}", file.read_bytes())
    world.put("team/demo/manifest.json", b"garbage")
    report = imported(world)
    assert [(file.project, file.filename, file.source) for file in report.files if file.note] == [
        ("demo", "", FOLDER),
        ("demo", "", f"{FOLDER}/demo/"),
    ]
    assert outcomes(report)["other", "other-2.0-py3-none-any.whl"] == "copied"


def test_a_dry_run_tells_where_files_of_no_project_go(world: World) -> None:
    world.push(world.wheel())
    foreign(world, "Foo", world.wheel(name="foo"))
    flat = world.wheel(name="flat")
    world.put(f"team/{flat.name}", flat.read_bytes())
    before = state(world)
    report = imported(world, dry_run=True)
    assert outcomes(report) == {
        ("demo", WHEEL): "present",
        ("flat", flat.name): "copied",
        ("foo", world.wheel(name="foo").name): "copied",
    }
    assert report.folders_left == ()
    assert state(world) == before


def test_a_project_that_takes_no_uploads_gets_no_object(world: World, mirror: World) -> None:
    mirror.push(mirror.wheel())
    with mirror.opened() as repository:
        set_status(repository, "demo", Status.ARCHIVED)
    world.push(world.wheel("2.0"))
    before = state(mirror)
    report = mirrored(world, mirror)
    assert outcomes(report) == {("demo", world.wheel("2.0").name): "failed"}
    assert "archived" in str(report.files[0].note)
    assert state(mirror) == before


def test_what_was_committed_meanwhile_wins_over_what_was_found(world: World) -> None:
    world.put(f"team/demo/{WHEEL}", world.wheel().read_bytes())
    done: list[bool] = []

    def publish_and_delete(request: Request) -> None:
        if request.key == "team/demo/manifest.json" and request.writes and not done:
            done.append(True)
            world.push(world.wheel(), world.wheel("2.0"))
            deleted(world)

    report = imported(world, FaultyStore(world.store, before=publish_and_delete))

    assert done
    assert outcomes(report) == {("demo", WHEEL): "left"}
    assert set(world.listed()) == {world.wheel("2.0").name}


def test_what_the_old_page_does_not_say_is_read(world: World) -> None:
    sdist = world.sdist()
    digest = hashlib.sha256(sdist.read_bytes()).hexdigest()
    link = f'<a href="{sdist.name}" data-requires-python="&gt;=3.8">{sdist.name}</a>'
    foreign(world, "demo", sdist, links=link)
    world.push(world.wheel("2.0"))
    assert outcomes(imported(world))["demo", sdist.name] == "completed"
    [file] = [file for file in world.pages_there("demo")[0].files if file.filename == sdist.name]
    assert (file.sha256, file.size) == (digest, sdist.stat().st_size)


def test_a_file_elsewhere_that_a_manifest_lists_is_present(world: World) -> None:
    links = '<a href="https://a.example/demo-0.9.tar.gz">demo-0.9.tar.gz</a>'
    foreign(world, "demo", world.wheel(), links=links)
    assert outcomes(imported(world, dry_run=True))["demo", "demo-0.9.tar.gz"] == "adopted"
    imported(world)
    world.push(world.wheel("2.0"))
    assert outcomes(imported(world, dry_run=True))["demo", "demo-0.9.tar.gz"] != "adopted"


def test_what_is_no_distribution_is_told_without_the_place_where_it_was_read(world: World) -> None:
    foreign(world, "demo", world.wheel())
    world.put("team/demo/demo-0.5.tar.gz", b"corrupt")
    [left] = [file for file in imported(world).files if file.outcome is ImportOutcome.LEFT]
    assert left.source == f"{FOLDER}/demo/demo-0.5.tar.gz"
    assert left.note
    assert "demo-0.5.tar.gz" not in str(left.note)


def test_the_files_that_an_import_lists_are_told(world: World) -> None:
    foreign(world, "demo", world.wheel(), world.sdist())
    watching = Watching()
    repository = Repository(world.store, world.layout, monitor=Monitor(observer=watching))
    try:
        import_repository(repository, repository)
    finally:
        repository.close()
    assert sorted(watching.done) == [f"demo/{WHEEL}", "demo/demo-1.0.tar.gz"]
