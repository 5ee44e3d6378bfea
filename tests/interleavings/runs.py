"""One run: commands at once on a repository, in an order of requests that is chosen, with faults where told."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from s3pypi_setuptools.errors import Error
from s3pypi_setuptools.repository.layout import Layout
from s3pypi_setuptools.repository.opening import OpenOptions
from s3pypi_setuptools.repository.repository import Repository
from s3pypi_setuptools.repository.workspace import Clock
from s3pypi_setuptools.stores.base import Store
from s3pypi_setuptools.stores.memory import MemoryStore
from s3pypi_setuptools.transaction import Backoff
from tests.interleavings.commands import Command, Files
from tests.interleavings.oracle import Oracle, Violation, require
from tests.interleavings.scheduling import Fault, Pending, Scheduler, SchedulingStore
from tests.interleavings.strands import Actor
from tests.support.store_doubles import Killed

__all__ = ["LAYOUT", "Run", "alone", "fill", "play"]

LAYOUT = Layout("team")
LATER = datetime(2100, 1, 1, tzinfo=timezone.utc)
"""The time of every run: all that lies in a store is older than any grace period."""

Choose = Callable[[Sequence[Pending]], tuple[Pending, str]]


@dataclass
class _Process:
    """A command on its way.

    :param since: how many states each project had had when it began.
    :param repository: whether there was one when it began.
    :param excused: a fault reached it.
    :param end: None until it ended; an error, or True.
    """

    command: Command
    actor: Actor
    since: dict[str, int]
    repository: bool
    excused: bool = False
    end: Error | bool | None = None
    defect: BaseException | None = None


@dataclass
class Run:
    """The commands of one run.

    :param series: tells its random ids from those of other runs on the same store.
    """

    store: Store
    files: Files
    series: str = ""
    scheduler: Scheduler = field(default_factory=Scheduler)
    processes: list[_Process] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.oracle = Oracle(LAYOUT, self.files, self.store.slash_keys is not False)
        self.oracle.look(self.store)
        self.scheduler.tried = self._tried
        self.scheduler.happened = self._happened

    def _tried(self, pending: Pending) -> None:
        if pending.writes:
            self.oracle.tries(pending.actor, pending.key)

    def _happened(self, pending: Pending) -> None:
        if pending.verb == "get":
            self.oracle.read(pending.actor, pending.key)
        if not pending.writes:
            return
        command = next(each.command for each in self.processes if each.actor is pending.actor)
        self.oracle.wrote(pending.actor, command, pending.key, pending.data)

    def begin(self, command: Command) -> _Process:
        """Start a command as a process of its own."""
        number = len(self.processes)
        actor = Actor(f"{number}")
        since = {name: len(states) for name, states in self.oracle.past.items()}
        process = _Process(command, actor, since, LAYOUT.repository_config in self.oracle.objects)
        self.scheduler.trace.append(f"{number} is {command}")
        self.processes.append(process)
        ids = iter(range(1_000_000))

        def new_id() -> str:
            return hashlib.sha256(f"{self.series} {number} {next(ids)}".encode()).hexdigest()[:32]

        chance = int(hashlib.sha256(f"{self.series} {number}".encode()).hexdigest()[:10], 16)
        began = LATER + timedelta(microseconds=chance)
        clock = Clock(now=lambda: began, new_id=new_id)
        store = SchedulingStore(self.store, self.scheduler, actor)

        def work() -> None:
            try:
                opening = OpenOptions(existing=not command.makes_repository)
                backoff = Backoff(sleep=lambda seconds: None)
                repository = Repository(store, LAYOUT, opening, clock=clock, backoff=backoff)
                try:
                    command.run(repository, self.files)
                finally:
                    repository.close()
            except Error as error:
                process.end = error
            except Killed:
                pass
            except BaseException as error:
                process.defect = error
            else:
                process.end = True

        self.scheduler.start(actor, work)
        return process

    def finish(self, choose: Choose) -> None:
        """Have all requests happen, as ``choose`` says, until every command has ended."""
        open_ones = [each for each in self.processes if each.end is None and not each.actor.dead]
        while True:
            for process in [each for each in open_ones if each.end is not None or each.defect or each.actor.dead]:
                open_ones.remove(process)
                self._ended(process)
            if not self.scheduler.waiting:
                break
            pending, fault = choose(self.scheduler.waiting)
            if fault != Fault.NONE:
                process = next(each for each in self.processes if each.actor is pending.actor)
                process.excused |= fault != Fault.CONTENDED
            self.scheduler.serve(pending, fault)
        require(not open_ones, f"{[each.command for each in open_ones]} wait for ever")

    def _ended(self, process: _Process) -> None:
        if process.defect:
            raise process.defect
        if process.actor.dead or (process.excused and process.end is not True):
            return
        refused = process.end is not True
        if refused and not (process.repository or process.command.makes_repository):
            return
        try:
            self.oracle.ended(process.command, process.since, refused=refused)
        except Violation as violation:
            raise Violation(f"{violation}: {process.end}") from None

    @property
    def unfinished(self) -> list[Command]:
        """Commands that crashed, or met a fault that they could not overcome."""
        return [each.command for each in self.processes if each.actor.dead or (each.excused and each.end is not True)]


def first_come(waiting: Sequence[Pending]) -> tuple[Pending, str]:
    """The order of a process that runs alone."""
    return waiting[0], Fault.NONE


def play(run: Run, commands: Sequence[Command], choose: Choose, crashed: Sequence[Command] = ()) -> None:
    """Run the commands at once, then those that did not get to their ends again, alone; check all along.

    :param crashed: commands that did not get to their ends before.
    """
    run.oracle.lenient = any(command.looks_at_root for command in (*commands, *crashed))
    with run.scheduler.strands.replacing():
        try:
            for command in commands:
                run.begin(command)
            run.finish(choose)
            for command in (*crashed, *run.unfinished):
                run.begin(command)
                run.finish(first_come)
            run.oracle.at_rest()
            real = {info.key: run.store.get(info.key).data for info in run.store.list("")}
            require(real == run.oracle.objects, "the store holds what nobody wrote")
        except BaseException:
            for process in run.processes:
                run.scheduler.strands.kill(process.actor)
            raise


def alone(store: Store, files: Files, commands: Sequence[Command], crash: int | None = None) -> None:
    """Run commands one after the other; the ``crash``-th request of the last never happens, and the process dies."""
    for number, command in enumerate(commands):
        run = Run(store, files, f"before {number}")
        left = [crash if crash is not None and number == len(commands) - 1 else -1]

        def choose(waiting: Sequence[Pending], left: list[int] = left) -> tuple[Pending, str]:
            left[0] -= 1
            return waiting[0], Fault.CRASH if left[0] == 0 else Fault.NONE

        with run.scheduler.strands.replacing():
            run.oracle.lenient = command.looks_at_root
            run.begin(command)
            run.finish(choose)


def fill(store: Store, template: MemoryStore) -> None:
    """Put into ``store`` what lies in ``template``."""
    for info in template.list(""):
        store.put(info.key, template.get(info.key).data, template.attributes(info.key))
