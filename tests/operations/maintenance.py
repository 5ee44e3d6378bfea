"""The verbs that keep a repository in order, each run as a process of its own."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from s3pypi_setuptools.monitor import Observer, Stage
from s3pypi_setuptools.operations.prune import prune
from s3pypi_setuptools.operations.prune_plan import PruneReport
from s3pypi_setuptools.operations.reindex.reindex import reindex
from s3pypi_setuptools.operations.reindex.report import ReindexReport
from s3pypi_setuptools.operations.verify.verify import VerifyReport, verify
from s3pypi_setuptools.repository.repository import Repository
from s3pypi_setuptools.repository.workspace import Clock
from s3pypi_setuptools.stores.base import Attributes, Store
from s3pypi_setuptools.transaction import Backoff
from tests.operations.conftest import World

DAY = timedelta(days=1)


class Watching(Observer):
    """Remembers which names have reached all pages."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def on_stage(self, stage: Stage, project: str, names: Iterable[str]) -> None:
        if stage is Stage.PUBLISHED:
            self.done += [f"{project}/{name}" for name in names]


def opened(
    world: World, store: Store | None, later: timedelta, dry_run: bool = False
) -> AbstractContextManager[Repository]:
    """The repository, ``later`` than now, as a process sees it that does not wait."""
    clock = Clock(now=lambda: datetime.now(timezone.utc) + later)
    return world.opened(store, reading=dry_run, clock=clock, backoff=Backoff(sleep=lambda seconds: None))


def verified(
    world: World, *projects: str, store: Store | None = None, later: timedelta = DAY, **options: Any
) -> VerifyReport:
    with opened(world, store, later, dry_run=True) as repository:
        return verify(repository, projects, **options)


def problems(world: World, *projects: str, **options: Any) -> list[tuple[str, str]]:
    """(problem, key below the prefix) of each finding."""
    findings = verified(world, *projects, **options).findings
    return [(finding.problem.value, finding.key.removeprefix("team/")) for finding in findings]


def reindexed(
    world: World, *projects: str, store: Store | None = None, later: timedelta = DAY, **options: Any
) -> ReindexReport:
    with opened(world, store, later) as repository:
        return reindex(repository, projects, **options)


def pruned(
    world: World, *patterns: str, store: Store | None = None, later: timedelta = 2 * DAY, **options: Any
) -> PruneReport:
    with opened(world, store, later) as repository:
        return prune(repository, patterns, **options)


def state(world: World) -> dict[str, str]:
    """Every key and its token."""
    return {info.key: info.token for info in world.store.list("")}


def drop_in(world: World, path: Path, folder: str = "demo") -> str:
    """What `cp` or another tool does; the file's name."""
    world.store.put(f"team/{folder}/{path.name}", path.read_bytes(), Attributes())
    return path.name
