"""Who may write one project's folder decides about that project alone: files of other projects in it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from s3pypi_setuptools.operations.transfer.import_repository import import_repository
from s3pypi_setuptools.operations.transfer.transfer import ImportReport
from s3pypi_setuptools.stores.local.store import LocalStore
from s3pypi_setuptools.stores.memory import MemoryStore
from tests.operations.conftest import World
from tests.operations.processes import foreign, imported, mirrored, outcomes, problems, reindexed, state
from tests.support.store_doubles import Killed, kill_before_write

STRAY = "other-99.0-py3-none-any.whl"


@pytest.fixture(params=["memory", "folder"])
def two(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    """evil 1.0 and other 2.0, of this tool."""
    world = World(tmp_path, MemoryStore() if request.param == "memory" else LocalStore(tmp_path / "store"))
    world.push(world.wheel(name="evil"), world.wheel("2.0", name="other"))
    return world


def taking(source: World, target: World, *, dry_run: bool = False) -> ImportReport:
    """Import with ``--strays``; in place where both are the same."""
    with target.opened(reading=dry_run) as repository:
        if source is target:
            return import_repository(repository, repository, strays=True)
        with source.opened(reading=True) as origin:
            return import_repository(origin, repository, strays=True)


def list_stray(world: World, **changes: Any) -> None:
    """What somebody can do who may write ``evil/`` alone."""
    wheel = world.wheel("99.0", name="other", salt="bad")
    data = wheel.read_bytes()
    world.put(f"team/evil/{STRAY}", data, "application/zip")
    key = "team/evil/manifest.json"
    manifest = json.loads(world.store.get(key).data)
    file = {"filename": STRAY, "url": STRAY, "size": len(data), "hashes": {"sha256": hashlib.sha256(data).hexdigest()}}
    manifest["files"].append({**manifest["files"][0], **file, **changes})
    world.put(key, json.dumps(manifest).encode(), "application/json")


def test_what_a_manifest_lists_of_another_project_is_a_fault_of_its_folder(two: World) -> None:
    list_stray(two)
    before = two.listed("other")

    report = imported(two)

    assert outcomes(report) == {
        ("evil", "evil-1.0-py3-none-any.whl"): "present",
        ("other", "other-2.0-py3-none-any.whl"): "present",
        ("other", STRAY): "failed",
    }
    [note] = [str(file.note) for file in report.files if file.filename == STRAY]
    assert note == "is a file of other, and listed under evil: delete it there, or give --strays"
    assert two.listed("other") == before
    assert outcomes(imported(two, dry_run=True))["other", STRAY] == "failed"


def test_a_mirror_takes_nothing_of_another_project(two: World, tmp_path: Path) -> None:
    list_stray(two)
    for earlier in (False, True):
        mirror = World(tmp_path / f"mirror-{earlier}")
        if earlier:
            mirror.push(two.wheel("2.0", name="other"))
        report = mirrored(two, mirror)
        assert outcomes(report)["other", STRAY] == "failed"
        assert set(mirror.listed("other")) == {"other-2.0-py3-none-any.whl"}
        assert set(mirror.listed("evil")) == {"evil-1.0-py3-none-any.whl"}


def test_a_mirror_gives_no_new_project_to_another_ones_folder(two: World, tmp_path: Path) -> None:
    """Also where nothing is there yet by that name: the source, not the mirror, says whose project it is."""
    name = "third-1.0-py3-none-any.whl"
    data = two.wheel(name="third").read_bytes()
    two.put(f"team/evil/{name}", data)
    digest = {"sha256": hashlib.sha256(data).hexdigest()}
    list_stray(two, filename=name, url=name, size=len(data), hashes=digest)
    mirror = World(tmp_path / "mirror")
    assert outcomes(mirrored(two, mirror))["third", name] == "failed"
    assert mirror.projects() == ("evil", "other")


def test_verify_and_reindex_call_it_a_fault(two: World) -> None:
    list_stray(two)
    before = two.listed("other")
    assert ("other-project", f"evil/{STRAY}") in problems(two)
    report = reindexed(two, deep=True)
    assert not report.ok
    assert any(
        "is a file of other, and listed under evil" in str(error) for each in report.projects for error in each.errors
    )
    assert two.listed("other") == before


@pytest.mark.parametrize("elsewhere", [False, True])
def test_reindex_says_so_of_what_a_page_alone_lists(two: World, elsewhere: bool) -> None:
    """A page of ours tells hash and size of an sdist, so that the file itself need not be read."""
    name = "other-99.0.tar.gz"
    data = two.sdist("99.0", name="other").read_bytes()
    two.put(f"team/evil/{name}", data)
    told = {"size": len(data), "hashes": {"sha256": hashlib.sha256(data).hexdigest()}, "core-metadata": False}
    url = f"https://files.example/{name}" if elsewhere else name
    list_stray(two, filename=name, url=url, **told)
    assert not reindexed(two).ok
    two.store.delete("team/evil/manifest.json")
    for again in (False, True):
        report = reindexed(two)
        assert not report.ok, again
        [line] = [str(error) for each in report.projects for error in each.errors]
        assert line.endswith("is a file of other, and listed under evil: delete it here, and publish it there")


def test_what_lies_unlisted_in_a_folder_with_a_manifest_is_listed_nowhere(tmp_path: Path) -> None:
    two = World(tmp_path)
    two.push(two.wheel(name="evil"), two.wheel("2.0", name="other"))
    two.put(f"team/evil/{STRAY}", two.wheel("99.0", name="other").read_bytes())
    assert problems(two) == [("orphan", f"evil/{STRAY}")]
    [project] = reindexed(two).projects
    [line] = project.left
    assert line.endswith("is a file of other: publish it there")
    assert set(outcomes(imported(two)).values()) == {"present"}
    assert set(two.listed("other")) == {"other-2.0-py3-none-any.whl"}
    assert set(two.listed("evil")) == {"evil-1.0-py3-none-any.whl"}


@pytest.mark.parametrize("listed", [True, False], ids=["listed", "unlisted"])
def test_another_tools_folder_adds_nothing_to_a_project_with_a_manifest(two: World, listed: bool) -> None:
    wheel, stray = two.wheel(name="old"), two.wheel("99.0", name="other", salt="bad")
    foreign(two, "old", wheel, *([stray] if listed else []))
    two.put(f"team/old/{STRAY}", stray.read_bytes())
    before = two.listed("other")

    told = imported(two, dry_run=True)
    assert outcomes(told)["other", STRAY] == "left"
    report = imported(two)

    assert outcomes(report)["other", STRAY] == "left"
    assert outcomes(report)["old", wheel.name] == "adopted"
    [note] = [str(file.note) for file in report.files if file.filename == STRAY]
    assert note == "is a file of other, which has a manifest of its own: publish it, or give --strays"
    assert two.listed("other") == before
    listed_now = {file.filename: file.sha256 for file in two.pages_there("old")[0].files}
    assert (STRAY in listed_now) is listed, "what the old page lists is not lost"
    assert all(listed_now.values())


def test_folders_that_no_project_can_have_add_nothing_to_another_project(two: World) -> None:
    stray, own = two.wheel("99.0", name="other", salt="bad"), two.wheel("3.0", name="evil")
    foreign(two, "Evil", stray, own)
    report = imported(two)
    assert outcomes(report)["other", STRAY] == "left"
    assert outcomes(report)["evil", own.name] == "copied", "it is the folder of evil, in another spelling"
    assert set(two.listed("other")) == {"other-2.0-py3-none-any.whl"}
    assert outcomes(taking(two, two))["other", STRAY] == "copied"


def test_a_mirror_of_another_tool_adds_nothing_to_a_project_that_was_there(tmp_path: Path, world: World) -> None:
    source = World(tmp_path / "source")
    stray = source.wheel("99.0", name="other", salt="bad")
    foreign(source, "old", source.wheel(name="old"), stray)
    world.push(world.wheel("2.0", name="other"))
    for _ in range(2):
        assert outcomes(mirrored(source, world))["other", STRAY] == "left"
    assert set(world.listed("other")) == {"other-2.0-py3-none-any.whl"}
    assert outcomes(taking(source, world))["other", STRAY] == "copied"
    assert outcomes(mirrored(source, world))["other", STRAY] == "present"
    assert set(world.listed("other")) == {"other-2.0-py3-none-any.whl", STRAY}


def test_a_switch_takes_them_all(two: World) -> None:
    list_stray(two)
    assert outcomes(taking(two, two, dry_run=True))["other", STRAY] == "copied"
    assert outcomes(taking(two, two))["other", STRAY] == "copied"
    assert set(two.listed("other")) == {"other-2.0-py3-none-any.whl", STRAY}
    assert set(two.listed("evil")) == {"evil-1.0-py3-none-any.whl"}
    before = state(two)
    assert set(outcomes(imported(two)).values()) == {"present"}
    assert state(two) == before


def test_two_folders_with_one_stray(world: World) -> None:
    """The same bytes are one file; other bytes fail, and no other project with them."""
    same, other = world.wheel("1.0", name="third"), world.wheel("1.0", name="third", salt="x")
    foreign(world, "a", world.wheel(name="a"), same)
    foreign(world, "b", world.wheel(name="b"), same)
    foreign(world, "c", world.wheel(name="c"), other)
    report = imported(world)
    found = [file.outcome.value for file in report.files if file.project == "third"]
    assert sorted(found) == ["copied", "copied", "failed"]
    assert {project for (project, _), what in outcomes(report).items() if what == "adopted"} == {"a", "b", "c"}
    assert [file.filename for file in world.pages_there("third")[0].files] == [same.name]
    for name in "ab":
        assert [file.filename for file in world.pages_there(name)[0].files] == [world.wheel(name=name).name]
    kept = world.wheel(name="c").name, other.name
    assert tuple(file.filename for file in world.pages_there("c")[0].files) == kept, "what failed is still listed"


def test_a_stray_is_not_lost_where_import_dies_before_its_folder_is_adopted(world: World) -> None:
    foreign(world, "my", world.wheel(name="my"), world.wheel(name="third"))
    with pytest.raises(Killed):
        imported(world, kill_before_write(world.store, "team/my/manifest.json"))
    assert "team/third/manifest.json" in world.stored()

    assert outcomes(imported(world)) == {
        ("my", "my-1.0-py3-none-any.whl"): "adopted",
        ("third", "third-1.0-py3-none-any.whl"): "present",
    }
    assert all(
        [file.filename for file in page.files] == ["my-1.0-py3-none-any.whl"] for page in world.pages_there("my")
    )
    assert problems(world) == [("not-deleted", "my/third-1.0-py3-none-any.whl")]


def test_a_folder_without_a_page_keeps_its_own_files_beside_a_stray(world: World) -> None:
    own, stray = world.wheel(name="my"), world.wheel(name="third")
    for wheel in (own, stray):
        world.put(f"team/my/{wheel.name}", wheel.read_bytes())
    assert outcomes(imported(world)) == {("my", own.name): "adopted", ("third", stray.name): "copied"}
    assert set(world.listed("my")) == {own.name}
    assert set(world.listed("third")) == {stray.name}
    assert world.projects() == ("my", "third")


def test_a_folder_of_strays_alone_becomes_no_project(world: World) -> None:
    world.put("team/my/third-1.0-py3-none-any.whl", world.wheel(name="third").read_bytes())
    assert set(outcomes(imported(world)).values()) == {"copied"}
    assert world.projects() == ("third",)
    assert "team/my/manifest.json" not in world.stored()
