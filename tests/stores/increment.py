"""A process that increments the number in one object: ``python -m tests.stores.increment STORE TIMES``.

STORE is ``s3://bucket`` (reached as the environment says) or a folder. Only the store's conditions guard the number.
"""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

from s3pypi_setuptools.errors import Contended, PreconditionFailed
from s3pypi_setuptools.stores.base import Attributes, Matches, Store
from s3pypi_setuptools.stores.local.store import LocalStore
from s3pypi_setuptools.stores.s3.client import S3Options
from s3pypi_setuptools.stores.s3.store import S3Store

KEY = "deep/counter"


def increment(store: Store) -> None:
    while True:
        current = store.get(KEY)
        number = int(current.data) + 1
        try:
            store.put(KEY, b"%d" % number, Attributes(), Matches(current.info.token))
        except (PreconditionFailed, Contended):
            time.sleep(random.uniform(0, 0.02))
        else:
            return


def open_named(name: str) -> Store:
    if name.startswith("s3://"):
        return S3Store(name.removeprefix("s3://"), S3Options())
    return LocalStore(Path(name))


if __name__ == "__main__":
    opened = open_named(sys.argv[1])
    for _ in range(int(sys.argv[2])):
        increment(opened)
