"""A connection on which no answer comes, at any request: the second one is tried, and after that it is over."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from s3pypi_setuptools.errors import Error
from s3pypi_setuptools.repository.layout import Layout
from s3pypi_setuptools.stores.s3.client import Patience, S3Options
from s3pypi_setuptools.stores.s3.store import S3Store
from tests.fault_matrix.buckets import Bench, failing_at, role_of
from tests.fault_matrix.matrix import MAYBE, ROLES
from tests.fault_matrix.verbs import VERBS, WHEEL
from tests.operations.conftest import World
from tests.support.fault_proxy import FaultProxy, Stall

BRIEF = Patience(connect=5, answer=4, long_answer=6)
PARTS = ("CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload")
CASES = [*(("next", role) for role in ROLES["next"]), *(("large", f"{part} distribution") for part in PARTS)]


def proxied(bench: Bench, url: str) -> S3Store:
    connection = replace(bench.server.connection, endpoint_url=url)
    return S3Store(bench.bucket, S3Options(connection, patience=BRIEF))


def attempt(world: World, wheel: Path) -> str:
    """Publish; what failed, empty when nothing did."""
    try:
        return "; ".join(str(file.error) for file in world.push(wheel).files if file.error)
    except Error as error:
        return str(error)


@pytest.mark.parametrize("times", [1, float("inf")], ids=["once", "always"])
def test_any_request_that_stalls(times: float, bench: Bench, tmp_path: Path) -> None:
    def publish(case: tuple[str, str]) -> tuple[tuple[str, str], str]:
        verb, role = VERBS[case[0]], case[1]
        prefix = bench.new_repository()
        wheel = bench.folder / verb.arguments[0]
        with FaultProxy(bench.server.endpoint_url, failing_at(role, prefix, Stall(60), times)) as proxy:
            world = World(tmp_path, proxied(bench, proxy.url), Layout(prefix))
            said = attempt(world, wheel)
        assert role in {*MAYBE, *(role_of(passing, prefix) for passing in proxy.take())}
        assert bench.listed.keys() <= bench.reader(prefix).installable().keys()
        again = World(tmp_path, proxied(bench, bench.server.endpoint_url), Layout(prefix))
        assert attempt(again, wheel) == ""
        assert f"demo-2.0{WHEEL}" in bench.reader(prefix).installable()
        bench.reader(prefix).assert_consistent()
        return case, said

    with ThreadPoolExecutor(8) as threads:
        results = dict(threads.map(publish, CASES))

    if times == 1:
        assert set(results.values()) == {""}
    else:
        for (_, role), said in results.items():
            assert "did not answer in time" in said or (role in MAYBE and not said), (role, said)
