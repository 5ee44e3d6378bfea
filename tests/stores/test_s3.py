from __future__ import annotations

from collections.abc import Callable

import pytest

from s3pypi_setuptools.stores.base import Store
from s3pypi_setuptools.stores.s3.client import S3Options
from s3pypi_setuptools.stores.s3.store import S3Store
from tests.stores.contract import StoreContract
from tests.stores.race_contract import PROCESSES, run_incrementer
from tests.support.servers import S3Server


def options(server: S3Server, **more: object) -> S3Options:
    return S3Options(server.connection, **more)  # type: ignore[arg-type]


class TestS3Store(StoreContract):
    @pytest.fixture
    def store(self, s3_server: S3Server, s3_bucket: str) -> S3Store:
        store = S3Store(s3_bucket, options(s3_server))
        store.environment = s3_server.environment  # type: ignore[attr-defined]
        return store

    def racers(self, store: Store) -> list[Callable[[], None]]:
        environment = store.environment  # type: ignore[attr-defined]
        return [lambda: run_incrementer(store, environment) for _ in range(PROCESSES)]
