"""Operations, each in a process of its own as far as the store can tell, and what other tools do to a repository."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from s3pypi_setuptools.monitor import UNMONITORED, Monitor, Observer, Stage
from s3pypi_setuptools.operations.delete import DeleteReport, delete
from s3pypi_setuptools.operations.file_selector import FileSelector
from s3pypi_setuptools.operations.prune import prune
from s3pypi_setuptools.operations.prune_plan import PruneReport
from s3pypi_setuptools.operations.reindex.reindex import ReindexReport, reindex
from s3pypi_setuptools.operations.transfer.import_repository import import_repository
from s3pypi_setuptools.operations.transfer.transfer import ImportReport
from s3pypi_setuptools.operations.verify.verify import VerifyReport, verify
from s3pypi_setuptools.repository.repository import Repository
from s3pypi_setuptools.repository.workspace import Clock
from s3pypi_setuptools.stores.base import Attributes, Store
from s3pypi_setuptools.transaction import Backoff
from tests.operations.conftest import World
from tests.support.store_doubles import completes, kill_at

T = TypeVar("T")

ONE = FileSelector("1.0")
WHOLE = FileSelector()
DAY = timedelta(days=1)
LISTING = "<!DOCTYPE html>\n<html><body>\n{links}\n</body></html>\n"


class Watching(Observer):
    """Remembers which names have reached all pages."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def on_stage(self, stage: Stage, project: str, names: Iterable[str]) -> None:
        if stage is Stage.PUBLISHED:
            self.done += [f"{project}/{name}" for name in names]


def opened(world: World, store: Store | None = None, *, reading: bool = False) -> AbstractContextManager[Repository]:
    """The repository, which must exist."""
    return world.opened(store, reading=reading, existing=True)


def deleted(
    world: World, wanted: FileSelector = ONE, project: str = "demo", store: Store | None = None
) -> DeleteReport:
    with opened(world, store) as repository:
        return delete(repository, project, wanted)


def imported(world: World, store: Store | None = None, *projects: str, dry_run: bool = False) -> ImportReport:
    """Import in place."""
    with world.opened(store, reading=dry_run) as repository:
        return import_repository(repository, repository, projects=projects)


def mirrored(source: World, target: World, store: Store | None = None) -> ImportReport:
    with source.opened(reading=True) as origin, target.opened(store) as destination:
        return import_repository(origin, destination)


def run_later(
    operation: Callable[..., T],
    world: World,
    *arguments: object,
    store: Store | None,
    later: timedelta,
    dry_run: bool = False,
    monitor: Monitor = UNMONITORED,
    **options: Any,
) -> T:
    """The operation, ``later`` than now, in a process that does not wait."""
    backoff = Backoff(sleep=lambda seconds: None)
    clock = Clock(now=lambda: datetime.now(timezone.utc) + later, backoff=backoff)
    with world.opened(store, reading=dry_run, clock=clock, monitor=monitor) as repository:
        return operation(repository, *arguments, **options)


def verified(
    world: World, *projects: str, store: Store | None = None, later: timedelta = DAY, **options: Any
) -> VerifyReport:
    return run_later(verify, world, projects, store=store, later=later, dry_run=True, **options)


def problems(world: World, *projects: str, **options: Any) -> list[tuple[str, str]]:
    """(problem, key below the prefix) of each finding."""
    findings = verified(world, *projects, **options).findings
    return [(finding.problem.value, finding.key.removeprefix("team/")) for finding in findings]


def reindexed(
    world: World, *projects: str, store: Store | None = None, later: timedelta = DAY, **options: Any
) -> ReindexReport:
    return run_later(reindex, world, projects, store=store, later=later, **options)


def pruned(
    world: World, *patterns: str, store: Store | None = None, later: timedelta = 2 * DAY, **options: Any
) -> PruneReport:
    return run_later(prune, world, patterns, store=store, later=later, **options)


def objects(world: World, project: str = "demo") -> set[str]:
    """The files, and what lies beside them, in the project's folder."""
    return {key for key in world.stored() if key.startswith(f"team/{project}/demo-")}


def state(world: World) -> dict[str, str]:
    """Every key and its token."""
    return {info.key: info.token for info in world.store.list("")}


def outcomes(report: ImportReport) -> dict[tuple[str, str], str]:
    return {(file.project, file.filename): file.outcome.value for file in report.files}


def drop_in(world: World, path: Path, folder: str = "demo") -> str:
    """What `cp` or another tool does; the file's name."""
    world.store.put(f"team/{folder}/{path.name}", path.read_bytes(), Attributes())
    return path.name


def foreign(world: World, folder: str, *paths: Path, links: str | None = None) -> None:
    """What another tool stores: files, and a page that links to them."""
    for path in paths:
        world.put(f"team/{folder}/{path.name}", path.read_bytes(), "application/octet-stream")
    lines = links or "\n".join(f'<a href="{path.name}">{path.name}</a><br>' for path in paths)
    world.put(f"team/{folder}/index.html", LISTING.format(links=lines).encode())


def old(world: World) -> None:
    """A repository as ilabs.s3util leaves it: no hashes, no root; sdists with a hyphen in the wrong folder."""
    foreign(world, "demo", world.wheel(), world.sdist())
    stray = hyphenated(world, "my-pkg")
    foreign(world, "my", stray)
    foreign(world, "my-pkg", world.wheel(name="my-pkg"))


def hyphenated(world: World, name: str, version: str = "1.0") -> Path:
    """An sdist named as older setuptools names it."""
    made = world.sdist(version, name=name)
    return made.rename(made.with_name(f"{name}-{version}.tar.gz"))


def killed_at_every_request(
    make: Callable[[int], tuple[World, Callable[[Store], object]]], when: str
) -> Iterator[tuple[int, World]]:
    """A world each, in which the operation died ``when`` (before, after) its request of that number."""
    for number in itertools.count():
        world, operation = make(number)
        store = kill_at(world.store, number, when)
        over = completes(partial(operation, store))
        yield number, world
        if over and len(store.requests) <= number:
            assert number > 5
            return
