"""How many requests a release makes, and how many of them wait for another."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from s3pypi_setuptools.config.choices import IfExists
from s3pypi_setuptools.distribution.local_file import PART_SIZE
from s3pypi_setuptools.operations.publish.report import Outcome
from s3pypi_setuptools.stores.memory import MemoryStore
from tests.operations.conftest import World
from tests.support import samples
from tests.support.store_doubles import FaultyStore, Request

LATENCIES = (0.06, 0.6)
"""Seconds that each request takes, tried in turn: where requests of one wave begin late, as on a busy machine, there
seem to be more waves, and never fewer."""


class SlowStore(FaultyStore):
    """Every request takes ``latency`` seconds; says how many had to wait for one another."""

    def __init__(self, world: World, latency: float) -> None:
        super().__init__(world.store, before=self._begin, after=self._end)
        self.latency = latency
        self.started: dict[int, float] = {}
        self.ended: dict[int, float] = {}
        self.guard = threading.Lock()

    def _begin(self, request: Request) -> None:
        with self.guard:
            self.started[request.number] = time.monotonic()
        time.sleep(self.latency)

    def _end(self, request: Request) -> None:
        with self.guard:
            self.ended[request.number] = time.monotonic()

    def waves(self) -> int:
        """The longest chain of requests, each begun after the one before had ended."""
        now = time.monotonic()
        spans = sorted((self.ended.get(number, now), start) for number, start in self.started.items())
        count, last = 0, 0.0
        for end, start in spans:
            if start >= last:
                count, last = count + 1, end
        return count


def of_a_release(folder: Path, existing: str, waves: int) -> tuple[int, int]:
    """How many waves and requests a release of demo takes where a project exists.

    :param waves: where no more are seen, that is the end of it.
    """
    for latency in LATENCIES:
        world = World(folder / str(latency))
        world.push(world.wheel("1.0", name=existing))
        store = SlowStore(world, latency)
        assert world.push(world.wheel("2.0"), world.sdist("2.0"), store=store).ok
        if store.waves() <= waves:
            break
    return store.waves(), len(store.requests)


def test_a_release_into_an_existing_project_takes_three_waves(tmp_path: Path) -> None:
    assert of_a_release(tmp_path, "demo", 3) == (3, 12)


def test_a_release_of_a_new_project_takes_seven_waves(tmp_path: Path) -> None:
    """One more than it would for a listing of its folder, which may be another repository's."""
    assert of_a_release(tmp_path, "other", 7) == (7, 25)


def test_requests_do_not_grow_with_the_number_of_projects(world: World) -> None:
    world.push(world.wheel("1.0"))
    alone = FaultyStore(world.store)
    world.push(world.wheel("2.0"), store=alone)
    world.push(*(world.wheel("1.0", name=f"other{number}") for number in range(50)))
    crowded = FaultyStore(world.store)
    world.push(world.wheel("3.0"), store=crowded)

    def keys(store: FaultyStore) -> list[tuple[str, str]]:
        return sorted((request.verb, request.key.replace("3.0", "2.0")) for request in store.requests)

    assert keys(crowded) == keys(alone)


def test_large_files_wait_for_the_manifest(world: World, tmp_path: Path) -> None:
    large = samples.wheel(tmp_path, padding=PART_SIZE)
    world.push(large)
    again = FaultyStore(world.store)

    assert [file.outcome for file in world.push(large, store=again).files] == [Outcome.PRESENT]

    assert not [request for request in again.requests if request.writes]


def test_files_that_may_be_passed_over_wait_for_the_manifest(world: World) -> None:
    wheel = world.wheel()
    world.push(wheel)
    for policy in (IfExists.SKIP, IfExists.FAIL, IfExists.REPLACE):
        store = FaultyStore(world.store)
        world.push(wheel, store=store, if_exists=policy)
        assert not [request for request in store.requests if request.writes]


def test_pages_are_not_asked_for_where_their_tokens_tell_the_content(tmp_path: Path) -> None:
    world = World(tmp_path, MemoryStore(content_tokens=True))
    world.push(world.wheel("1.0"))
    store = FaultyStore(world.store)

    assert world.push(world.wheel("2.0"), world.sdist("2.0"), store=store).ok

    assert [request.key for request in store.requests if request.verb == "head"] == []
    assert len(store.requests) == 9
    assert len(world.listed()) == 3


def test_a_page_that_is_not_as_told_is_caught_up_with(tmp_path: Path) -> None:
    world = World(tmp_path, MemoryStore(content_tokens=True))
    world.push(world.wheel("1.0"))
    old = world.store.get("team/demo/index.html").data
    world.push(world.wheel("2.0"))
    world.put("team/demo/index.html", old)
    world.store.delete("team/demo/index.json")

    assert world.push(world.wheel("3.0")).ok

    assert len(world.listed()) == 3
