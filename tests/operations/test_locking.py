"""Verbs under a lock table, on a store that ignores conditions."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from s3pypi_setuptools.errors import AccessDenied, LockError
from s3pypi_setuptools.locks.base import ROOT, lock_id
from s3pypi_setuptools.locks.leases import LEASE, TIMEOUT, LeasedLocks
from s3pypi_setuptools.operations.delete import delete
from s3pypi_setuptools.operations.file_selector import FileSelector
from s3pypi_setuptools.operations.publish.publish import publish
from s3pypi_setuptools.operations.yank import yank
from s3pypi_setuptools.repository.change import Decision
from s3pypi_setuptools.repository.manifest import Manifest
from s3pypi_setuptools.repository.opening import OpenOptions
from s3pypi_setuptools.repository.page_kind import PageKind
from s3pypi_setuptools.repository.repository import Repository
from s3pypi_setuptools.stores.base import Store
from tests.operations.conftest import World
from tests.support import samples
from tests.support.lock_tables import LockTable
from tests.support.store_doubles import CarelessStore, FaultyStore, Request


@pytest.fixture
def careless(tmp_path: Path) -> World:
    return World(tmp_path, CarelessStore(content_tokens=True))


@contextmanager
def publisher(
    world: World, locks: LockTable, lease: float = LEASE, timeout: float = TIMEOUT, store: Store | None = None
) -> Iterator[Repository]:
    """The repository, as a process of its own would open it."""
    table, opening = LeasedLocks(locks.table, lease=lease, timeout=timeout), OpenOptions(locked=True)
    with closing(Repository(store or world.store, world.layout, opening, locks=table)) as repository:
        yield repository


def push(world: World, locks: LockTable, *paths: Path) -> None:
    with publisher(world, locks) as repository:
        assert publish(repository, [samples.read(path) for path in paths]).ok


def test_publishers_at_once_lose_nothing_and_all_pages_agree(careless: World, locks: LockTable) -> None:
    wheels = [careless.wheel(f"{number}.0") for number in range(16)]
    others = [careless.wheel(name=f"other-{number}") for number in range(16)]

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda pair: push(careless, locks, *pair), zip(wheels, others, strict=True)))

    assert set(careless.listed()) == {wheel.name for wheel in wheels}
    assert set(careless.projects()) == {"demo", *(f"other-{number}" for number in range(16))}
    assert locks.items() == []


def test_all_verbs_at_once(careless: World, locks: LockTable) -> None:
    wheels = {version: careless.wheel(version) for version in ("1.0", "2.0", "3.0", "4.0", "5.0")}
    push(careless, locks, wheels["1.0"], wheels["2.0"], wheels["3.0"])

    def work(number: int) -> None:
        with publisher(careless, locks) as repository:
            match number:
                case 0 | 1:
                    path = wheels[f"{4 + number}.0"]
                    assert publish(repository, [samples.read(path)]).ok
                case 2:
                    delete(repository, "demo", FileSelector("1.0"))
                case 3:
                    yank(repository, "demo", FileSelector("2.0"), reason="old")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))

    [page, *_] = careless.pages()
    assert {file.filename.split("-")[1]: file.yanked for file in page.files} == {
        "2.0": "old", "3.0": None, "4.0": None, "5.0": None,
    }  # fmt: skip
    careless.listed()


def test_who_has_lost_the_lock_commits_nothing(careless: World, locks: LockTable) -> None:
    push(careless, locks, careless.wheel())
    before = careless.store.get(careless.layout.manifest("demo"))

    def late(manifest: Manifest) -> Decision[None]:
        locks.client.delete_item(TableName=locks.name, Key={"LockID": {"S": lock_id("demo")}})
        names = [file.filename for file in manifest.project.files]
        return Decision(replace(manifest, project=manifest.project.without_files(names)), None)

    with publisher(careless, locks) as repository, pytest.raises(LockError, match="the lock was lost"):
        repository.change("demo", late)

    assert careless.store.get(careless.layout.manifest("demo")) == before


def test_a_lost_lock_on_the_list_of_projects_is_waited_for_by_all_together(
    careless: World, locks: LockTable, caplog: pytest.LogCaptureFixture
) -> None:
    push(careless, locks, careless.wheel())
    locks.put(ROOT)
    wheels = [samples.read(careless.wheel(name=f"other-{number}")) for number in range(8)]

    with publisher(careless, locks, timeout=1) as repository:
        report = publish(repository, wheels)

    assert all("the list of projects: is locked by ci@agent-7" in str(file.error) for file in report.files)
    waited = [record for record in caplog.records if "waiting up to 1 s" in record.getMessage()]
    assert len(waited) <= 2, "those that came while one waited already wait once more, all together"


def test_the_lock_is_held_until_blank_pages_are_written(careless: World, locks: LockTable) -> None:
    push(careless, locks, careless.wheel(name="first"))
    refused = threading.Event()

    def before(request: Request) -> None:
        if request.verb == "put" and request.key == careless.layout.page(PageKind.JSON, "demo"):
            assert refused.wait(300)
            time.sleep(1)
        elif request.verb == "put" and request.key == careless.layout.project_list:
            refused.set()
            raise AccessDenied(request.key, "planned")

    with publisher(careless, locks, store=FaultyStore(careless.store, before)) as repository:
        assert not publish(repository, [samples.read(careless.wheel())]).ok
        push(careless, locks, wheel := careless.wheel("2.0"))

    assert set(careless.listed()) == {wheel.name}
