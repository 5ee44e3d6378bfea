"""Verbs under a lock table, on a store that ignores conditions."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from s3pypi_setuptools.errors import LockError
from s3pypi_setuptools.operations.delete import delete
from s3pypi_setuptools.operations.publish import publish
from s3pypi_setuptools.operations.wanted import Wanted
from s3pypi_setuptools.operations.yank import yank
from s3pypi_setuptools.progress import Silent
from s3pypi_setuptools.repository.change import Decision
from s3pypi_setuptools.repository.manifest import Manifest
from s3pypi_setuptools.repository.opening import Opening
from s3pypi_setuptools.repository.repository import Repository
from s3pypi_setuptools.stores.leases import LEASE, LeasedLocks
from s3pypi_setuptools.stores.locks import lock_id
from tests import samples

from ..faults import CarelessStore
from ..lock_tables import LockTable
from .conftest import World


@pytest.fixture
def careless(tmp_path: Path) -> World:
    return World(tmp_path, CarelessStore(content_tokens=True))


@contextmanager
def publisher(world: World, locks: LockTable, lease: float = LEASE) -> Iterator[Repository]:
    """The repository, as a process of its own would open it."""
    table = LeasedLocks(locks.table, lease=lease)
    with closing(Repository(world.store, world.layout, Opening(locked=True), locks=table)) as repository:
        yield repository


def push(world: World, locks: LockTable, *paths: Path) -> None:
    with publisher(world, locks) as repository:
        assert publish(repository, [samples.read(path) for path in paths], progress=Silent()).ok


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
                    assert publish(repository, [samples.read(path)], progress=Silent()).ok
                case 2:
                    delete(repository, "demo", Wanted("1.0"))
                case 3:
                    yank(repository, "demo", Wanted("2.0"), reason="old")

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
        time.sleep(0.4)  # long enough to ask again
        names = [file.filename for file in manifest.project.files]
        return Decision(replace(manifest, project=manifest.project.without_files(names)), None)

    with publisher(careless, locks, lease=1.5) as repository, pytest.raises(LockError, match="the lock was lost"):
        repository.change("demo", late)

    assert careless.store.get(careless.layout.manifest("demo")) == before
