"""Threads of which one at a time runs, and which change places only where the code waits: so a run can be repeated.

A **strand** is a thread of an **actor**, which stands for one process. It runs until it waits: for a request, a time, a
future, an executor or a lock. What the code under test takes from the standard library for that is replaced by what is
here (`Strands.replacing`), so that nothing waits unseen.
"""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from unittest import mock

from tests.support.store_doubles import Killed

PACKAGE = "s3pypi_setuptools"
EXECUTORS = ("repository.repository", "operations.publish.publish", "concurrency")
LOCKS = ("repository.other_projects", "repository.project_list", "repository.root_entry", "repository.pages")
STUCK_SECONDS = 300


@dataclass(eq=False)
class Actor:
    """One process, as far as the store can tell."""

    name: str
    dead: bool = False
    strands: dict[Strand, None] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.name


_threads = ThreadPoolExecutor(10_000)
"""Threads of the operating system, each of which carries one strand after another."""


class Strand:
    """One thread of ``actor``."""

    def __init__(self, strands: Strands, actor: Actor, work: Callable[[], None]) -> None:
        self.strands = strands
        self.actor = actor
        self.work = work
        self.begun = False
        self.answer: Any = None
        self.waits = False
        self._go = threading.Lock()
        self._go.acquire()
        actor.strands[self] = None

    def resume(self) -> None:
        """Run until it waits or ends; called by the scheduler."""
        self.strands.current = self
        if self.begun:
            self._go.release()
        else:
            self.begun = True
            _threads.submit(self._run)
        if not self.strands.back.acquire(timeout=STUCK_SECONDS):
            raise RuntimeError(f"a thread of {self.actor} waits for something that is not replaced")

    def _run(self) -> None:
        self.work()
        del self.actor.strands[self]
        self.strands.back.release()

    def wait(self) -> None:
        """Let others run until somebody makes this strand ready; called by itself."""
        if self.actor.dead:
            raise Killed
        self.waits = True
        self.strands.back.release()
        self._go.acquire()
        if self.actor.dead:
            raise Killed


class Strands:
    """All strands of one run; those that are ready run first come, first served."""

    def __init__(self) -> None:
        self.back = threading.Lock()
        self.back.acquire()
        self.current: Strand | None = None
        self._ready: deque[Strand] = deque()

    def spawn(self, actor: Actor, work: Callable[[], None]) -> Strand:
        strand = Strand(self, actor, work)
        self._ready.append(strand)
        return strand

    def wake(self, strands: Iterable[Strand]) -> None:
        for strand in strands:
            if strand.waits:
                strand.waits = False
                self._ready.append(strand)

    def run(self) -> None:
        """Let every strand run until all wait."""
        while self._ready:
            self._ready.popleft().resume()
        self.current = None

    def kill(self, actor: Actor) -> None:
        """End the actor's strands where they are; nothing that they begin after takes effect."""
        actor.dead = True
        self.wake([*actor.strands])
        self.run()

    def here(self) -> Strand:
        """The strand that calls."""
        assert self.current is not None, "called from outside"
        return self.current

    @contextlib.contextmanager
    def replacing(self) -> Iterator[None]:
        """The package's executors and locks are those of this module."""
        threads = SimpleNamespace(Lock=lambda: _Lock(self))

        def executor(*sizes: object) -> StrandExecutor:
            return StrandExecutor(self)

        with contextlib.ExitStack() as stack:
            for module in EXECUTORS:
                stack.enter_context(mock.patch(f"{PACKAGE}.{module}.ThreadPoolExecutor", executor))
            for module in LOCKS:
                stack.enter_context(mock.patch(f"{PACKAGE}.{module}.threading", threads))
            yield


class _StrandFuture(Future[Any]):
    def __init__(self, strands: Strands) -> None:
        super().__init__()
        self._strands = strands

    def settle(self) -> None:
        """Wait until it is done."""
        while not self.done():
            strand = self._strands.here()
            self.add_done_callback(lambda future, strand=strand: self._strands.wake([strand]))  # type: ignore[misc]
            strand.wait()

    def result(self, timeout: float | None = None) -> Any:
        self.settle()
        return super().result(0)

    def exception(self, timeout: float | None = None) -> BaseException | None:
        self.settle()
        return super().exception(0)


class StrandExecutor(Executor):
    """A strand for each call; as many as there are calls, so that no order is left out."""

    def __init__(self, strands: Strands) -> None:
        self._strands = strands
        self._calls: list[_StrandFuture] = []

    def submit(self, call: Callable[..., Any], /, *args: Any, **options: Any) -> _StrandFuture:
        actor = self._strands.here().actor
        if actor.dead:
            raise Killed
        future = _StrandFuture(self._strands)

        def work() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                if actor.dead:
                    raise Killed
                answer = call(*args, **options)
            except BaseException as error:
                future.set_exception(error)
            else:
                future.set_result(answer)

        self._calls.append(future)
        self._strands.spawn(actor, work)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        if cancel_futures:
            for future in self._calls:
                future.cancel()
        if wait:
            for future in self._calls:
                future.settle()


class _Lock:
    def __init__(self, strands: Strands) -> None:
        self._strands = strands
        self._held = False
        self._waiting: deque[Strand] = deque()

    def __enter__(self) -> None:
        while self._held:
            self._waiting.append(self._strands.here())
            self._strands.here().wait()
        self._held = True

    def __exit__(self, kind: object, error: object, traceback: object) -> None:
        self._held = False
        if self._waiting:
            self._strands.wake([self._waiting.popleft()])
