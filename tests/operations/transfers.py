"""Verbs between repositories, each run as a process of its own."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

from s3pypi_setuptools.monitor import Progress
from s3pypi_setuptools.operations.transfer.import_repository import import_repository
from s3pypi_setuptools.operations.transfer.report import ImportReport
from s3pypi_setuptools.repository.repository import Repository
from s3pypi_setuptools.stores.base import Store
from tests.operations.conftest import World
from tests.support.store_doubles import completes, kill_at

LISTING = "<!DOCTYPE html>\n<html><body>\n{links}\n</body></html>\n"


def opened(world: World, store: Store | None = None, *, reading: bool = False) -> AbstractContextManager[Repository]:
    """The repository, made if need be."""
    return world.opened(store, reading=reading)


def imported(world: World, store: Store | None = None, *projects: str, dry_run: bool = False) -> ImportReport:
    """Import in place."""
    with opened(world, store, reading=dry_run) as repository:
        return import_repository(repository, repository, projects=projects, dry_run=dry_run, progress=Progress())


def mirrored(source: World, target: World, store: Store | None = None) -> ImportReport:
    with opened(source, reading=True) as origin, opened(target, store) as destination:
        return import_repository(origin, destination, progress=Progress())


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


def outcomes(report: ImportReport) -> dict[tuple[str, str], str]:
    return {(file.project, file.filename): file.outcome.value for file in report.files}


def killed_at_every_request(
    make: Callable[[int], tuple[World, Callable[[Store], object]]], when: str
) -> Iterator[tuple[int, World]]:
    """A world each, in which the verb died ``when`` (before, after) its request of that number."""
    for number in itertools.count():
        world, verb = make(number)

        store = kill_at(world.store, number, when)
        over = completes(partial(verb, store))
        yield number, world
        if over and len(store.requests) <= number:
            assert number > 5
            return
