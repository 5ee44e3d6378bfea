"""That a fork is no illusion: a Python of its own is killed likewise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from tests.crashes.plans import Around
from tests.crashes.runner import Runner, killed_by
from tests.crashes.scenarios import SCENARIOS
from tests.crashes.storage import BucketStorage
from tests.support.fault_proxy import FaultProxy, Passing
from tests.support.forked_programs import ForkedPrograms
from tests.support.programs import Ended, command, finish, start
from tests.support.servers import S3Server


def writes(end: str) -> Callable[[Passing], bool]:
    """Matches the request that writes the key with that end."""
    return lambda passing: passing.method == "PUT" and passing.key.endswith(end)


def test_a_python_of_its_own(ministack: S3Server, cli: ForkedPrograms, tmp_path: Path) -> None:
    bucket = BucketStorage(ministack)
    runner = Runner(bucket, cli, SCENARIOS["replace"], tmp_path)

    def started(arguments: Sequence[str]) -> tuple[int, Callable[[], Ended]]:
        process = start([*command(), *arguments], cwd=tmp_path, environ=bucket.environment(proxy.url))
        return process.pid, lambda: finish(process)

    with FaultProxy(ministack.endpoint_url) as proxy:
        for end, after in [(".tar.gz", True), ("/manifest.json", False), ("/manifest.json", True), ("/", True)]:
            assert runner.kill(killed_by(Around(writes(end), after=after), proxy, started))
    runner.judge()
    assert runner.cases == 4
