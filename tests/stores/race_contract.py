"""What every store promises to writers at the same time, as tests; `StoreContract` inherits them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pytest

from s3pypi_setuptools.errors import AlreadyExists, Contended
from s3pypi_setuptools.stores.base import ABSENT, Store
from tests.stores.increment import KEY, increment
from tests.stores.samples import PLAIN

PROCESSES = 8
INCREMENTS = 10


class RaceContract:
    def racers(self, store: Store) -> list[Callable[[], None]]:
        """What increments the object `INCREMENTS` times, each in a process of its own."""
        return [lambda: run_incrementer(store) for _ in range(PROCESSES)]

    def test_one_of_many_creators_wins(self, store: Store) -> None:
        def create(number: int) -> bool:
            try:
                store.put("k", b"%d" % number, PLAIN, ABSENT)
            except (AlreadyExists, Contended):
                return False
            return True

        with ThreadPoolExecutor(16) as threads:
            won = list(threads.map(create, range(16)))
        assert sum(won) == 1
        assert store.get("k").data == b"%d" % won.index(True)

    def test_readers_see_whole_objects(self, store: Store) -> None:
        size = 100_000
        store.put("k", b"0" * size, PLAIN)

        def write(number: int) -> None:
            store.put("k", b"%d" % number * size, PLAIN)

        def read(number: int) -> None:
            data = store.get("k").data
            assert len(data) == size
            assert len(set(data)) == 1

        with ThreadPoolExecutor(8) as threads:
            for done in [*(threads.submit(write, n) for n in range(10)), *(threads.submit(read, n) for n in range(30))]:
                done.result()

    @pytest.mark.program
    def test_the_race_of_increments_loses_nothing(self, store: Store) -> None:
        store.put(KEY, b"0", PLAIN)
        racers = self.racers(store)
        with ThreadPoolExecutor(len(racers)) as threads:
            for done in [threads.submit(racer) for racer in racers]:
                done.result()
        assert int(store.get(KEY).data) == len(racers) * INCREMENTS


def run_incrementer(store: Store, environment: dict[str, str] | None = None) -> None:
    name = store.url if store.url.startswith("s3:") else url2pathname(urlsplit(store.url).path)
    result = subprocess.run(
        [sys.executable, "-m", "tests.stores.increment", name, str(INCREMENTS)],
        cwd=Path(__file__).parents[2],
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert result.returncode == 0, result.stderr


def increment_in_thread(store: Store) -> None:
    for _ in range(INCREMENTS):
        increment(store)
