"""A process that takes locks: ``python -m tests.stores.hold ENDPOINT TABLE LEASE FILE TIMES``.

Keys come from the environment. It increments the number in FILE that often, each time under the lock ``demo``, and not
atomically; TIMES ``forever`` takes the lock, writes ``held`` into FILE, and goes on holding it.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from s3pypi_setuptools.aws.client import Access
from s3pypi_setuptools.config.connection import Connection
from s3pypi_setuptools.locks.dynamodb import DynamoDBTable
from s3pypi_setuptools.locks.leases import LeasedLocks

if __name__ == "__main__":
    endpoint, table, lease, file, times = sys.argv[1:]
    path = Path(file)
    locks = LeasedLocks(DynamoDBTable(table, Access(Connection(endpoint_url=endpoint))), lease=float(lease))
    if times == "forever":
        with locks.held("demo"):
            path.write_text("held")
            time.sleep(3600)
    for _ in range(int(times)):
        with locks.held("demo") as held:
            number = int(path.read_text())
            held.confirm()
            time.sleep(0.002)
            path.write_text(str(number + 1))
    locks.close()
