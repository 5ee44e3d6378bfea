"""Publishers of one project in a time of their own: every request takes one tick, whatever the machine is doing."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from s3pypi_setuptools.index.model import File, Root
from s3pypi_setuptools.repository.opening import OpenOptions
from s3pypi_setuptools.repository.repository import Repository
from s3pypi_setuptools.repository.workspace import Clock
from s3pypi_setuptools.stores.base import Store
from s3pypi_setuptools.transaction import PATIENT, Backoff
from tests.interleavings.commands import Command, Files
from tests.interleavings.oracle import Oracle
from tests.interleavings.runs import LATER, LAYOUT
from tests.interleavings.scheduling import Pending, Scheduler, SchedulingStore
from tests.interleavings.strands import Actor

__all__ = ["Race", "race"]


@dataclass
class Race:
    """What a race took.

    :param ticks: when each publisher ended.
    :param requests: how many each made.
    :param ends: what each ended with; None when all was well.
    :param listed: what the project's manifest lists at the end.
    :param roots: the root record and pages at the end.
    """

    ticks: dict[int, float] = field(default_factory=dict)
    requests: dict[int, int] = field(default_factory=dict)
    ends: dict[int, BaseException | None] = field(default_factory=dict)
    listed: tuple[File, ...] = ()
    roots: tuple[Root, ...] = ()


def race(
    store: Store, files: Files, commands: Sequence[Command], *, tick: float, seed: int, backoff: Backoff = PATIENT
) -> Race:
    """Start ``commands`` together.

    :param tick: seconds that a request takes; they count for the pauses of `Backoff`.
    :param seed: of the pauses, and of the order of requests that happen at one time.
    """
    chance, result = random.Random(seed), Race()
    projects = tuple(dict.fromkeys(("demo", "other", *(name for command in commands for name in command.projects))))
    scheduler, oracle = Scheduler(), Oracle(LAYOUT, files, store.slash_keys is not False, projects)
    oracle.look(store)
    oracle.lenient = any(command.looks_at_root for command in commands)
    by_actor: dict[Actor, int] = {}

    def happened(pending: Pending) -> None:
        if pending.writes:
            oracle.wrote(pending.actor, commands[by_actor[pending.actor]], pending.key, pending.data)

    def begin(number: int, command: Command) -> None:
        actor = Actor(str(number))
        by_actor[actor] = number
        ids = random.Random(f"{seed} {number}")
        clock = Clock(now=lambda: LATER, new_id=lambda: f"{ids.getrandbits(128):032x}")
        patience = backoff._replace(sleep=lambda seconds: scheduler.sleep(seconds / tick), uniform=chance.uniform)
        view = SchedulingStore(store, scheduler, actor)

        def work() -> None:
            try:
                repository = Repository(view, LAYOUT, OpenOptions(), clock=clock, backoff=patience)
                try:
                    command.run(repository, files)
                finally:
                    repository.close()
                result.ends[number] = None
            except BaseException as error:
                result.ends[number] = error
            result.ticks[number] = scheduler.now

        scheduler.start(actor, work)

    scheduler.happened = happened
    with scheduler.strands.replacing():
        for number, command in enumerate(commands):
            begin(number, command)
        due: dict[int, float] = {}
        while scheduler.waiting or scheduler.sleeping:
            for pending in scheduler.waiting:
                due.setdefault(id(pending), scheduler.now + 1)
            first = min((due[id(pending)] for pending in scheduler.waiting), default=float("inf"))
            if scheduler.sleeping and scheduler.sleeping[0][0] < first:
                scheduler.wake()
                continue
            scheduler.now = first
            pending = chance.choice([each for each in scheduler.waiting if due[id(each)] == first])
            del due[id(pending)]
            number = by_actor[pending.actor]
            result.requests[number] = result.requests.get(number, 0) + 1
            scheduler.serve(pending)
    oracle.at_rest()
    if manifest := oracle.manifest("demo"):
        result.listed = manifest.project.files
    result.roots = tuple(oracle.roots())
    return result
