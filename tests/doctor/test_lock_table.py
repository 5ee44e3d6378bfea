"""What `doctor` finds of lock tables."""

from __future__ import annotations

import pytest

from tests.doctor.examined import examine
from tests.support.lock_tables import LockTable, new_table
from tests.support.servers import S3Server


@pytest.fixture
def table(ministack: S3Server) -> LockTable:
    return new_table(ministack)


@pytest.mark.parametrize("fault", ["ignores-put", "refuses"])
def test_a_table_makes_a_store_do_that_ignores_conditions(moto: S3Server, table: LockTable, fault: str) -> None:
    where = {"locks_table": table.name, "locks_endpoint_url": table.server.endpoint_url}
    bucket = moto.new_bucket(fault)
    found = examine(moto, bucket, **where)
    assert found.report.ok
    assert found["conditional create"].result.value == "warning"
    assert found["conditional create"].advice == "the lock table keeps publishers apart"
    assert found["lock table"].found == "a lock was taken and let go"
    assert table.items() == []
    assert examine(moto, bucket, read_only=True, **where)["lock table"].found == "can be read"


def test_a_table_that_is_missing(moto: S3Server, ministack: S3Server) -> None:
    found = examine(moto, moto.new_bucket(), locks_table="missing", locks_endpoint_url=ministack.endpoint_url)
    assert found.named("failed") == {"lock table"}
    assert found["lock table"].found.endswith("has no such table")
    assert found["lock table"].advice == "check its name and locks-region, or make it"


def test_without_a_table_none_is_asked(moto: S3Server) -> None:
    assert "lock table" not in examine(moto, moto.new_bucket(), read_only=True)
