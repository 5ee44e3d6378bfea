"""Records and pages that are damaged are never taken for empty ones."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest

from s3pypi_setuptools.errors import InvalidIndex, StoreError
from s3pypi_setuptools.index.model import Status
from s3pypi_setuptools.operations.delete import delete
from s3pypi_setuptools.operations.file_selector import FileSelector
from s3pypi_setuptools.operations.publish.report import Outcome
from s3pypi_setuptools.operations.reindex.reindex import ReindexReport
from s3pypi_setuptools.operations.status import set_status
from s3pypi_setuptools.repository.manifest import Manifest
from s3pypi_setuptools.repository.repository import Repository
from s3pypi_setuptools.stores.base import Attributes
from s3pypi_setuptools.stores.memory import MemoryStore
from tests.operations.conftest import World
from tests.operations.processes import DAY, deleted, opened, problems, pruned, reindexed, run_later, state
from tests.support.store_doubles import FaultyStore, Killed, Request

FOLDER = "team/demo/"
MANIFEST = f"{FOLDER}manifest.json"
DOCUMENTS = {"manifest": (MANIFEST,), "json": (f"{FOLDER}index.json",), "html": (f"{FOLDER}index.html", FOLDER)}

DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "cut short": lambda data: data[:-10],
    "cut to a half": lambda data: data[: len(data) // 2],
    "empty": lambda data: b"",
    "zeros": lambda data: bytes(len(data)),
    "a hole": lambda data: data[:60] + bytes(len(data) - 90) + data[-30:],
    "another text": lambda data: b"<html><body>502 Bad Gateway</body>",
    "binary": lambda data: b"\xff\xfe" + data,
}


def damage(world: World, which: str, how: str) -> None:
    for key in DOCUMENTS[which]:
        if key in world.stored():
            world.store.put(key, DAMAGES[how](world.store.get(key).data), Attributes())


def manifest(world: World) -> Manifest:
    return Manifest.from_json(world.store.get(MANIFEST).data, MANIFEST)


def names(report: ReindexReport) -> str:
    return " ".join(
        str(line) for project in report.projects for line in (*project.errors, *project.missing, *project.unlisted)
    )


def assert_all_is_listed_or_named(world: World, files: set[str], report: ReindexReport) -> None:
    """Nothing of what lies there is lost: not now, and not by the next prune."""
    listed = set(world.listed())
    for name in files - listed:
        assert not report.ok
        assert name in names(report)
    pruned(world)
    assert {key.rpartition("/")[2] for key in world.stored()} >= listed
    assert set(world.listed()) == listed


@pytest.mark.parametrize("how", list(DAMAGES))
@pytest.mark.parametrize("which", [which for which in product((False, True), repeat=3) if any(which)], ids=str)
def test_every_file_that_lies_there_stays_listed(world: World, which: tuple[bool, bool, bool], how: str) -> None:
    world.push(world.wheel(), world.sdist(), world.wheel("2.0"))
    files = set(world.listed())
    for name, damaged in zip(DOCUMENTS, which, strict=True):
        if damaged:
            damage(world, name, how)
    before = state(world)
    dry = reindexed(world, dry_run=True)
    assert state(world) == before
    report = reindexed(world)
    assert report.ok
    assert names(dry) == names(report) == ""
    assert set(world.listed()) == files
    assert manifest(world).removed == frozenset()
    assert problems(world, deep=True) == []
    assert_all_is_listed_or_named(world, files, report)


def killed_before_the_pages(request: Request) -> None:
    if request.writes and (request.key == FOLDER or "index" in request.key):
        raise Killed


@pytest.mark.parametrize("how", list(DAMAGES))
def test_a_commit_that_no_page_shows_yet(world: World, how: str) -> None:
    """The publisher was killed between the commit and the pages, and the manifest is damaged then."""
    world.push(world.wheel())
    with pytest.raises(Killed):
        world.push(
            world.wheel("2.0"), world.sdist("3.0"), store=FaultyStore(world.store, before=killed_before_the_pages)
        )
    files = {world.wheel().name, world.wheel("2.0").name, world.sdist("3.0").name}
    assert {file.filename for file in manifest(world).project.files} == files
    damage(world, "manifest", how)
    report = reindexed(world)
    assert manifest(world).removed == frozenset()
    assert world.wheel().name in world.listed()
    assert_all_is_listed_or_named(world, files, report)


def test_a_project_in_quarantine_lists_nothing_and_has_its_files(world: World) -> None:
    world.push(world.wheel(), world.sdist())
    with opened(world) as repository:
        set_status(repository, "demo", Status.QUARANTINED, reason="looked at")
    damage(world, "manifest", "zeros")
    assert reindexed(world).ok
    found = manifest(world)
    assert {file.filename for file in found.project.files} == {world.wheel().name, world.sdist().name}
    assert found.project.status
    assert found.project.status.status is Status.QUARANTINED


def test_blank_pages_of_a_publisher_that_died_prove_nothing(world: World) -> None:
    def before_filling(request: Request) -> None:
        if request.key == MANIFEST and request.writes:
            world.store.put(MANIFEST, b"{", Attributes())
            raise Killed

    with pytest.raises(Killed):
        world.push(world.wheel(), world.sdist(), store=FaultyStore(world.store, before=before_filling))
    assert reindexed(world).ok
    assert set(world.listed()) == {world.wheel().name, world.sdist().name}


def test_another_tools_page_beside_a_damaged_manifest_is_not_all_that_was_listed(world: World) -> None:
    world.push(world.wheel(), world.sdist())
    damage(world, "manifest", "cut short")
    damage(world, "json", "cut short")
    page = f'<html><a href="{world.sdist().name}">{world.sdist().name}</a></html>'.encode()
    for key in DOCUMENTS["html"]:
        if key in world.stored():
            world.store.put(key, page, Attributes())
    assert reindexed(world).ok
    assert set(world.listed()) == {world.wheel().name, world.sdist().name}


@pytest.mark.parametrize("which", ["manifest", "all"])
def test_files_that_are_gone_are_named_before_a_damaged_record_lets_them_go(world: World, which: str) -> None:
    world.push(world.wheel(), world.sdist(), world.wheel("2.0"))
    gone = {world.wheel().name, world.sdist().name}
    for name in DOCUMENTS if which == "all" else ["manifest"]:
        damage(world, name, "cut short")
    for name in gone:
        world.store.delete(f"{FOLDER}{name}")
    before = state(world)
    for options in ({}, {"dry_run": True}):
        report = reindexed(world, **options)
        assert not report.ok
        assert set(report.projects[0].missing) == gone
        assert state(world) == before
    assert set(reindexed(world, dry_run=True, unlist_missing=True).projects[0].unlisted) == gone
    assert state(world) == before
    assert set(reindexed(world, unlist_missing=True).projects[0].unlisted) == gone
    assert set(world.listed()) == {world.wheel("2.0").name}


def test_what_a_damaged_manifest_still_says_was_removed_stays_removed(world: World) -> None:
    world.push(world.wheel(), world.wheel("2.0"))
    deleted(world, FileSelector("2.0"))
    removed = manifest(world).removed
    data = world.store.get(MANIFEST).data
    world.store.put(MANIFEST, data.replace(b'"commit"', b"commit"), Attributes())
    for name in ("json", "html"):
        damage(world, name, "cut short")
    assert reindexed(world).ok
    assert manifest(world).removed == removed
    assert set(world.listed()) == {world.wheel().name}


@pytest.mark.parametrize("how", list(DAMAGES))
def test_the_list_of_projects_is_made_anew_from_what_lies_there(world: World, how: str) -> None:
    world.push(world.wheel(), world.wheel(name="other"))
    for key in ("team/manifest.json", "team/index.json", "team/index.html", "team/"):
        if key in world.stored():
            world.store.put(key, DAMAGES[how](world.store.get(key).data), Attributes())
    assert reindexed(world).ok
    assert world.projects() == ("demo", "other")
    assert problems(world) == []


@pytest.mark.parametrize("root", ["sound", "damaged"])
def test_a_project_that_cannot_be_looked_at_fails_alone_and_stays_on_the_list(world: World, root: str) -> None:
    world.push(world.wheel(), world.wheel(name="other"))
    world.store.delete(MANIFEST)
    if root == "damaged":
        world.store.put("team/manifest.json", b"{", Attributes())

    def refuse(request: Request) -> None:
        if request.verb == "get" and request.key.startswith(f"{FOLDER}index"):
            raise StoreError(request.key, "is larger than it may be")

    report = reindexed(world, store=FaultyStore(world.store, before=refuse))
    (failed,) = [project for project in report.projects if project.errors]
    assert failed.project == "demo"
    assert len(failed.errors) == 1
    assert world.projects() == ("demo", "other")


@pytest.mark.parametrize("how", ["cut short", "cut to a half", "zeros", "binary"])
def test_a_damaged_page_alone_is_not_written_over(world: World, how: str) -> None:
    """Another tool's page, whose links lead who knows where."""
    world.push(world.wheel(name="other"))
    page = DAMAGES[how](b'<html><a href="https://example.org/x">x</a></html>')
    world.store.put(f"{FOLDER}index.html", page, Attributes())
    (failed,) = reindexed(world).projects
    assert len(failed.errors) == 1
    assert "team/demo/index.html: cannot be read, and the folder holds no file to list" in str(failed.errors[0])
    assert world.store.get(f"{FOLDER}index.html").data == page
    assert MANIFEST not in world.stored()


