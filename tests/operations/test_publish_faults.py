"""Whatever request fails, and wherever the process dies: nothing listed is missing, nothing committed is lost."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from s3pypi_setuptools.config.choices import IfExists
from s3pypi_setuptools.errors import AccessDenied, Contended, Error, NotFound, Unavailable
from s3pypi_setuptools.operations.publish.report import Outcome
from s3pypi_setuptools.stores.memory import MemoryStore
from tests.operations.conftest import World
from tests.support.markers import case
from tests.support.store_doubles import FaultyStore, Request, completes, kill_at

pages = pytest.mark.parametrize(
    "content_tokens", [case(False, slow=True, id="pages read"), case(True, slow=False, id="pages told")]
)
"""Whether the store's tokens tell what a page holds; each of the tests has a world for every request of a push."""


def requests_of(world: World, *paths: Path, **options: object) -> list[Request]:
    """The requests of a push, seen in a copy of the world."""
    store = FaultyStore(world.store)
    world.push(*paths, store=store, **options)
    return store.requests


Situation = Callable[[World], tuple[tuple[Path, ...], dict[str, Any]]]

SITUATIONS: dict[str, Situation] = {
    "first push": lambda world: ((world.wheel(), world.sdist()), {}),
    "next release": lambda world: (world.push(world.wheel()), ((world.wheel("2.0"), world.sdist("2.0")), {}))[1],
    "replace": lambda world: (
        world.push(world.wheel(), world.wheel("2.0")),
        ((world.wheel("2.0", salt="x"),), {"if_exists": IfExists.REPLACE}),
    )[1],
    "second project": lambda world: (world.push(world.wheel(name="other")), ((world.wheel(),), {}))[1],
    "batch": lambda world: (world.push(world.wheel()), ((world.wheel("2.0"), world.wheel(name="other")), {}))[1],
}


@pages
@pytest.mark.parametrize("when", [case("before", slow=True), "after"])
@pytest.mark.parametrize("situation", [case(name, slow=name in ("second project", "batch")) for name in SITUATIONS])
def test_killed_at_any_request(tmp_path: Path, situation: str, when: str, content_tokens: bool) -> None:
    for number in itertools.count():
        world = World(tmp_path / str(number), MemoryStore(content_tokens=content_tokens))
        paths, options = SITUATIONS[situation](world)
        earlier = world.listed() if "team/demo/index.json" in world.stored() else {}

        store = kill_at(world.store, number, when)
        if completes(partial(world.push, *paths, store=store, **options)):
            assert len(store.requests) <= number
            assert number >= 9
            return
        for project in ("demo", "other"):
            if f"team/{project}/manifest.json" in world.stored():
                assert all(project in root.projects for root in world.roots())
            if f"team/{project}/index.json" in world.stored():
                for page in world.pages_there(project):
                    for file in page.files:
                        assert world.fetched(project, file.url) == file.sha256, (number, file)
                    if project == "demo" and situation != "replace":
                        assert set(earlier) <= {file.filename for file in page.files}

        assert world.push(*paths, **options).ok
        for path in paths:
            assert path.name in world.listed("other" if path.name.startswith("other") else "demo")
        assert set(earlier) <= set(world.listed())


@pytest.mark.parametrize("error", [Unavailable, Contended])
@pytest.mark.parametrize("policy", [IfExists.SAME, case(IfExists.FAIL, slow=True), IfExists.REPLACE])
@pages
def test_the_answer_to_any_one_write_is_lost(
    tmp_path: Path, error: type[Unavailable], policy: IfExists, content_tokens: bool
) -> None:
    """The write took effect, and its author does not know."""
    for number in itertools.count():
        world = World(tmp_path / str(number), MemoryStore(content_tokens=content_tokens))
        world.push(world.wheel("0.9"))
        wheel = world.wheel()
        if policy is IfExists.REPLACE:
            world.push(world.wheel(salt="x"))

        def lose(request: Request, number: int = number) -> None:
            if request.number == number and request.writes:
                raise error(request.key, "the connection was lost")

        store = FaultyStore(world.store)
        if error is Unavailable:
            store.after = lose
        else:
            store.before = lose
        report = world.push(wheel, store=store, if_exists=policy)

        assert [file.error for file in report.files] == [None], (number, store.requests[number])
        outcome = Outcome.REPLACED if policy is IfExists.REPLACE else Outcome.PUBLISHED
        assert report.files[0].outcome is outcome, (number, store.requests[number])
        assert len(world.listed()) == 2
        if number >= len(store.requests):
            return


