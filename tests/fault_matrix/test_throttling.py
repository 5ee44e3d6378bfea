"""A store that asks to slow down: once, for one request in five, or for good."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

from tests.fault_matrix.buckets import Bench, failing_at, role_of
from tests.fault_matrix.matrix import MAYBE, ROLES
from tests.fault_matrix.verbs import VERBS, WHEEL
from tests.support import samples
from tests.support.fault_proxy import Answer, Fault, FaultProxy, Passing
from tests.support.programs import assert_one_line

SLOW_DOWN = Answer(503, "SlowDown")
AS_EVER = "5"
PUBLISHERS = 10
VERSIONS = [f"3.{number}" for number in range(5)]


def test_any_request_that_is_throttled_once(bench: Bench) -> None:
    verb = VERBS["next"]

    def publish(role: str) -> None:
        prefix = bench.new_repository()
        fault = failing_at(role, prefix, SLOW_DOWN, times=1)
        done, sent = bench.through_proxy(fault, prefix, *verb.arguments, AWS_MAX_ATTEMPTS=AS_EVER)
        assert role in {*MAYBE, *(role_of(passing, prefix) for passing in sent)}
        assert (done.status, done.stderr) == (0, ""), role
        verb.check(bench.reader(prefix))

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(publish, ROLES["next"]))


def test_one_request_in_five_is_throttled_in_fifty_runs(bench: Bench) -> None:
    for version in VERSIONS:
        samples.wheel(bench.folder / "many", version=version)

    def publish(number: int) -> None:
        prefix, chance = bench.new_repository(), random.Random(number)

        def fault(passing: Passing) -> Fault | None:
            return SLOW_DOWN if chance.random() < 0.2 else None

        with FaultProxy(bench.server.endpoint_url, fault) as proxy:
            for version in VERSIONS:
                wheel = f"many/demo-{version}{WHEEL}"
                done = bench.run(prefix, wheel, endpoint=proxy.url, AWS_MAX_ATTEMPTS=AS_EVER)
                assert (done.status, done.stderr) == (0, "")
        wanted = {f"demo-{version}{WHEEL}" for version in ("1.0", "1.1", *VERSIONS)}
        assert bench.reader(prefix).installable().keys() == {*wanted, f"other-1.0{WHEEL}"}
        bench.reader(prefix).assert_consistent()

    with ThreadPoolExecutor(PUBLISHERS) as threads:
        list(threads.map(publish, range(PUBLISHERS)))


def test_a_store_that_throttles_for_good(bench: Bench) -> None:
    arguments = VERBS["next"].arguments
    done, _ = bench.through_proxy(lambda passing: SLOW_DOWN, bench.new_repository(), *arguments, AWS_MAX_ATTEMPTS="2")
    assert done.status == 1
    assert_one_line(done.stderr, bench.server.secret_key)
    assert "503 SlowDown; try again later" in done.stderr
