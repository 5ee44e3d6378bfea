"""Locks are taken, kept, waited for, taken over and let go, in a real table."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from s3pypi_setuptools.errors import LockError, TimedOut, Unavailable
from s3pypi_setuptools.locks.base import ROOT, Lock, lock_id
from s3pypi_setuptools.locks.dynamodb import DynamoDBTable
from s3pypi_setuptools.locks.leases import LeasedLocks
from s3pypi_setuptools.monitor import Cancelled
from tests.support.lock_tables import LockTable

SHORT = 3.0
"""A lease, in seconds."""


@pytest.fixture
def make(locks: LockTable) -> Iterator[Callable[..., LeasedLocks]]:
    """Makes publishers, as far as the table can tell."""
    made: list[LeasedLocks] = []

    def one(**options: float) -> LeasedLocks:
        made.append(LeasedLocks(locks.table, **options))
        return made[-1]

    yield one
    for each in made:
        each.close()


def process(locks: LockTable, path: Path, times: str, lease: float = 60) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.stores.hold", locks.server.endpoint_url, locks.name, str(lease), str(path)]
    environment = {**os.environ, **locks.server.environment}
    return subprocess.Popen([*command, times], cwd=Path(__file__).parents[2], env=environment)


def wait_until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 300
    while not done():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def test_an_item_is_what_s3pypi_writes_and_more_texts(locks: LockTable, make: Callable[..., LeasedLocks]) -> None:
    with make().held("demo"), make().held(ROOT):
        items = {item["Project"]: item for item in locks.items()}
    assert items["demo"]["LockID"] == "89e495e7941cf9e40e6980d14a16bf023ccd4c91"  # printf demo | sha1sum
    assert items["/"]["LockID"] == "42099b4af021e53fd8fd4e056c2568d7c2e3ffa8"  # printf / | sha1sum
    assert set(items["demo"]) == {"LockID", "AcquiredAt", "Owner", "Project", "Token", "ExpiresAt", "LeaseSeconds"}
    assert items["demo"]["AcquiredAt"].endswith("+00:00")
    assert "@" in items["demo"]["Owner"]
    assert items["demo"]["ExpiresAt"] > items["demo"]["AcquiredAt"]
    assert locks.items() == []


def test_a_race_of_processes_loses_nothing(locks: LockTable, tmp_path: Path) -> None:
    path = tmp_path / "number"
    path.write_text("0")
    racers = [process(locks, path, "10") for _ in range(6)]
    assert [racer.wait(300) for racer in racers] == [0] * 6
    assert path.read_text() == "60"
    assert locks.items() == []


def test_threads_of_one_process_exclude_each_other(make: Callable[..., LeasedLocks]) -> None:
    locks, inside = make(), threading.Lock()

    def work(_: int) -> bool:
        with locks.held("demo"):
            alone = inside.acquire(blocking=False)
            time.sleep(0.01)
            if alone:
                inside.release()
        return alone

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(16)))


def test_sixty_four_waiters_all_have_their_turn(locks: LockTable) -> None:
    publishers = [LeasedLocks(locks.table) for _ in range(8)]
    turns: list[int] = []

    def work(number: int) -> None:
        with publishers[number % 8].held("demo"):
            turns.append(number)

    with ThreadPoolExecutor(64) as pool:
        list(pool.map(work, range(64)))
    assert sorted(turns) == list(range(64))


def test_a_thread_that_holds_a_lock_may_ask_for_it_again(locks: LockTable, make: Callable[..., LeasedLocks]) -> None:
    publisher = make()
    with publisher.held("demo") as outer:
        with publisher.held("demo") as inner:
            assert inner is outer
        assert [item["Project"] for item in locks.items()] == ["demo"]
    assert locks.items() == []


def test_an_error_releases_the_lock(locks: LockTable, make: Callable[..., LeasedLocks]) -> None:
    with pytest.raises(ValueError, match="planned"), make().held("demo"):
        raise ValueError("planned")
    assert locks.items() == []


def test_an_interruption_keeps_the_lock_until_what_is_under_way_has_ended(
    locks: LockTable, make: Callable[..., LeasedLocks]
) -> None:
    publisher = make()
    with pytest.raises(KeyboardInterrupt), publisher.held("demo"):
        raise KeyboardInterrupt
    assert len(locks.items()) == 1
    publisher.close()
    assert locks.items() == []


@pytest.mark.parametrize("error", [Unavailable, TimedOut])
def test_a_lock_outlasts_a_request_that_may_still_take_effect(
    locks: LockTable, make: Callable[..., LeasedLocks], error: type[Unavailable]
) -> None:
    publisher = make(lease=SHORT)
    with pytest.raises(Unavailable), publisher.held("demo"):
        raise error("manifest.json", "the store did not answer in time")
    [before] = locks.items()
    publisher.close()
    with make().held("demo"):
        [after] = locks.items()
        assert after["Token"] != before["Token"], "it was taken over, once it had expired"


def test_locks_that_are_abandoned_expire(locks: LockTable, make: Callable[..., LeasedLocks]) -> None:
    publisher = make(lease=SHORT)
    with pytest.raises(KeyboardInterrupt), publisher.held("demo"):
        raise KeyboardInterrupt
    publisher.abandon()
    publisher.close()
    assert len(locks.items()) == 1
    with make().held("demo"):
        pass
    assert locks.items() == []


class BusyTable(DynamoDBTable):
    """Answers the looks of certain numbers, from 0, that it is busy."""

    def __init__(self, locks: LockTable, busy: range) -> None:
        super().__init__(locks.name, locks.access)
        self.busy = busy
        self.looks = 0

    def read(self, id: str) -> Lock | None:  # noqa: A002
        self.looks += 1
        if self.looks - 1 in self.busy:
            raise Unavailable(self.name, "DynamoDB answered 400 ThrottlingException; try again later")
        return super().read(id)


def test_who_waits_asks_a_busy_table_again(locks: LockTable) -> None:
    key = {"LockID": {"S": locks.put("demo")}}
    table = BusyTable(locks, range(1, 3))
    timer = threading.Timer(0.5, lambda: locks.client.delete_item(TableName=locks.name, Key=key))
    timer.start()
    with LeasedLocks(table).held("demo"):
        assert table.looks > 3
    timer.join()
    assert locks.items() == []


def test_who_waits_does_not_ask_for_ever(locks: LockTable) -> None:
    locks.put("demo")
    with pytest.raises(Unavailable, match="ThrottlingException"), LeasedLocks(BusyTable(locks, range(99))).held("demo"):
        pytest.fail("it is locked")


def test_who_waits_says_for_whom_and_how_to_end_it(
    locks: LockTable, make: Callable[..., LeasedLocks], caplog: pytest.LogCaptureFixture
) -> None:
    id_ = locks.put("demo")
    caplog.set_level(logging.WARNING, "s3pypi_setuptools")
    way_out = f"if nobody works there any more: s3pypi force-unlock {locks.name} {id_}"
    with pytest.raises(LockError) as caught, make(timeout=0.5).held("demo"):
        pytest.fail("it is locked")
    holder = "demo: is locked by ci@agent-7 since 2026-11-02 10:00:00 UTC"
    assert [record.getMessage() for record in caplog.records] == [f"{holder}: waiting up to 0.5 s; {way_out}"]
    assert str(caught.value) == f"{holder}, waited 0.5 s (locks-timeout); {way_out}"
    assert [item["Owner"] for item in locks.items()] == ["ci@agent-7"], "the lock of another stays"


def test_a_lock_is_had_as_soon_as_it_is_free(locks: LockTable, make: Callable[..., LeasedLocks]) -> None:
    key = {"LockID": {"S": locks.put("demo")}}
    timer = threading.Timer(0.5, lambda: locks.client.delete_item(TableName=locks.name, Key=key))
    timer.start()
    with make(timeout=60).held("demo"):
        assert [item["Project"] for item in locks.items()] == ["demo"]
    timer.join()


def test_who_waits_may_be_told_to_stop(locks: LockTable, make: Callable[..., LeasedLocks]) -> None:
    locks.put("demo")
    asked = iter(range(3))

    def check_cancelled() -> None:
        if next(asked) == 2:
            raise Cancelled

    with pytest.raises(Cancelled), make().held("demo", check_cancelled):
        pytest.fail("it is locked")


def test_a_lock_of_s3pypi_is_never_taken_over(locks: LockTable, make: Callable[..., LeasedLocks]) -> None:
    locks.put("demo", AcquiredAt="2001-01-01T00:00:00+00:00")
    with pytest.raises(LockError, match="since 2001-01-01"), make(timeout=2, lease=0.2).held("demo"):
        pytest.fail("it is locked")


def test_a_holder_that_lives_renews(locks: LockTable, make: Callable[..., LeasedLocks]) -> None:
    with make(lease=SHORT).held("demo") as held:
        [before] = locks.items()
        with pytest.raises(LockError, match="locked by"), make(timeout=SHORT * 3, lease=SHORT).held("demo"):
            pytest.fail("it is held still")
        held.confirm()
        [after] = locks.items()
    assert after["ExpiresAt"] > before["ExpiresAt"]
    assert {**after, "ExpiresAt": ""} == {**before, "ExpiresAt": ""}


def test_the_lock_of_a_killed_holder_is_taken_over(
    locks: LockTable, make: Callable[..., LeasedLocks], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    holder = process(locks, tmp_path / "state", "forever", SHORT)
    wait_until((tmp_path / "state").exists)
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    with make().held("demo"):
        [item] = locks.items()
        assert item["LeaseSeconds"] == "60"
    assert "took over the lock of" in caplog.records[-1].getMessage()


def test_of_many_that_would_take_over_one_does(locks: LockTable) -> None:
    locks.put("demo", Token="gone", ExpiresAt="2001-01-01T00:00:00+00:00", LeaseSeconds="60")
    table, together = locks.table, threading.Barrier(8)
    [seen] = table.locks()

    def take(number: int) -> bool:
        together.wait(300)
        return table.take(replace(seen, token=f"taker {number}"), seen)

    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(take, range(8)))
    assert [f"taker {number}" for number, won in enumerate(taken) if won] == [item["Token"] for item in locks.items()]


def test_what_expired_long_ago_is_taken_over_at_once(locks: LockTable, make: Callable[..., LeasedLocks]) -> None:
    locks.put("demo", Token="gone", ExpiresAt="2001-01-01T00:00:00+00:00", LeaseSeconds="60")
    with make(timeout=30).held("demo"):
        [item] = locks.items()
        assert item["Token"] != "gone"


def test_an_expiry_is_not_believed_at_once(locks: LockTable, make: Callable[..., LeasedLocks]) -> None:
    """The clock of its holder may be wrong by minutes; that it is not renewed takes its whole lease to see."""
    recent = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(time.time() - 240))
    locks.put("demo", Token="alive", ExpiresAt=recent, LeaseSeconds="60")
    with pytest.raises(LockError, match="ci@agent-7"), make(timeout=1).held("demo"):
        pytest.fail("it may be held still")


def test_a_lost_lock_is_noticed_before_the_commit(
    locks: LockTable, make: Callable[..., LeasedLocks], caplog: pytest.LogCaptureFixture
) -> None:
    with make(lease=SHORT).held("demo") as held:
        held.confirm()
        locks.client.delete_item(TableName=locks.name, Key={"LockID": {"S": lock_id("demo")}})
        with make().held("demo"):
            with pytest.raises(LockError, match="demo: the lock was lost, and nothing more was committed"):
                held.confirm()
            [item] = locks.items()
            assert item["LeaseSeconds"] == "60", "the renewal left the other's lock alone"
        time.sleep(SHORT / 3)
        assert locks.items() == [], "a lost lock is not made anew"
    assert "the lock was gone before it was released" in caplog.records[-1].getMessage()


def test_where_renewing_fails_for_a_lease_nothing_more_is_committed(
    locks: LockTable, make: Callable[..., LeasedLocks], caplog: pytest.LogCaptureFixture
) -> None:
    with make(lease=SHORT).held("demo") as held:
        locks.client.delete_table(TableName=locks.name)
        time.sleep(SHORT)
        with pytest.raises(LockError, match="demo: the lock could not be renewed in time") as caught:
            held.confirm()
        assert "has no such table" in str(caught.value)
    assert "the lock was not released" in caplog.records[-1].getMessage()
