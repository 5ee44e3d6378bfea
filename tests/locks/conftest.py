from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from s3pypi_setuptools.locks.leases import LeasedLocks
from tests.support.lock_tables import LockTable


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
