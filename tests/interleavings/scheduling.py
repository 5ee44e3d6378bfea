"""A store whose requests happen when the scheduler says, one at a time, whoever makes them."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from s3pypi_setuptools.distribution.local_file import LocalFile
from s3pypi_setuptools.errors import Contended, Error, Unavailable
from s3pypi_setuptools.stores.base import ANY, Attributes, Condition, Store, Token
from tests.interleavings.strands import Actor, Strand, Strands
from tests.support.store_doubles import ForwardingStore, Killed

T = TypeVar("T")

WRITES = ("put", "delete")


class Fault:
    """What may become of a request."""

    NONE = "none"
    LOST = "answer lost"
    REFUSED = "no answer"
    CONTENDED = "409"
    CRASH = "crash before"


@dataclass(slots=True)
class Pending:
    """A request that waits to happen.

    :param due: when it happens, if it takes one tick.
    :param data: what a put stores; None for other verbs.
    """

    actor: Any
    verb: str
    key: str
    perform: Callable[[], Any]
    strand: Strand
    due: float
    data: bytes | None = None
    condition: Condition = ANY

    @property
    def writes(self) -> bool:
        return self.verb in WRITES

    def __str__(self) -> str:
        return f"{self.actor}: {self.verb} {self.key}"


@dataclass(slots=True)
class Scheduler:
    """All actors of one run, and the requests that wait.

    :param tried: told of each request that is about to be answered in some way.
    :param happened: told of each request that was answered well, or whose answer was lost.
    """

    tried: Callable[[Pending], None] = lambda pending: None
    happened: Callable[[Pending], None] = lambda pending: None
    strands: Strands = field(default_factory=Strands)
    waiting: list[Pending] = field(default_factory=list)
    sleeping: list[tuple[float, int, Strand]] = field(default_factory=list)
    now: float = 0.0
    trace: list[str] = field(default_factory=list)

    def start(self, actor: Actor, work: Callable[[], None]) -> None:
        """Begin an actor; it runs to its first requests."""
        self.strands.spawn(actor, work)
        self.strands.run()

    def request(self, store: SchedulingStore, verb: str, key: str, perform: Callable[[], T], **more: Any) -> T:
        """Called by a strand: have ``perform`` happen in its turn."""
        strand = self.strands.here()
        if strand.actor.dead:
            raise Killed
        self.waiting.append(Pending(store.actor, verb, key, perform, strand, self.now + 1, **more))
        strand.wait()
        if isinstance(strand.answer, Error):
            raise strand.answer
        result: T = strand.answer
        return result

    def sleep(self, seconds: float) -> None:
        """Called by a strand: wait until others have had that much time."""
        strand = self.strands.here()
        heapq.heappush(self.sleeping, (self.now + seconds, len(self.trace), strand))
        strand.wait()

    def awake(self) -> list[Pending]:
        """Let each strand go on that sleeps no longer than until a request is due: the requests that wait then."""
        while self.sleeping and self.sleeping[0][0] < min((each.due for each in self.waiting), default=math.inf):
            self.now, _, strand = heapq.heappop(self.sleeping)
            self.strands.wake([strand])
            self.strands.run()
        return self.waiting

    def serve(self, pending: Pending, fault: str = Fault.NONE) -> None:
        """Have the request happen, or not, and its actor go on."""
        if fault == Fault.CRASH:
            self.trace.append(f"{pending.actor}: CRASH")
            self.waiting = [each for each in self.waiting if each.actor is not pending.actor]
            self.sleeping = [each for each in self.sleeping if each[2].actor is not pending.actor]
            heapq.heapify(self.sleeping)
            self.strands.kill(pending.actor)
            return
        self.waiting.remove(pending)
        self.tried(pending)
        answer: Any = None
        if fault == Fault.REFUSED:
            answer = Unavailable(pending.key, "no answer came")
        elif fault == Fault.CONTENDED:
            answer = Contended(pending.key)
        else:
            try:
                answer = pending.perform()
            except Error as error:
                answer = error
            else:
                self.happened(pending)
                if fault == Fault.LOST:
                    answer = Unavailable(pending.key, "the answer was lost")
        self.trace.append(f"{pending} -> {type(answer).__name__ if isinstance(answer, Error) else 'done'}")
        pending.strand.answer = answer
        self.strands.wake([pending.strand])
        self.strands.run()


@dataclass
class SchedulingStore(ForwardingStore):
    """``store`` as one actor sees it. It is taken to honour conditions: the run is not about how that is found out."""

    scheduler: Scheduler
    actor: Actor

    conditional_writes = True
    begin_parts = Store.begin_parts

    @property
    def slash_keys(self) -> bool | None:
        return self.store.slash_keys is not False

    def put(self, key: str, data: bytes, attributes: Attributes, condition: Condition = ANY) -> Token:
        return self._put(key, data, lambda: self.store.put(key, data, attributes, condition), condition)

    def put_file(
        self,
        key: str,
        file: LocalFile,
        attributes: Attributes,
        condition: Condition = ANY,
        sent: Callable[[int], None] = lambda count: None,
    ) -> Token:
        data = file.read_all()
        return self._put(key, data, lambda: self.store.put_file(key, file, attributes, condition), condition)

    def _put(self, key: str, data: bytes, work: Callable[[], Token], condition: Condition) -> Token:
        return self.scheduler.request(self, "put", key, work, data=data, condition=condition)

    def perform(self, verb: str, key: str, work: Callable[[], T], condition: Condition = ANY) -> T:
        return self.scheduler.request(self, verb, key, work, condition=condition)
