"""Killed around every request to an S3 server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.crashes.runner import Runner, requests_of
from tests.crashes.scenarios import EVERYTHING, SCENARIOS
from tests.crashes.storage import BucketStorage
from tests.support.fault_proxy import FaultProxy
from tests.support.forked_programs import ForkedPrograms
from tests.support.servers import S3Server

pytestmark = pytest.mark.slow

CHOSEN = tuple(SCENARIOS) if EVERYTHING else ("replace", "delete", "new-project")


if EVERYTHING:

    @pytest.fixture
    def server(s3_server: S3Server) -> S3Server:
        return s3_server

else:

    @pytest.fixture
    def server(ministack: S3Server) -> S3Server:
        return ministack


@pytest.fixture
def bucket(server: S3Server) -> Iterator[BucketStorage]:
    bucket = BucketStorage(server)
    yield bucket
    bucket.close()


@pytest.mark.parametrize("name", CHOSEN)
def test_killed_at_any_request(
    name: str, bucket: BucketStorage, cli: ForkedPrograms, tmp_path: Path, judge: Callable[[Runner], None]
) -> None:
    runner = Runner(bucket, cli, SCENARIOS[name], tmp_path)
    with FaultProxy(bucket.server.endpoint_url) as proxy:
        requests_of(runner, bucket, proxy, cli, everything=EVERYTHING, seed=name)
    judge(runner)
