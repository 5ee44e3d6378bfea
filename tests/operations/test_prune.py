"""What nothing lists is deleted, and releases past their time; publishers beside it lose nothing."""

from __future__ import annotations

import itertools
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from s3pypi_setuptools.config.choices import IfExists
from s3pypi_setuptools.errors import AccessDenied, RepositoryError, Unavailable
from s3pypi_setuptools.monitor import ItemCounter, Monitor
from s3pypi_setuptools.operations.file_selector import FileSelector
from s3pypi_setuptools.operations.prune_plan import Pruned, PruneReport, Reason
from s3pypi_setuptools.operations.retention import Retention
from s3pypi_setuptools.repository.manifest import Manifest
from s3pypi_setuptools.stores.base import Attributes
from tests.operations.conftest import World
from tests.operations.processes import DAY, deleted, objects, problems, pruned, state
from tests.support.markers import case
from tests.support.store_doubles import FaultyStore, Killed, Request, completes, kill_at, kill_before_write

MANIFEST = "team/demo/manifest.json"
ORPHANS = ["demo-2.0-py3-none-any.whl", "demo-2.0-py3-none-any.whl.metadata", "demo-2.0.tar.gz"]


def orphaned(world: World) -> World:
    """demo 1.0 is listed; 2.0 (wheel, sdist) is stored alone."""
    world.push(world.wheel(), world.wheel(name="other"))
    with pytest.raises(Killed):
        world.push(world.wheel("2.0"), world.sdist("2.0"), store=kill_before_write(world.store, MANIFEST))
    return world


def names(report: PruneReport) -> list[str]:
    return [one.name for one in report.pruned]


def test_orphans_past_their_grace_go(world: World) -> None:
    orphaned(world)
    before = state(world)
    assert names(pruned(world, later=timedelta())) == []
    assert names(pruned(world, "other")) == []
    assert names(pruned(world, orphans=False)) == []
    assert names(pruned(world, dry_run=True)) == ORPHANS
    assert state(world) == before

    report = pruned(world)

    assert names(report) == ORPHANS
    assert {one.reason for one in report.pruned} == {Reason.ORPHAN}
    assert objects(world) == {
        "team/demo/demo-1.0-py3-none-any.whl",
        "team/demo/demo-1.0-py3-none-any.whl.metadata",
    }
    removed = Manifest.from_json(world.store.get(MANIFEST).data, MANIFEST).removed
    assert removed == {"demo-2.0-py3-none-any.whl", "demo-2.0.tar.gz"}
    assert problems(world, deep=True) == []
    assert world.push(world.wheel("2.0")).ok
    assert names(pruned(world)) == []


def test_other_things_are_left_alone(world: World) -> None:
    world.push(world.wheel())
    for key in ("team/demo/notes.txt", "team/logs/today.txt", "team/foreign/foreign-1.0.tar.gz", "elsewhere"):
        world.store.put(key, b"x", Attributes())
    before = state(world)
    assert pruned(world).projects == ()
    assert state(world) == before


def test_deletions_are_finished_whatever_their_age(world: World) -> None:
    world.push(world.wheel(), world.wheel("2.0"))

    def deny(request: Request) -> None:
        if request.verb == "delete":
            raise AccessDenied(request.key, "no")

    deleted(world, FileSelector("2.0"), store=FaultyStore(world.store, before=deny))
    report = pruned(world, later=timedelta())
    assert {one.reason for one in report.pruned} == {Reason.REMOVED}
    assert not [key for key in world.stored() if "2.0" in key]


def test_old_releases_go_as_the_rules_say(world: World) -> None:
    versions = ("1.0", "1.1.dev1", "1.1", "2.0rc1", "2.0")
    world.push(*map(world.wheel, versions), world.sdist("1.0"), world.wheel("1.0", name="acme-lib"))
    world.push(world.wheel("1.1", salt="x"), if_exists=IfExists.REPLACE)

    rules = Retention(keep_last=2)
    assert names(pruned(world, "acme-*", retention=rules)) == []
    report = pruned(world, "dem*", retention=rules, orphans=False, later=timedelta())

    assert {(one.version, one.reason) for one in report.pruned} == {
        ("1.0", Reason.RETENTION),
        ("1.1.dev1", Reason.RETENTION),
        ("1.1", Reason.RETENTION),
    }
    assert set(world.listed()) == {world.wheel("2.0rc1").name, world.wheel("2.0").name}
    assert problems(world, deep=True) == []
    assert len(objects(world)) == 4
    assert world.listed("acme-lib")


def test_nothing_goes_that_was_not_shown(world: World) -> None:
    orphaned(world)
    shown: list[str] = []

    def confirm(report: PruneReport) -> None:
        shown.extend(names(report))
        assert report.dry_run
        world.push(world.wheel("3.0"), world.sdist("2.0"))

    report = pruned(world, confirm=confirm, retention=Retention(older_than=DAY / 24))
    assert shown == ORPHANS
    assert report.ok
    assert set(world.listed()) == {world.wheel().name, world.wheel("3.0").name, world.sdist("2.0").name}

    def refuse(report: PruneReport) -> None:
        raise RepositoryError("no")

    before = state(world)
    with pytest.raises(RepositoryError, match="no"):
        pruned(world, confirm=refuse, retention=Retention(keep_last=0))
    assert state(world) == before


