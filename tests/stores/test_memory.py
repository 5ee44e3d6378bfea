from __future__ import annotations

from collections.abc import Callable

import pytest

from s3pypi_setuptools.stores.base import Attributes, Store
from s3pypi_setuptools.stores.memory import MemoryStore
from tests.stores.contract import StoreContract
from tests.stores.race_contract import PROCESSES, increment_in_thread


class TestMemoryStore(StoreContract):
    @pytest.fixture
    def store(self) -> MemoryStore:
        return MemoryStore()

    def racers(self, store: Store) -> list[Callable[[], None]]:
        return [lambda: increment_in_thread(store) for _ in range(PROCESSES)]


def test_attributes_are_kept() -> None:
    store = MemoryStore()
    attributes = Attributes("text/html", "no-cache", {"a": "b"})
    store.put("k", b"", attributes)
    assert store.attributes("k") == attributes
