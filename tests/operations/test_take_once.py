"""Names that are taken once, whoever asks."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

from s3pypi_setuptools.errors import Unavailable
from s3pypi_setuptools.operations.take_once import take_once
from s3pypi_setuptools.repository.layout import Layout
from s3pypi_setuptools.stores.memory import MemoryStore
from tests.support.store_doubles import CarelessStore, FaultyStore, Request

LAYOUT = Layout("simple")


def test_of_many_who_ask_at_once_one_gets_the_name() -> None:
    store = MemoryStore()
    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(lambda _: take_once(store, LAYOUT, "abc"), range(8))) == [False] * 7 + [True]
    assert take_once(store, LAYOUT, "def")
    assert [info.key for info in store.list("")] == ["simple/.s3pypi-once/abc", "simple/.s3pypi-once/def"]


def test_a_store_that_ignores_conditions_gives_a_name_once_to_who_asks_later() -> None:
    store = CarelessStore()
    assert [take_once(store, LAYOUT, "abc") for _ in range(2)] == [True, False]


def test_names_are_forgotten_after_two_days_when_the_next_is_taken() -> None:
    store = MemoryStore()
    take_once(store, LAYOUT, "old")
    assert take_once(store, LAYOUT, "next", lambda: in_hours(47))
    assert names(store) == ["next", "old"]
    assert take_once(store, LAYOUT, "last", lambda: in_hours(49))
    assert "old" not in names(store)
    assert take_once(store, LAYOUT, "old")


def test_a_name_is_taken_although_an_old_one_cannot_be_deleted() -> None:
    def refuse(request: Request) -> None:
        if request.verb == "delete":
            raise Unavailable(request.key, "cannot be deleted")

    store = FaultyStore(MemoryStore(), before=refuse)
    take_once(store, LAYOUT, "old")
    assert take_once(store, LAYOUT, "next", lambda: in_hours(49))
    assert not take_once(store, LAYOUT, "old", lambda: in_hours(49))


def in_hours(hours: int) -> datetime:
    return datetime.now(timezone.utc) + timedelta(hours=hours)


def names(store: MemoryStore) -> list[str]:
    return [info.key.rpartition("/")[2] for info in store.list("")]
