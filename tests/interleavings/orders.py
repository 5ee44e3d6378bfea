"""Orders of requests, told by bytes: hypothesis shrinks them, and the same bytes give the same run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from s3pypi_setuptools.stores.base import ANY
from tests.interleavings.scheduling import Fault, Pending
from tests.interleavings.strands import Actor

LENGTH = 160
"""Requests for which an order is told; those that follow happen first come, first served."""


@dataclass
class Order:
    """Chooses the request that happens next.

    :param told: a byte a request; 0 stays with the process whose request was the last.
    :param patience: bytes below it stay, too: with much of it some processes come far while others stand still.
    :param faults: what becomes of the request of that number, if it can.
    """

    told: bytes
    patience: int = 0
    faults: Mapping[int, str] = field(default_factory=dict)
    last: Actor | None = None
    count: int = 0

    def __call__(self, waiting: Sequence[Pending]) -> tuple[Pending, str]:
        byte = self.told[self.count] if self.count < len(self.told) else 0
        own = [each for each in waiting if each.actor is self.last]
        pending = (own or waiting)[0] if byte <= self.patience else waiting[byte % len(waiting)]
        fault = self.faults.get(self.count, Fault.NONE)
        if not _can(pending, fault):
            fault = Fault.NONE
        self.count += 1
        self.last = pending.actor
        return pending, fault


def _can(pending: Pending, fault: str) -> bool:
    if fault == Fault.LOST:
        return pending.writes
    return fault != Fault.CONTENDED or (pending.writes and pending.condition is not ANY)
