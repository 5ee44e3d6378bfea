"""A host of the Python code, without handlers of its own for signals: publishes listed files again, slowly."""

from __future__ import annotations

import os
import sys
import time
from contextlib import closing
from pathlib import Path

from s3pypi_setuptools.operations.publish.publish import publish
from s3pypi_setuptools.repository.layout import Layout
from s3pypi_setuptools.repository.repository import Repository
from s3pypi_setuptools.stores.memory import MemoryStore
from tests.support import samples
from tests.support.store_doubles import FaultyStore, Request


def slowly(request: Request) -> None:
    if request.verb == "put_file":
        time.sleep(1)
        os.write(1, b"stored\n")  # in one piece, as several threads write


def main(folder: Path) -> None:
    distributions = [samples.read(samples.wheel(folder, version=f"1.{number}")) for number in range(200)]
    store = MemoryStore()
    for each in (store, FaultyStore(store, slowly)):
        with closing(Repository(each, Layout(""))) as repository:
            publish(repository, distributions)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
