"""Locks are taken, waited for, and released, in a real table."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from s3pypi_setuptools.errors import LockError, TimedOut, Unavailable
from s3pypi_setuptools.locks.base import ROOT, Lock
from s3pypi_setuptools.locks.dynamodb import DynamoDBTable
from s3pypi_setuptools.locks.leases import LeasedLocks
from s3pypi_setuptools.monitor import Cancelled
from tests.locks.hold import BRIEF, process
from tests.support.lock_tables import LockTable


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
    publisher = make(lease=BRIEF)
    with pytest.raises(Unavailable), publisher.held("demo"):
        raise error("manifest.json", "the store did not answer in time")
    [before] = locks.items()
    publisher.close()
    with make().held("demo"):
        [after] = locks.items()
        assert after["Token"] != before["Token"], "it was taken over, once it had expired"


def test_locks_that_are_abandoned_expire(locks: LockTable, make: Callable[..., LeasedLocks]) -> None:
    publisher = make(lease=BRIEF)
    with pytest.raises(KeyboardInterrupt), publisher.held("demo"):
        raise KeyboardInterrupt
    publisher.abandon()
    publisher.close()
    assert len(locks.items()) == 1
    with make().held("demo"):
        pass
    assert locks.items() == []


class BusyTable(DynamoDBTable):
    """Answers the looks of certain numbers, from 0, that it is busy; at one look, another process releases the lock."""

    def __init__(self, locks: LockTable, busy: range, released_at: int | None = None) -> None:
        super().__init__(locks.name, locks.access)
        self.locks = locks
        self.busy = busy
        self.released_at = released_at
        self.looks = 0

    def read(self, id: str) -> Lock | None:  # noqa: A002
        if self.looks == self.released_at:
            self.locks.client.delete_item(TableName=self.locks.name, Key={"LockID": {"S": id}})
        self.looks += 1
        if self.looks - 1 in self.busy:
            raise Unavailable(self.name, "DynamoDB answered 400 ThrottlingException; try again later")
        return super().read(id)


def test_who_waits_asks_a_busy_table_again(locks: LockTable) -> None:
    locks.put("demo")
    table = BusyTable(locks, range(1, 3), released_at=4)
    with LeasedLocks(table).held("demo"):
        assert table.looks > 3
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


def test_a_lock_is_had_when_it_is_free(locks: LockTable) -> None:
    locks.put("demo")
    with LeasedLocks(BusyTable(locks, range(0), released_at=2), timeout=60).held("demo"):
        assert [item["Project"] for item in locks.items()] == ["demo"]


def test_who_waits_may_be_told_to_stop(locks: LockTable, make: Callable[..., LeasedLocks]) -> None:
    locks.put("demo")
    asked = iter(range(3))

    def check_cancelled() -> None:
        if next(asked) == 2:
            raise Cancelled

    with pytest.raises(Cancelled), make().held("demo", check_cancelled):
        pytest.fail("it is locked")
