"""Publishers of one project in a time of their own: every request takes one tick, whatever the machine is doing."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from s3pypi_setuptools.index.model import File, Root
from s3pypi_setuptools.stores.base import Store
from s3pypi_setuptools.transaction import PATIENT
from tests.interleavings.commands import Command, Files
from tests.interleavings.oracle import PROJECTS
from tests.interleavings.runs import Run, play
from tests.interleavings.scheduling import Fault, Pending, Scheduler


@dataclass(frozen=True)
class Race:
    """What a race took.

    :param ticks: when each publisher ended.
    :param requests: how many each made.
    :param ends: what each ended with; None when all was well.
    :param listed: what the project's manifest lists at the end.
    :param roots: the root record and pages at the end.
    """

    ticks: dict[int, float]
    requests: dict[int, int]
    ends: dict[int, BaseException | None]
    listed: tuple[File, ...]
    roots: tuple[Root, ...]


def race(store: Store, files: Files, commands: Sequence[Command], *, tick: float, seed: int) -> Race:
    """Start ``commands`` together.

    :param tick: seconds that a request takes; they count for the pauses of `Backoff`.
    :param seed: of the pauses, and of the order of requests that happen at one time.
    """
    chance, scheduler, requests = random.Random(seed), Scheduler(), Counter[int]()
    projects = tuple(dict.fromkeys((*PROJECTS, *(name for command in commands for name in command.projects))))
    backoff = PATIENT._replace(sleep=lambda seconds: scheduler.sleep(seconds / tick), uniform=chance.uniform)
    run = Run(store, files, str(seed), projects, scheduler, backoff)

    def choose(waiting: Sequence[Pending]) -> tuple[Pending, str]:
        scheduler.now = min(pending.due for pending in waiting)
        pending = chance.choice([pending for pending in waiting if pending.due == scheduler.now])
        requests[int(pending.actor.name)] += 1
        return pending, Fault.NONE

    play(run, commands, choose)
    manifest = run.oracle.manifest("demo")
    return Race(
        {number: process.ticks for number, process in enumerate(run.processes)},
        requests,
        {number: None if process.end is True else process.end for number, process in enumerate(run.processes)},
        manifest.project.files if manifest else (),
        tuple(run.oracle.roots()),
    )
