"""Locks whose holders have died are taken over, and holders notice that they have lost a lock."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from s3pypi_setuptools.errors import LockError
from s3pypi_setuptools.locks.base import lock_id
from s3pypi_setuptools.locks.leases import LeasedLocks
from tests.locks.hold import BRIEF, SHORT, process
from tests.support.lock_tables import LockTable
from tests.support.programs import wait_until


def test_a_lock_of_s3pypi_is_never_taken_over(locks: LockTable, make: Callable[..., LeasedLocks]) -> None:
    locks.put("demo", AcquiredAt="2001-01-01T00:00:00+00:00")
    with pytest.raises(LockError, match="since 2001-01-01"), make(timeout=2, lease=0.2).held("demo"):
        pytest.fail("it is locked")


def test_a_holder_that_lives_renews(locks: LockTable, make: Callable[..., LeasedLocks]) -> None:
    with make(lease=SHORT).held("demo") as held:
        [before] = locks.items()
        with pytest.raises(LockError, match="locked by"), make(timeout=SHORT * 1.5, lease=SHORT).held("demo"):
            pytest.fail("it is held still")
        held.confirm()
        [after] = locks.items()
    assert after["ExpiresAt"] > before["ExpiresAt"]
    assert {**after, "ExpiresAt": ""} == {**before, "ExpiresAt": ""}


def test_the_lock_of_a_killed_holder_is_taken_over(
    locks: LockTable, make: Callable[..., LeasedLocks], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    holder = process(locks, tmp_path / "state", "forever", BRIEF)
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
        return table.take(seen._replace(token=f"taker {number}"), seen)

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
    with make(lease=BRIEF).held("demo") as held:
        locks.client.delete_table(TableName=locks.name)
        time.sleep(BRIEF)
        with pytest.raises(LockError, match="demo: the lock could not be renewed in time") as caught:
            held.confirm()
        assert "has no such table" in str(caught.value)
    assert "the lock was not released" in caplog.records[-1].getMessage()
