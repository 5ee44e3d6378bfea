"""Killed around every request to an S3 server."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crashes.runner import Runner, kill_at_requests
from tests.crashes.scenarios import EVERYTHING, SCENARIOS
from tests.crashes.storage import BucketStorage
from tests.support.fault_proxy import FaultProxy
from tests.support.forked_programs import ForkedPrograms
from tests.support.servers import S3Server

pytestmark = pytest.mark.slow

CHOSEN = tuple(SCENARIOS) if EVERYTHING else ("replace", "delete", "new-project")


if EVERYTHING:

    @pytest.fixture
    def bucket(s3_server: S3Server) -> BucketStorage:
        return BucketStorage(s3_server)

else:

    @pytest.fixture
    def bucket(ministack: S3Server) -> BucketStorage:
        return BucketStorage(ministack)


@pytest.mark.parametrize("name", CHOSEN)
def test_killed_at_any_request(name: str, bucket: BucketStorage, cli: ForkedPrograms, tmp_path: Path) -> None:
    runner = Runner(bucket, cli, SCENARIOS[name], tmp_path)
    with FaultProxy(bucket.server.endpoint_url) as proxy:
        kill_at_requests(runner, bucket, proxy, cli, everything=EVERYTHING, seed=name)
    runner.judge()
