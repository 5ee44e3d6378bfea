"""A case: a fresh copy, a command that is killed, a look, the same command again, and another look."""

from __future__ import annotations

import functools
import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tests.crashes.plans import Around, Held, Landing, Plan, Waves, numbered
from tests.crashes.promises import Contents, wrong_after_kill, wrong_in_the_end
from tests.crashes.scenarios import Bench, Scenario
from tests.crashes.storage import BucketStorage, Storage
from tests.support.fault_proxy import FaultProxy, no_fault
from tests.support.forked_programs import ForkedPrograms
from tests.support.programs import Ended

Kill = Callable[[Sequence[str]], "tuple[Ended, str | None]"]
"""Runs s3pypi with these arguments, and kills it; how it ended, and at which point it was killed, None for at none."""

Start = Callable[[Sequence[str]], "tuple[int, Callable[[], Ended]]"]
"""Starts s3pypi with these arguments; its process id, and what waits for its end."""

RANDOM_SUBSETS = 4
"""Of each number of requests at once, apart from each request alone."""


class Runner:
    """The cases of one scenario in one storage.

    :param folder: an empty one.
    """

    def __init__(self, storage: Storage, programs: ForkedPrograms, scenario: Scenario, folder: Path) -> None:
        self._storage = storage
        self._programs = programs
        self._scenario = scenario
        self.folder = folder
        bench = Bench(storage, self._publish, folder)
        self.cases = 0
        self.failures: list[str] = []
        scenario.prepare(bench, "template")
        self._arguments = [*scenario.command(bench)]
        self.before = Contents.read(storage.reader("template"))
        assert self.before.listed == {name: sorted(files) for name, files in scenario.before.items()}
        storage.copy("template", "clean")
        self._succeed(self._s3pypi(self._command("clean")))
        self.after = Contents.read(storage.reader("clean"))
        assert self.after.listed == {name: sorted(files) for name, files in scenario.after.items()}
        assert [*wrong_in_the_end(self.after, self.after)] == []
        assert self.before != self.after
        # Wherever a process is killed, the same is listed in the end.
        assert [*self._install("clean", scenario.installs[1])] == []

    def kill(self, *kills: Kill) -> bool:
        """One case, killed as often as told; whether the last process came to where it was to be killed."""
        name = f"case-{self.cases}"
        self._storage.copy("template", name)
        command = self._command(name)
        found: list[str] = []
        points: list[str | None] = []
        for kill in kills:
            ended, point = kill(command)
            points.append(point)
            # A request that nothing waits for may be under way when the process ends.
            if ended.status and not (point and ended.killed):
                found.append(f"ended with {ended.status}: {ended.output}")
            found += wrong_after_kill(self.before, self.after, Contents.read(self._storage.reader(name)))
        found += self._install(name, self._scenario.installs[0])
        again = self._s3pypi(command)
        if again.status:
            found.append(f"run again, ended with {again.status}: {again.output}")
        found += wrong_in_the_end(self.after, Contents.read(self._storage.reader(name)))
        found += self._verify(name)
        told = ", then ".join(point or "at no point" for point in points)
        self.failures += [f"{self._scenario.name}, killed {told}: {wrong}" for wrong in found]
        self.cases += any(points)
        self._storage.remove(name)
        return points[-1] is not None

    def kill_until_unreached(self, kill: Callable[[int], Kill]) -> int:
        """A case at each point, from 0; the number of points."""
        return next(number for number in itertools.count() if not self.kill(kill(number)))

    def judge(self) -> None:
        """End a test: there were cases, and none has failed."""
        assert not self.failures, f"{len(self.failures)} failures:\n" + "\n".join(self.failures[:20])
        assert self.cases

    def _command(self, name: str) -> list[str]:
        return [*self._arguments, "--target", self._storage.target(name)]

    def _s3pypi(self, arguments: Sequence[str]) -> Ended:
        return self._programs.run("s3pypi", *arguments, cwd=self.folder, environ=self._storage.environment())

    def _publish(self, name: str, paths: Sequence[Path]) -> None:
        self._succeed(self._s3pypi(["upload", *map(str, paths), "--target", self._storage.target(name)]))

    def _succeed(self, ended: Ended) -> None:
        assert ended.status == 0, ended.output

    def _verify(self, name: str) -> Iterator[str]:
        ended = self._s3pypi(["verify", "--deep", "--target", self._storage.target(name)])
        if ended.status:
            yield f"in the end, verify finds {ended.output}"

    def _install(self, name: str, requirement: str | None) -> Iterator[str]:
        if requirement is None:
            return
        site = self.folder / "sites" / f"{self.cases}-{requirement}"
        options = [
            "--isolated",
            "--disable-pip-version-check",
            "--no-cache-dir",
            "--no-deps",
            "--no-compile",
            "--quiet",
        ]
        where = ["--target", str(site), "--index-url", self._storage.index_url(name)]
        ended = self._programs.run("pip", "install", *options, *where, requirement, cwd=self.folder)
        if ended.status or not (site / requirement.partition("==")[0] / "__init__.py").is_file():
            yield f"pip cannot install {requirement}: {ended.output}"


def killed_by(plan: Plan, proxy: FaultProxy, start: Start) -> Kill:
    """Kills a program that ``start`` starts as the plan of the proxy says."""

    def kill(arguments: Sequence[str]) -> tuple[Ended, str | None]:
        proxy.take()
        proxy.fault = plan
        pid, wait = start(arguments)
        plan.aim(pid)
        ended = wait()
        plan.settle()
        proxy.fault = no_fault
        return ended, plan.point if plan.reached else None

    return kill


def kill_at_requests(
    runner: Runner, storage: BucketStorage, proxy: FaultProxy, programs: ForkedPrograms, *, everything: bool, seed: str
) -> None:
    """Kill around every request.

    :param everything: also with each request held, with subsets of those in flight landing, and once more at random.
    """

    def planned(plan: Plan) -> Kill:
        def start(arguments: Sequence[str]) -> tuple[int, Callable[[], Ended]]:
            environ = storage.environment(proxy.url)
            running = programs.start("s3pypi", *arguments, cwd=runner.folder, environ=environ)
            return running.pid, lambda: running.wait(plan.watch)

        return killed_by(plan, proxy, start)

    def around(number: int, *, after: bool) -> Kill:
        return planned(Around(numbered(number), after=after))

    count = runner.kill_until_unreached(functools.partial(around, after=False))
    runner.kill_until_unreached(functools.partial(around, after=True))
    if not everything:
        return
    runner.kill_until_unreached(lambda number: planned(Held(number)))
    waves = Waves()
    runner.kill(planned(waves))
    draw = random.Random(seed)
    first = 0
    for size in waves.sizes:
        for chosen in subsets(size, draw):
            runner.kill(planned(Landing(first, size, chosen)))
        first += size
    for number in range(count):
        twice = (number, draw.randrange(count))
        runner.kill(*(around(one, after=draw.random() < 0.5) for one in twice))


def subsets(size: int, draw: random.Random) -> set[frozenset[int]]:
    """Each one of so many requests alone, and some at random; not all, and not none."""
    if size < 2:
        return set()
    drawn = (
        frozenset(draw.sample(range(size), draw.randint(2, size - 1))) for _ in range(RANDOM_SUBSETS if size > 2 else 0)
    )
    return {*(frozenset({one}) for one in range(size)), *drawn}
