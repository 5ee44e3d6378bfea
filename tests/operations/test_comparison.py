"""Comparing a distribution with a listed file of other bytes: what ends it, and what is said then."""

from __future__ import annotations

import errno

import pytest

from s3pypi_setuptools.monitor import Cancelled, Journal, Monitor
from s3pypi_setuptools.operations.publish import comparison
from s3pypi_setuptools.operations.publish.publish import publish
from s3pypi_setuptools.repository.opening import OpenOptions
from s3pypi_setuptools.repository.repository import Repository
from tests.operations.conftest import World
from tests.support import samples


def test_a_full_disk_is_named(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.push(world.sdist())
    other = world.sdist(salt="x")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(comparison, "download", full)
    (report,) = world.push(other).files
    assert str(report.error) == f"{other}: cannot be compared with what is published: No space left on device"


@pytest.mark.parametrize("step", ["download", "equivalent"])
def test_an_interruption_ends_it(world: World, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """At each part that is downloaded, and at each member that is compared."""
    world.push(world.sdist())
    other = samples.read(world.sdist(salt="x"))
    journal, whole = Journal(), getattr(comparison, step)
    calls: list[int] = []

    def interrupted(*arguments: object) -> object:
        journal.stop()
        calls.append(1)
        return whole(*arguments)

    monkeypatch.setattr(comparison, step, interrupted)
    repository = Repository(world.store, world.layout, monitor=Monitor(observer=journal))
    try:
        with pytest.raises(Cancelled):
            publish(repository, [other])
    finally:
        repository.close()
    assert calls == [1]


@pytest.mark.parametrize(
    ("given", "recorded", "shown"),
    [
        (None, None, None),
        (None, "https://a.example/simple", "https://a.example/simple/"),
        ("https://b.example/", "https://a.example/simple", "https://b.example/"),
    ],
)
def test_the_report_names_the_index_for_installers(
    world: World, given: str | None, recorded: str | None, shown: str | None
) -> None:
    repository = Repository(world.store, world.layout, OpenOptions(public_url=recorded, index_url=given))
    try:
        report = publish(repository, [samples.read(world.wheel())])
    finally:
        repository.close()
    assert report.index_url == shown