@pytest.mark.parametrize("error", [AccessDenied, Unavailable])
@pytest.mark.parametrize("key", ["manifest.json", "index.json", "index.html", ""])
def test_a_read_that_fails_changes_nothing(world: World, error: type[Error], key: str) -> None:
    world.push(world.wheel())
    before = {info.key: info.token for info in world.store.list("") if not info.key.endswith((".whl", ".metadata"))}

    def fail(request: Request) -> None:
        if request.key == f"team/demo/{key}" and not request.writes:
            raise error(request.key, "no")

    report = world.push(world.wheel("2.0"), store=FaultyStore(world.store, before=fail))

    assert [file.outcome for file in report.files] == [Outcome.FAILED]
    assert str(report.files[0].error) == f"team/demo/{key}: no"
    after = {info.key: info.token for info in world.store.list("") if not info.key.endswith((".whl", ".metadata"))}
    assert after == before


def test_a_repository_record_that_cannot_be_read_stops_the_work(world: World) -> None:
    def fail(request: Request) -> None:
        if request.key == "team/repository.json":
            raise AccessDenied(request.key, "no")

    with pytest.raises(AccessDenied):
        world.push(world.wheel(), store=FaultyStore(world.store, before=fail))
    assert all(key.endswith((".whl", ".metadata")) for key in world.stored())


def test_a_repository_that_others_begin_at_the_same_time(world: World) -> None:
    conflicts = iter([True, True])

    def conflict(request: Request) -> None:
        if request.key == "team/repository.json" and request.writes and next(conflicts, False):
            raise Contended(request.key)

    assert world.push(world.wheel(), store=FaultyStore(world.store, before=conflict)).ok
    assert list(world.listed()) == [world.wheel().name]


def test_a_replaced_object_that_may_not_be_deleted_is_left_with_a_warning(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.push(world.wheel())

    def fail(request: Request) -> None:
        if request.verb == "delete":
            raise AccessDenied(request.key, "no")

    store = FaultyStore(world.store, before=fail)
    assert world.push(world.wheel(salt="x"), store=store, if_exists=IfExists.REPLACE).ok
    assert "was not deleted" in caplog.text
    assert world.listed()


@pytest.mark.parametrize("content_tokens", [False, True], ids=["pages read", "pages told"])
def test_a_lost_manifest_stops_the_work_while_our_pages_are_there(tmp_path: Path, content_tokens: bool) -> None:
    world = World(tmp_path, MemoryStore(content_tokens=content_tokens))
    first = world.wheel("1.0")
    world.push(first)
    world.store.delete("team/demo/manifest.json")

    report = world.push(world.wheel("2.0"))

    assert [file.outcome for file in report.files] == [Outcome.FAILED]
    assert "s3pypi reindex demo" in str(report.files[0].error)
    assert list(world.listed()) == [first.name]


def test_a_project_that_begins_while_its_documents_are_read(world: World) -> None:
    """The manifest was asked for before another publisher's first commit, the pages after."""
    other, ours = world.wheel("1.0"), world.wheel("2.0")
    world.push(world.wheel(name="first"))
    missed = threading.Event()

    def begin(request: Request) -> None:
        if request.key == "team/demo/manifest.json" and not missed.is_set():
            missed.set()
            raise NotFound(request.key)
        if request.verb == "head" and not missed.wait(300):
            raise AssertionError

    world.push(other)
    assert world.push(ours, store=FaultyStore(world.store, before=begin)).ok
    assert set(world.listed()) == {other.name, ours.name}
