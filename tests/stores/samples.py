"""What tests of stores put into them."""

from __future__ import annotations

from pathlib import Path

from s3pypi_setuptools.distribution.local_file import LocalFile
from s3pypi_setuptools.stores.base import Attributes

PLAIN = Attributes("text/plain")


def make_file(folder: Path, data: bytes, name: str = "file.whl") -> LocalFile:
    path = folder / name
    path.write_bytes(data)
    return LocalFile.read(path, allow_empty=True)
