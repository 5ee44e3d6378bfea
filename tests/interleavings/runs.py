"""One run: commands at once on a repository, in an order of requests that is chosen, with faults where told."""

from __future__ import annotations

import hashlib
import itertools
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
from tests.interleavings.oracle import PROJECTS, Oracle, Violation, require
from tests.interleavings.scheduling import Fault, Pending, Scheduler, SchedulingStore
from tests.interleavings.strands import Actor
from tests.support.store_doubles import Killed

LAYOUT = Layout("team")
LATER = datetime(2100, 1, 1, tzinfo=timezone.utc)
"""The time of every run: all that lies in a store is older than any grace period."""

Choose = Callable[[Sequence[Pending]], tuple[Pending, str]]
"""Chooses the request that happens next, and its fault."""


@dataclass(eq=False, kw_only=True)
class Process(Actor):
    """A command on its way.

    :param since: how many states each project had had when it began.
    :param repository: whether there was one when it began.
    :param excused: a fault reached it.
    :param end: None until it ended; an error, or True.
    :param ticks: when it ended, by the scheduler's time.
    """

    command: Command
    since: dict[str, int]
    repository: bool
    excused: bool = False
    end: BaseException | bool | None = None
    ticks: float = 0

    @property
    def over(self) -> bool:
        return self.dead or self.end is not None

    @property
    def failed(self) -> bool:
        """Whether a fault reached it that it could not overcome."""
        return self.dead or (self.excused and self.end is not True)


@dataclass
class Run:
    """The commands of one run.

    :param series: tells its random ids from those of other runs on the same store.
    """

    store: Store
    files: Files
    series: str = ""
    projects: tuple[str, ...] = PROJECTS
    scheduler: Scheduler = field(default_factory=Scheduler)
    backoff: Backoff = field(default_factory=lambda: Backoff(sleep=lambda seconds: None))
    processes: list[Process] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.oracle = Oracle(LAYOUT, self.files, self.store.slash_keys is not False, self.projects)
        self.oracle.look(self.store)
        self.scheduler.tried = self._tried
        self.scheduler.happened = self._happened

    def _tried(self, pending: Pending) -> None:
        if pending.writes:
            self.oracle.tries(pending.actor, pending.key)

    def _happened(self, pending: Pending) -> None:
        if pending.verb == "get":
            self.oracle.read(pending.actor, pending.key)
        if pending.writes:
            self.oracle.wrote(pending.actor, pending.actor.command, pending.key, pending.data)

    def begin(self, command: Command) -> None:
        """Start a command as a process of its own."""
        name = f"{len(self.processes)}"
        since = {project: len(states) for project, states in self.oracle.past.items()}
        there = LAYOUT.repository_config in self.oracle.objects
        process = Process(name, command=command, since=since, repository=there)
        self.scheduler.trace.append(f"{name} is {command}")
        self.processes.append(process)
        numbers = itertools.count()

        def digest(text: str) -> str:
            return hashlib.sha256(f"{self.series} {name}{text}".encode()).hexdigest()

        began = LATER + timedelta(microseconds=int(digest("")[:10], 16))
        clock = Clock(now=lambda: began, new_id=lambda: digest(f" {next(numbers)}")[:32], backoff=self.backoff)
        store = SchedulingStore(self.store, self.scheduler, process)

        def work() -> None:
            try:
                opening = OpenOptions(existing=not command.makes_repository)
                repository = Repository(store, LAYOUT, opening, clock=clock)
                try:
                    command.run(repository, self.files)
                finally:
                    repository.close()
            except Killed:
                pass
            except BaseException as error:
                process.end = error
            else:
                process.end = True
            process.ticks = self.scheduler.now

        self.scheduler.start(process, work)

    def finish(self, choose: Choose) -> None:
        """Have all requests happen, as ``choose`` says, until every command has ended."""
        open_ones = [process for process in self.processes if not process.over]
        while True:
            waiting = self.scheduler.awake()
            for process in [process for process in open_ones if process.over]:
                open_ones.remove(process)
                self._ended(process)
            if not waiting:
                break
            pending, fault = choose(waiting)
            pending.actor.excused |= fault not in (Fault.NONE, Fault.CONTENDED)
            self.scheduler.serve(pending, fault)
        require(not open_ones, f"{[each.command for each in open_ones]} wait for ever")

    def _ended(self, process: Process) -> None:
        if isinstance(process.end, BaseException) and not isinstance(process.end, Error):
            raise process.end
        refused = process.end is not True
        if process.failed or (refused and not (process.repository or process.command.makes_repository)):
            return
        try:
            self.oracle.ended(process.command, process.since, refused=refused)
        except Violation as violation:
            raise Violation(f"{violation}: {process.end}") from None


def crash_before(number: int | None = None) -> Choose:
    """The order of a process that runs alone; its request of that number, from 1, never happens, and it dies."""
    requests = itertools.count(1)
    return lambda waiting: (waiting[0], Fault.CRASH if next(requests) == number else Fault.NONE)


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
            for command in (*crashed, *(process.command for process in run.processes if process.failed)):
                run.begin(command)
                run.finish(crash_before())
            run.oracle.at_rest()
            real = {info.key: run.store.get(info.key).data for info in run.store.list("")}
            require(real == run.oracle.objects, "the store holds what nobody wrote")
        except BaseException:
            for process in run.processes:
                run.scheduler.strands.kill(process)
            raise


def alone(store: Store, files: Files, commands: Sequence[Command], crash: int | None = None) -> None:
    """Run commands one after the other; the ``crash``-th request of the last never happens, and the process dies."""
    for number, command in enumerate(commands):
        run = Run(store, files, f"before {number}")
        with run.scheduler.strands.replacing():
            run.oracle.lenient = command.looks_at_root
            run.begin(command)
            run.finish(crash_before(crash if command is commands[-1] else None))


def fill(store: Store, template: MemoryStore) -> None:
    """Put into ``store`` what lies in ``template``."""
    for info in template.list(""):
        store.put(info.key, template.get(info.key).data, template.attributes(info.key))
