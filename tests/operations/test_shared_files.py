"""Files that pages list outside their project's folder: as long as any project lists one, it stays."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from pathlib import Path

import pytest

from s3pypi_setuptools.config.choices import IfExists
from s3pypi_setuptools.operations.delete import DeleteReport, delete
from s3pypi_setuptools.operations.file_selector import FileSelector
from s3pypi_setuptools.operations.publish.report import Outcome
from s3pypi_setuptools.operations.retention import Retention
from tests.operations.conftest import World
from tests.operations.processes import foreign, imported, outcomes, problems, pruned, reindexed
from tests.support.store_doubles import FaultyStore

WHEEL = "demo-1.0-py3-none-any.whl"
NOW = timedelta()
OLD = timedelta(days=2)


def pool(world: World, *paths: Path, folder: str = "packages") -> None:
    """Files in a folder of no project's."""
    for path in paths:
        world.put(f"team/{folder}/{path.name}" if folder else f"team/{path.name}", path.read_bytes())


def page(world: World, project: str, *links: str) -> None:
    foreign(world, project, links="".join(f'<a href="{link}">{link.rpartition("/")[2]}</a>' for link in links))


def deleted(world: World, project: str = "demo", wanted: FileSelector = FileSelector("1.0")) -> DeleteReport:  # noqa: B008
    with world.opened() as repository:
        return delete(repository, project, wanted)


def manifest(world: World, project: str) -> dict[str, object]:
    found = json.loads(world.store.get(f"team/{project}/manifest.json").data)
    assert isinstance(found, dict)
    return found


@pytest.fixture
def shared(world: World) -> World:
    """The projects demo and alias list one file of a folder of files."""
    pool(world, world.wheel(), world.wheel("0.9", name="unlisted"))
    page(world, "demo", f"../packages/{WHEEL}")
    page(world, "alias", f"../packages/{WHEEL}")
    return world


def faults(world: World) -> list[tuple[str, str]]:
    """What verify finds, but for a project that lists another one's file, or has no manifest."""
    return [found for found in problems(world) if found[0] not in ("other-project", "no-hash", "no-manifest")]


def settle(world: World) -> None:
    """Do all that verify may advise, and more."""
    reindexed(world, unlist_missing=True)
    pruned(world, grace=timedelta())
    reindexed(world, deep=True)


def test_an_import_leaves_the_folder_alone(world: World) -> None:
    pool(world, world.wheel())
    page(world, "demo", f"../packages/{WHEEL}")

    report = imported(world)

    assert outcomes(report) == {("demo", WHEEL): "adopted"}
    assert len(report.files) == 1
    assert [key for key in world.stored() if "/packages/" in key] == [f"team/packages/{WHEEL}"]
    assert all(root.projects == ("demo",) for root in world.roots())
    [file] = world.pages_there("demo")[0].files
    assert (file.url, file.size is None, file.sha256 is None) == (f"../packages/{WHEEL}", False, False)
    assert not problems(world)
    settle(world)
    assert not problems(world)
    assert world.fetched("demo", file.url) == file.sha256


def test_again_reads_nothing(world: World) -> None:
    pool(world, world.wheel())
    page(world, "demo", f"../packages/{WHEEL}")
    imported(world, None, "demo")
    store = FaultyStore(world.store)
    imported(world, store, "demo")
    reindexed(world, store=store)
    assert not [request.key for request in store.requests if request.verb == "stream" or request.writes]


@pytest.mark.parametrize("adopt", [True, False], ids=["both have manifests", "one has only a page"])
def test_a_file_that_two_projects_list_outlives_one_of_them(shared: World, adopt: bool) -> None:
    with shared.opened() as repository:
        repository.manifest("demo")
    shared.push(shared.wheel("2.0"))
    if adopt:
        shared.push(shared.wheel("2.0", name="alias"))
    report = deleted(shared, wanted=FileSelector())
    assert {file.filename: bool(file.kept) for file in report.files} == {WHEEL: True, f"demo-2.0-{WHEEL[9:]}": False}
    settle(shared)
    assert f"team/packages/{WHEEL}" in shared.stored()
    assert [url for url in manifest(shared, "demo")["removed"] if "packages" in url] == []  # type: ignore[attr-defined]
    if adopt:
        assert shared.fetched("alias", f"../packages/{WHEEL}")
        assert not faults(shared)


@pytest.fixture(params=["manifest", "page"])
def lent(world: World, request: pytest.FixtureRequest) -> World:
    """The project alias lists a file of the project demo: in a manifest of ours, or on a page that was there before."""
    if request.param == "page":
        page(world, "alias", f"../demo/{WHEEL}")
    world.push(world.wheel(), world.wheel("2.0"), world.wheel(name="third"))
    if request.param == "manifest":
        page(world, "alias", f"../demo/{WHEEL}")
        world.push(world.wheel("3.0", name="alias"))
    return world


KEEP_ONE = Retention(keep_last=1)


