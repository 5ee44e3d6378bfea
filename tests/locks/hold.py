"""Processes that take locks, and how to start one: ``python -m tests.locks.hold ENDPOINT TABLE LEASE FILE TIMES``.

Keys come from the environment. It increments the number in FILE that often, each time under the lock ``demo``, and not
atomically; TIMES ``forever`` takes the lock, writes ``held`` into FILE, and goes on holding it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from s3pypi_setuptools.aws.client import Access
from s3pypi_setuptools.config.connection import Connection
from s3pypi_setuptools.locks.dynamodb import DynamoDBTable
from s3pypi_setuptools.locks.leases import LeasedLocks
from tests.support.lock_tables import LockTable

SHORT = 3.0
"""A lease, in seconds, that its holder renews in time even on a busy machine."""

BRIEF = 0.3
"""A lease, in seconds, that nobody renews."""


def process(locks: LockTable, path: Path, times: str, lease: float = 60) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.locks.hold", locks.server.endpoint_url, locks.name, str(lease), str(path)]
    environment = {**os.environ, **locks.server.environment}
    return subprocess.Popen([*command, times], cwd=Path(__file__).parents[2], env=environment)


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
