from __future__ import annotations

from pathlib import Path

import pytest

from tests.fault_matrix.buckets import Bench
from tests.fault_matrix.verbs import BASE, VERBS, make_distributions
from tests.support.forked_programs import ForkedPrograms
from tests.support.servers import S3Server


@pytest.fixture
def place(tmp_path: Path, cli: ForkedPrograms, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with distributions, and the repository ``repo``, which lists those of `BASE`."""
    make_distributions(tmp_path)
    monkeypatch.setenv("S3PYPI_TARGET", "./repo")
    assert cli.run("s3pypi", *BASE, cwd=tmp_path).status == 0
    return tmp_path


@pytest.fixture(scope="session")
def bench(ministack: S3Server, cli: ForkedPrograms, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """With distributions, and a repository at ``source`` that lists demo 2.0."""
    folder = tmp_path_factory.mktemp("distributions")
    make_distributions(folder, large=True)
    bench = Bench(ministack, cli, folder)
    bench.put_all("source", bench.base)
    assert bench.run("source", *VERBS["next"].arguments).status == 0
    return bench