@pytest.mark.parametrize(
    "change",
    [
        lambda repository: delete(repository, "demo", FileSelector()),
        lambda repository: set_status(repository, "demo", Status.DEPRECATED),
    ],
    ids=["delete", "status"],
)
def test_a_change_that_meets_a_damaged_page_after_its_commit_says_so(
    tmp_path: Path, change: Callable[[Repository], object]
) -> None:
    """Where tokens tell that pages are up to date, none is read before the commit."""
    world = World(tmp_path, MemoryStore(content_tokens=True))
    world.push(world.wheel())
    world.put("team/demo/index.html", b"")

    with pytest.raises(InvalidIndex) as caught:
        run_later(change, world, store=None, later=DAY)

    assert "team/demo/index.html: is not an HTML page; the manifest was changed" in str(caught.value)
    assert "'s3pypi reindex demo'" in str(caught.value)
    assert reindexed(world, "demo").ok
    assert {problem for problem, _ in problems(world)} <= {"not-deleted"}
    pruned(world)
    assert problems(world) == []


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b'{"format": 1}',
        b'{"format": 2}',
        b'{"format":1,"files":[{}],"removed":[]}',
        b"<html>",
    ],
)
def test_a_manifest_that_cannot_be_understood_stops_the_work(world: World, garbage: bytes) -> None:
    world.push(world.wheel())
    world.put("team/demo/manifest.json", garbage)
    before = {info.key: info.token for info in world.store.list("") if not info.key.endswith((".whl", ".metadata"))}

    report = world.push(world.wheel("2.0"))

    assert [file.outcome for file in report.files] == [Outcome.FAILED]
    assert str(report.files[0].error).startswith("team/demo/manifest.json: ")
    assert "\n" not in str(report.files[0].error)
    after = {info.key: info.token for info in world.store.list("") if not info.key.endswith((".whl", ".metadata"))}
    assert after == before


@pytest.mark.parametrize("garbage", [b"", b"{}", b'{"format": 7}', b'{"format":1,"pages":["x"]}', b"null"])
def test_a_repository_record_that_cannot_be_understood_stops_the_work(world: World, garbage: bytes) -> None:
    world.put("team/repository.json", garbage)
    with pytest.raises(InvalidIndex, match=r"^team/repository\.json: "):
        world.push(world.wheel())
    assert "team/demo/manifest.json" not in world.stored()