@pytest.mark.parametrize(
    "unlist",
    [
        deleted,
        lambda world: deleted(world, wanted=FileSelector()),
        lambda world: deleted(world, wanted=FileSelector(filenames=(WHEEL,))),
        lambda world: pruned(world, "demo", retention=KEEP_ONE),
        lambda world: pruned(world, retention=KEEP_ONE, grace=timedelta()),
        lambda world: world.push(world.wheel(salt="other"), if_exists=IfExists.REPLACE),
    ],
    ids=["version", "project", "file", "prune demo", "prune", "replace"],
)
def test_what_another_project_lists_of_ones_own_folder_stays(lent: World, unlist: object) -> None:
    unlist(lent)  # type: ignore[operator]
    assert f"team/demo/{WHEEL}" in lent.stored()
    assert WHEEL not in manifest(lent, "demo")["removed"]  # type: ignore[operator]
    settle(lent)
    assert f"team/demo/{WHEEL}" in lent.stored()
    assert WHEEL not in manifest(lent, "demo")["removed"]  # type: ignore[operator]
    assert not faults(lent)


def test_what_nobody_lists_any_more_is_pruned(lent: World) -> None:
    report = deleted(lent)
    assert [file.kept for file in report.files] == ["alias lists it, too"]
    deleted(lent, "alias", FileSelector())
    pruned(lent, grace=timedelta())
    assert f"team/demo/{WHEEL}" not in lent.stored()
    assert not problems(lent)


def test_a_file_in_another_projects_folder_is_no_orphan_there(world: World) -> None:
    """Adopted by its own project, and never listed by the one in whose folder it lies."""
    world.push(world.wheel(name="other"))
    world.put(f"team/other/{WHEEL}", world.wheel().read_bytes())
    page(world, "demo", f"../other/{WHEEL}")
    world.push(world.wheel("2.0"))
    assert [problem for problem, _ in problems(world)] == ["no-hash"]
    settle(world)
    assert not problems(world)
    assert f"team/other/{WHEEL}" in world.stored()
    assert set(world.listed()) == {WHEEL, f"demo-2.0-{WHEEL[9:]}"}


def test_a_project_that_cannot_be_read_may_list_anything(lent: World, caplog: pytest.LogCaptureFixture) -> None:
    for key in [key for key in lent.stored() if key.startswith("team/third/") and not key.endswith((".whl", "data"))]:
        lent.put(key, b"damaged")
    with caplog.at_level(logging.WARNING):
        assert [file.kept for file in deleted(lent, wanted=FileSelector("2.0")).files] == [
            "another project may list it"
        ]
    assert "team/third/" in caplog.text
    assert "team/demo/demo-2.0-py3-none-any.whl" in lent.stored()
    pruned(lent, "demo", grace=timedelta())
    assert "team/demo/demo-2.0-py3-none-any.whl" in lent.stored()


def test_a_release_reads_no_other_project(lent: World) -> None:
    store = FaultyStore(lent.store)
    assert lent.push(lent.wheel("4.0"), lent.wheel("2.0"), store=store).ok
    assert not [request for request in store.requests if "/third/" in request.key or request.verb == "list"]


def test_the_same_file_pushed_again_is_present(shared: World) -> None:
    assert [file.outcome for file in shared.push(shared.wheel()).files] == [Outcome.PRESENT]
    assert [file.outcome for file in shared.push(shared.wheel(salt="x")).files] == [Outcome.FAILED]


def test_a_metadata_file_beside_a_shared_file_is_not_written(shared: World) -> None:
    imported(shared)
    settle(shared)
    assert [key for key in shared.stored() if "packages" in key and not key.endswith(".whl")] == []


def test_an_unlisted_stray_is_copied_and_left(shared: World) -> None:
    """A file of a folder that has no pages, and that nobody lists, goes to its project."""
    report = imported(shared)
    name = "unlisted-0.9-py3-none-any.whl"
    assert outcomes(report)["unlisted", name] == "copied"
    assert f"team/packages/{name}" in shared.stored()
    settle(shared)
    assert f"team/packages/{name}" in shared.stored()
    assert "team/packages/manifest.json" not in shared.stored()
    assert not problems(shared)


def test_the_record_says_whether_deletions_have_to_look(world: World, tmp_path: Path) -> None:
    def recorded(world: World) -> object:
        return json.loads(world.store.get("team/repository.json").data)["shared-files"]

    world.push(world.wheel(), world.wheel(name="third"))
    assert recorded(world) is False
    store = FaultyStore(world.store)
    with world.opened(store) as repository:
        delete(repository, "demo", FileSelector("1.0"))
    assert not [request for request in store.requests if request.verb == "list" or "/third/" in request.key]

    page(world, "alias", "../third/third-1.0-py3-none-any.whl")
    world.push(world.wheel("3.0", name="alias"))
    assert recorded(world) is True
    assert [file.kept for file in deleted(world, "third").files] == ["alias lists it, too"]

    taken_over = World(tmp_path / "taken over")
    page(taken_over, "alias", "alias-1.0.tar.gz")
    taken_over.push(taken_over.wheel())
    assert recorded(taken_over) is True
