"""A service that is killed around each request of an upload: another one shows the old state or the new one, whole."""

from __future__ import annotations

import contextlib
import itertools
from pathlib import Path

import pytest
import requests

from s3pypi_setuptools.server.options import ServiceOptions
from tests.crashes.plans import Around, numbered
from tests.crashes.promises import Contents, wrong_after_kill, wrong_in_the_end
from tests.crashes.storage import BucketStorage
from tests.server.conftest import Client, Place, running
from tests.server.test_uploading import listed, upload
from tests.support import samples
from tests.support.fault_proxy import FaultProxy, no_fault
from tests.support.forked_programs import ForkedPrograms, Running
from tests.support.markers import case
from tests.support.programs import wait_until
from tests.support.servers import S3Server, free_port

FEW = ((4, True), (6, False))
"""Points that are always tried; the slow run tries all."""


@pytest.fixture
def bucket(ministack: S3Server) -> BucketStorage:
    return BucketStorage(ministack)


def place_in(bucket: BucketStorage, name: str) -> Place:
    return Place(bucket.target(name), bucket.server.settings)


def started(cli: ForkedPrograms, folder: Path, target: str, environ: dict[str, str]) -> tuple[Running, Client]:
    """A service of its own process, which answers."""
    port = free_port()
    process = cli.start("s3pypi", "serve", target, "--port", str(port), cwd=folder, environ=environ)
    client = Client(f"http://127.0.0.1:{port}")

    def answers() -> bool:
        with contextlib.suppress(requests.ConnectionError):
            return client.get("/-/health").ok
        return False

    wait_until(answers)
    return process, client


class Case:
    """Repositories of one bucket that are copied, uploaded to and looked at."""

    def __init__(self, bucket: BucketStorage, cli: ForkedPrograms, proxy: FaultProxy, folder: Path) -> None:
        self.bucket, self.cli, self.proxy, self.folder = bucket, cli, proxy, folder
        self.new = samples.wheel(folder / "new", version="1.1")
        place_in(bucket, "template").open().publish(samples.wheel(folder), samples.wheel(folder, name="other"))
        self.before = self.contents("template")
        bucket.copy("template", "clean")
        place_in(bucket, "clean").open().publish(self.new)
        self.after = self.contents("clean")
        assert self.before != self.after

    def contents(self, name: str) -> Contents:
        return Contents.read(self.bucket.reader(name))

    def kill(self, number: int, *, after: bool) -> bool:
        """Upload to a service that is killed there; whether it came to that request."""
        name = f"case-{number}-{after}"
        self.bucket.copy("template", name)
        environ = self.bucket.environment(self.proxy.url)
        process, client = started(self.cli, self.folder, self.bucket.target(name), environ)
        plan = Around(numbered(number), after=after)
        self.proxy.take()
        self.proxy.fault = plan
        plan.aim(process.pid)
        try:
            answer = upload(client, self.new)
        except requests.ConnectionError:
            answer = None
        plan.settle()
        self.proxy.fault = no_fault
        if not plan.reached:
            assert answer is not None
            assert answer.status_code == 200
            with plan.changed:
                plan.kill()
        assert process.wait().killed
        point = f"killed {plan.point}, answered {answer}"
        now = self.contents(name)
        assert [*wrong_after_kill(self.before, self.after, now)] == [], point
        if answer is not None and answer.status_code == 200:
            assert now.listed == self.after.listed, point
        with running(place_in(self.bucket, name), ServiceOptions(anonymous_read=True, anonymous_upload=True)) as url:
            other = Client(url)
            assert listed(other) == now.listed["demo"], point
            assert upload(other, self.new).status_code == 200, point
            assert listed(other) == self.after.listed["demo"], point
        assert [*wrong_in_the_end(self.after, self.contents(name))] == [], point
        self.bucket.remove(name)
        return plan.reached


@pytest.mark.parametrize("everywhere", [False, case(True, slow=True)])
def test_a_service_that_is_killed_during_an_upload_loses_nothing(
    bucket: BucketStorage, cli: ForkedPrograms, tmp_path: Path, everywhere: bool
) -> None:
    with FaultProxy(bucket.server.endpoint_url) as proxy:
        scenario = Case(bucket, cli, proxy, tmp_path)
        if not everywhere:
            assert all(scenario.kill(number, after=after) for number, after in FEW)
            return
        for after in (False, True):
            reached = next(number for number in itertools.count() if not scenario.kill(number, after=after))
            assert reached > max(number for number, _ in FEW)
