"""A folder of distributions, and a bucket to publish them into."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.interruptions.publishing import Publishing
from tests.support import samples
from tests.support.servers import S3Server


@pytest.fixture
def project(tmp_path: Path) -> Path:
    samples.wheel(tmp_path / "dist")
    samples.sdist(tmp_path / "dist")
    return tmp_path


@pytest.fixture
def publishing(ministack: S3Server, project: Path) -> Publishing:
    return Publishing(ministack, ministack.new_bucket(), project)


@pytest.fixture
def on_each_server(s3_server: S3Server, s3_bucket: str, project: Path) -> Publishing:
    return Publishing(s3_server, s3_bucket, project)