def test_a_project_that_fails_does_not_stop_others(world: World) -> None:
    orphaned(world)
    world.store.put("team/other/manifest.json", b"garbage", Attributes())
    report = pruned(world)
    assert not report.ok
    assert [project.project for project in report.projects if project.error] == ["other"]
    assert names(report) == ORPHANS
    with pytest.raises(RepositoryError, match="demo"):
        pruned(world, "demos")


@pytest.mark.parametrize("when", [case("before", slow=True), "after"])
def test_killed_at_any_request_and_done_again(tmp_path: Path, when: str) -> None:
    rules = Retention(keep_last=1)
    for number in itertools.count():
        world = orphaned(World(tmp_path / str(number)))
        world.push(world.wheel("0.9"), world.wheel("0.8"))

        over = completes(partial(pruned, world, store=kill_at(world.store, number, when), retention=rules))
        for page in world.pages_there("demo"):
            for file in page.files:
                assert world.fetched("demo", file.url) == file.sha256, (number, file)

        assert pruned(world, retention=rules).ok
        assert set(world.listed()) == {world.wheel().name}
        assert problems(world, deep=True) == []
        if over:
            assert number > 10
            return


@pytest.mark.slow  # `tests/interleavings` has prunes beside publishers in orders drawn by lot
def test_beside_a_publisher_at_any_request(tmp_path: Path) -> None:
    """The very files that are orphans are published again between any two requests."""
    for number in itertools.count():
        world = orphaned(World(tmp_path / str(number)))

        def publish(request: Request, number: int = number, world: World = world) -> None:
            if request.number == number:
                assert world.push(world.wheel("2.0"), world.sdist("2.0")).ok

        store = FaultyStore(world.store, before=publish)
        assert pruned(world, store=store).ok
        if number >= len(store.requests):
            assert number > 10
            return
        assert {world.wheel("2.0").name, world.sdist("2.0").name} <= set(world.listed()), number


def test_the_answer_to_any_one_write_is_lost(tmp_path: Path) -> None:
    for number in itertools.count():
        world = orphaned(World(tmp_path / str(number)))

        def lose(request: Request, number: int = number) -> None:
            if request.number == number and request.writes and request.verb != "delete":
                raise Unavailable(request.key, "the connection was lost")

        store = FaultyStore(world.store, after=lose)
        assert pruned(world, store=store).ok
        assert problems(world, deep=True) == []
        if number >= len(store.requests):
            return


def test_every_object_that_goes_is_described(world: World) -> None:
    orphaned(world)
    world.push(world.wheel("0.9"))
    probe = "team/.s3pypi-probe-0123456789abcdef/object"
    world.store.put(probe, b"probe", Attributes())
    [release] = [file for file in world.pages()[0].files if "0.9" in file.filename]
    orphan = world.store.head(f"team/demo/{ORPHANS[0]}")
    left = world.store.head(probe)

    report = pruned(world, retention=Retention(keep_last=1), dry_run=True)

    assert (report.target, report.dry_run) == ("memory:///team", True)
    assert [project.project for project in report.projects] == ["", "demo"]
    shown = {one.name: one for one in report.pruned}
    assert set(shown) == {probe, *ORPHANS, release.filename}
    assert shown[probe] == Pruned("", probe, Reason.PROBE, None, 5, left.modified, f"memory:///{probe}")
    assert shown[ORPHANS[0]] == Pruned(
        "demo", ORPHANS[0], Reason.ORPHAN, None, orphan.size, orphan.modified, f"memory:///{orphan.key}"
    )
    assert shown[release.filename] == Pruned(
        "demo",
        release.filename,
        Reason.RETENTION,
        "0.9",
        release.size,
        release.upload_time,
        f"memory:///team/demo/{release.filename}",
    )


def test_what_a_probe_left_goes_past_its_grace_alone(world: World) -> None:
    world.push(world.wheel())
    probe = "team/.s3pypi-probe-0123456789abcdef/object"
    world.store.put(probe, b"probe", Attributes())
    for options in ({"later": timedelta()}, {"orphans": False}, {"dry_run": True}):
        pruned(world, **options)  # type: ignore[arg-type]
    pruned(world, "demo")
    pruned(world, "*")
    assert probe in world.stored(), "who names projects prunes those"
    report = pruned(world)
    assert names(report) == [probe]
    assert not report.dry_run
    assert probe not in world.stored()


def test_a_question_is_asked_where_something_goes_alone(world: World) -> None:
    def ask(report: PruneReport) -> None:
        raise AssertionError("asked")

    world.push(world.wheel())
    assert pruned(world, confirm=ask).projects == ()
    orphaned(world)
    assert names(pruned(world, confirm=ask, dry_run=True)) == ORPHANS


def test_names_and_globs_choose_projects(world: World) -> None:
    orphaned(world)
    for patterns in (("other",), ("o*", "other"), ("[a-c]*",), ("demo?",), ("DEMO*",)):
        assert names(pruned(world, *patterns, dry_run=True)) == []
    for patterns in (("demo",), ("demo", "demo"), ("d?mo",), ("[d]emo",), ("other", "dem*"), ("x*", "demo*")):
        assert names(pruned(world, *patterns, dry_run=True)) == ORPHANS


def test_every_project_is_counted(world: World) -> None:
    orphaned(world)
    world.store.put("team/other/manifest.json", b"garbage", Attributes())
    counted = {"expected": 0, "done": 0}

    class Counting(ItemCounter):
        def expect(self, count: int) -> None:
            counted["expected"] += count

        def advance(self, count: int) -> None:
            counted["done"] += count

    pruned(world, monitor=Monitor(count=Counting()))
    assert counted == {"expected": 2, "done": 2}
