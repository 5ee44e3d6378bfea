"""Locks that tell what was asked of them, and may be lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from s3pypi_setuptools.errors import LockError
from s3pypi_setuptools.locks.base import Lease, Locks


@dataclass
class FakeLocks(Locks, Lease):
    """Grants every lock, and is the lease of each.

    :param lasts: how often a lease can be confirmed before it is lost.
    """

    lasts: int = 99
    names: list[str] = field(default_factory=list)
    confirmed: int = 0
    exclusive = True

    @contextmanager
    def held(self, name: str, check_cancelled: Callable[[], None]) -> Iterator[Lease]:
        self.names.append(name)
        yield self

    def confirm(self) -> None:
        self.confirmed += 1
        if self.confirmed > self.lasts:
            raise LockError("lost")
