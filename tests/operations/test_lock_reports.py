"""What is told of the locks of a table, and which of them is removed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone

import pytest

from s3pypi_setuptools.errors import LockError
from s3pypi_setuptools.locks.base import Lock, lock_id
from s3pypi_setuptools.locks.dynamodb import DynamoDBTable
from s3pypi_setuptools.operations.locks import LockInfo, UnlockReport, force_unlock, list_locks, read_lock

DEMO, OTHER = lock_id("demo"), lock_id("other")
NOTHING = "f" * 40
OURS = Lock(DEMO, "me@host", "2026-01-02T00:00:00Z", "demo", "token", "2026-01-02T00:01:00Z", "60")
THEIRS = Lock(OTHER, "ci@host", "2026-01-01T00:00:00Z")


class Tabled(DynamoDBTable):
    """A table in memory."""

    def __init__(self) -> None:
        self.name = "locks"
        self.held = {lock.id: lock for lock in (OURS, THEIRS)}

    def read(self, id: str) -> Lock | None:  # noqa: A002
        return self.held.get(id)

    def locks(self) -> Iterator[Lock]:
        return iter(self.held.values())

    def remove(self, lock: Lock) -> bool:
        return self.held.get(lock.id) == lock and bool(self.held.pop(lock.id))


def day(number: int, minute: int = 0) -> datetime:
    return datetime(2026, 1, number, 0, minute, tzinfo=timezone.utc)


DEMOS = LockInfo(DEMO, "demo", "me@host", day(2), day(2, 1), expired=True)
OTHERS = LockInfo(OTHER, "other", "ci@host", day(1), None, expired=False)


def test_locks_are_listed_oldest_first() -> None:
    report = list_locks(Tabled(), ["other"])
    assert (report.table, report.locks) == ("locks", (OTHERS, DEMOS))
    assert [lock.project for lock in list_locks(Tabled()).locks] == [None, "demo"]


def test_one_lock_is_removed_once_it_was_shown() -> None:
    table = Tabled()
    shown: list[UnlockReport] = []
    assert force_unlock(table, OTHER, "other", dry_run=True, confirm=shown.append).dry_run
    assert (shown, len(table.held)) == ([], 2)
    report = force_unlock(table, OTHER, "other", confirm=shown.append)
    assert report == UnlockReport("locks", OTHERS)
    assert shown == [report]
    assert list(table.held) == [DEMO]
    with pytest.raises(LockError, match=rf"^other \({OTHER}\): there is no such lock in the table locks; "):
        force_unlock(table, OTHER, "other")
    with pytest.raises(LockError, match=f"^{NOTHING}: there is no such lock in the table locks; "):
        force_unlock(table, NOTHING)


def test_a_lock_that_is_let_go_meanwhile_is_named() -> None:
    table = Tabled()
    with pytest.raises(LockError, match=f"^{DEMO}: was released, or taken by someone else, meanwhile; "):
        force_unlock(table, DEMO, confirm=lambda report: table.held.clear())


def test_an_id_is_told_from_a_name() -> None:
    assert read_lock(DEMO.upper()) == (DEMO, None)
    assert read_lock("demo") == (DEMO, "demo")
