from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .forked import Programs, programs
from .verbs import BASE, make_distributions


@pytest.fixture(scope="session")
def cli() -> Iterator[Programs]:
    with programs() as running:
        yield running


@pytest.fixture
def place(tmp_path: Path, cli: Programs, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with distributions, and the repository ``repo``, which lists those of `BASE`."""
    make_distributions(tmp_path)
    monkeypatch.setenv("S3PYPI_TARGET", "./repo")
    assert cli.run("s3pypi", *BASE, cwd=tmp_path).status == 0
    return tmp_path
