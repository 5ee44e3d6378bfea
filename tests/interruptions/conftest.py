"""A folder of distributions, and a bucket to publish them into."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.interruptions.publishing import Publishing
from tests.interruptions.stored import Stored
from tests.support import samples
from tests.support.servers import S3Server


@pytest.fixture
def project(tmp_path: Path) -> Path:
    samples.wheel(tmp_path / "dist")
    samples.sdist(tmp_path / "dist")
    return tmp_path


@pytest.fixture
def store_of() -> Iterator[Callable[[Publishing], Stored]]:
    """What a run stored."""
    opened: list[Stored] = []

    def open_store(publishing: Publishing) -> Stored:
        opened.append(Stored(publishing.server, publishing.bucket))
        return opened[-1]

    yield open_store
    for each in opened:
        each.close()


@pytest.fixture
def publishing(ministack: S3Server, project: Path) -> Publishing:
    return Publishing(ministack, ministack.new_bucket(), project)


@pytest.fixture
def on_each_server(s3_server: S3Server, s3_bucket: str, project: Path) -> Publishing:
    return Publishing(s3_server, s3_bucket, project)
