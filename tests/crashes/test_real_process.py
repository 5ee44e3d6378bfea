"""That a fork is no illusion: a Python of its own is killed likewise."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from tests.crashes.plans import Plan, named
from tests.crashes.runner import Runner
from tests.crashes.scenarios import SCENARIOS
from tests.crashes.storage import BucketStorage
from tests.support.fault_proxy import FaultProxy, Passing, no_fault
from tests.support.forked_programs import ForkedPrograms
from tests.support.programs import Ended, command, finish, start
from tests.support.servers import S3Server


@pytest.fixture
def bucket(ministack: S3Server) -> Iterator[BucketStorage]:
    bucket = BucketStorage(ministack)
    yield bucket
    bucket.close()


class AtWrite(Plan):
    """Killed around the request that writes the key with that end."""

    def __init__(self, end: str, *, after: bool) -> None:
        super().__init__()
        self._end = end
        self._after_it = after

    def arrives(self, passing: Passing) -> None:
        self._at(passing, after=False)

    def answered(self, passing: Passing) -> None:
        self._at(passing, after=True)

    def _at(self, passing: Passing, *, after: bool) -> None:
        if passing.method == "PUT" and passing.key.endswith(self._end) and after == self._after_it:
            self.reached = True
            self.point = f"{'after' if after else 'before'} {named(passing)}"
            self.kill()


def test_a_python_of_its_own(
    bucket: BucketStorage, cli: ForkedPrograms, tmp_path: Path, judge: Callable[[Runner], None]
) -> None:
    runner = Runner(bucket, cli, SCENARIOS["replace"], tmp_path)

    def around(plan: Plan) -> Callable[[Sequence[str]], tuple[Ended, str | None]]:
        def kill(arguments: Sequence[str]) -> tuple[Ended, str | None]:
            proxy.fault = plan
            process = start([*command(), *arguments], cwd=tmp_path, environ=bucket.environment(proxy.url))
            plan.aim(process.pid)
            ended = finish(process)
            plan.settle()
            proxy.fault = no_fault
            return ended, plan.point if plan.reached else None

        return kill

    with FaultProxy(bucket.server.endpoint_url) as proxy:
        for end, after in [(".tar.gz", True), ("/manifest.json", False), ("/manifest.json", True), ("/", True)]:
            assert runner.kill(around(AtWrite(end, after=after)))
    judge(runner)
    assert runner.cases == 4
