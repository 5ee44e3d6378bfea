"""Reads that are shared: never stale, and few."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from s3pypi_setuptools.errors import Unavailable
from s3pypi_setuptools.repository.layout import Layout
from s3pypi_setuptools.repository.reader import RepositoryReader
from s3pypi_setuptools.server.fresh_reads import FreshReads
from s3pypi_setuptools.stores.base import Attributes, Marked
from s3pypi_setuptools.stores.memory import MemoryStore

PLAIN = Attributes()


class HeldStore(MemoryStore):
    """A store whose answers wait until they are let go, each with what it held when it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = threading.Semaphore(0)
        self.let_go = threading.Semaphore(0)
        self.requests = 0
        self.at_once = self.most_at_once = 0
        self.counting = threading.Lock()

    def get_if_changed(self, key: str, mark: str | None) -> Marked | None:
        with self.counting:
            self.requests += 1
            self.at_once += 1
            self.most_at_once = max(self.at_once, self.most_at_once)
        found = super().get_if_changed(key, mark)
        self.asked.release()
        self.let_go.acquire()
        with self.counting:
            self.at_once -= 1
        return found


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as executor:
        yield executor


def reads_of(store: MemoryStore, pool: ThreadPoolExecutor) -> FreshReads[str]:
    return FreshReads(RepositoryReader(store, Layout("")), pool, lambda key, found: found.data.decode())


async def turn() -> None:
    """Let everything run that can."""
    for _ in range(5):
        await asyncio.sleep(0.002)


def test_readers_at_one_time_share_at_most_two_reads(pool: ThreadPoolExecutor) -> None:
    store = HeldStore()
    store.put("page", b"one", PLAIN)

    async def work() -> list[str | None]:
        reads = reads_of(store, pool)
        readers = [asyncio.create_task(reads.read("page")) for _ in range(100)]
        await turn()
        assert store.requests == 2
        store.let_go.release(3)
        return await asyncio.gather(*readers)

    assert asyncio.run(work()) == ["one"] * 100
    assert store.requests == 3
    assert store.most_at_once == 2


def test_who_asks_after_a_write_sees_it_though_older_reads_are_on_their_way(pool: ThreadPoolExecutor) -> None:
    store = HeldStore()
    store.put("page", b"one", PLAIN)

    async def work() -> list[str | None]:
        reads = reads_of(store, pool)
        early = [asyncio.create_task(reads.read("page")) for _ in range(2)]
        await turn()
        store.put("page", b"two", PLAIN)
        late = [asyncio.create_task(reads.read("page")) for _ in range(3)]
        await turn()
        store.let_go.release(10)
        return [*await asyncio.gather(*early), *await asyncio.gather(*late)]

    assert asyncio.run(work()) == ["one", "one", "two", "two", "two"]


def test_a_reader_who_goes_away_takes_no_answer_from_the_others(pool: ThreadPoolExecutor) -> None:
    store = HeldStore()
    store.put("page", b"one", PLAIN)

    async def work() -> list[str | None]:
        reads = reads_of(store, pool)
        readers = [asyncio.create_task(reads.read("page")) for _ in range(6)]
        await turn()
        for reader in readers[:5]:
            reader.cancel()
        store.let_go.release(10)
        found = await asyncio.gather(readers[5])
        assert await reads.read("page") == "one"
        return found

    assert asyncio.run(work()) == ["one"]


def test_an_error_is_everybodys_who_waits_and_nobodys_after(pool: ThreadPoolExecutor) -> None:
    class Broken(HeldStore):
        broken = True

        def get_if_changed(self, key: str, mark: str | None) -> Marked | None:
            found = super().get_if_changed(key, mark)
            if self.broken:
                raise Unavailable(key, "cannot be read")
            return found

    store = Broken()
    store.put("page", b"one", PLAIN)

    async def work() -> None:
        reads = reads_of(store, pool)
        readers = [asyncio.create_task(reads.read("page")) for _ in range(4)]
        await turn()
        store.let_go.release(10)
        assert {type(found) for found in await asyncio.gather(*readers, return_exceptions=True)} == {Unavailable}
        store.broken = False
        assert await reads.read("page") == "one"

    asyncio.run(work())


def test_what_is_deleted_is_absent_at_once(pool: ThreadPoolExecutor) -> None:
    store = MemoryStore()

    async def work() -> list[str | None]:
        reads, found = reads_of(store, pool), []
        for data in (None, b"one", None, b"two"):
            if data is None:
                store.delete("page")
            else:
                store.put("page", data, PLAIN)
            found.append(await reads.read("page"))
        return found

    assert asyncio.run(work()) == [None, "one", None, "two"]


@settings(max_examples=30)
@given(st.lists(st.sampled_from(["write", "read", "answer"]), max_size=40))
def test_no_reader_sees_less_than_was_written_when_it_asked(steps: list[str]) -> None:
    store = HeldStore()
    store.put("page", b"0", PLAIN)

    async def work() -> None:
        written = 0
        readers: list[tuple[int, asyncio.Task[str | None]]] = []
        reads = reads_of(store, pool)
        for step in steps:
            if step == "write":
                written += 1
                store.put("page", str(written).encode(), PLAIN)
            elif step == "read":
                readers.append((written, asyncio.create_task(reads.read("page"))))
                await asyncio.sleep(0)
            else:
                store.let_go.release()
                await turn()
        store.let_go.release(100)
        for least, reader in readers:
            assert int(await reader or "-1") >= least
        assert store.most_at_once <= 2

    with ThreadPoolExecutor(8) as pool:
        asyncio.run(work())
