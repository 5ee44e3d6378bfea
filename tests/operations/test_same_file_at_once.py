"""Two jobs publish the same new file at once: the report of each says what it found."""

from __future__ import annotations

import threading

import pytest

from s3pypi_setuptools.config.choices import IfExists
from s3pypi_setuptools.operations.publish.report import FileReport, Outcome
from tests.operations.conftest import World
from tests.support.store_doubles import FaultyStore, Request

MANIFEST = "team/demo/manifest.json"


@pytest.mark.parametrize("new_project", [True, False])
@pytest.mark.parametrize(
    ("policy", "outcome"),
    [
        (IfExists.SAME, Outcome.PRESENT),
        (IfExists.SKIP, Outcome.SKIPPED),
        (IfExists.REPLACE, Outcome.PRESENT),
        (IfExists.FAIL, Outcome.FAILED),
    ],
)
def test_the_other_job_commits_first(world: World, new_project: bool, policy: IfExists, outcome: Outcome) -> None:
    wheel = world.wheel("2.0")
    if not new_project:
        world.push(world.wheel("1.0"))
    others: list[FileReport] = []

    def commit(request: Request) -> None:
        if request.verb == "put" and request.key == MANIFEST and not others:
            others.extend(world.push(wheel).files)

    (report,) = world.push(wheel, store=FaultyStore(world.store, before=commit), if_exists=policy).files

    assert [(each.outcome, each.note) for each in others] == [(Outcome.PUBLISHED, None)]
    assert (report.outcome, report.note) == (outcome, None)
    assert wheel.name in world.listed()


def test_the_other_job_commits_before_the_manifest_is_read(world: World) -> None:
    wheel = world.wheel("2.0")
    world.push(world.wheel("1.0"))
    stored, others = threading.Event(), list[FileReport]()

    def after(request: Request) -> None:
        if request.key.endswith(".metadata"):
            stored.set()

    def before(request: Request) -> None:
        if request.verb == "get" and request.key == MANIFEST and not others:
            assert stored.wait(60)
            others.extend(world.push(wheel).files)

    (report,) = world.push(wheel, store=FaultyStore(world.store, before, after)).files

    assert [(each.outcome, each.note) for each in others] == [(Outcome.PUBLISHED, None)]
    assert (report.outcome, report.note) == (Outcome.PRESENT, None)
