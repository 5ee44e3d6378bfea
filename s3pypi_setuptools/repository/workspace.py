"""What every part of a repository works with."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime, timezone
from uuid import uuid4

from ..layout import Layout
from ..stores.base import Store
from ..transaction import Backoff

__all__ = ["SYSTEM", "Clock", "Workspace"]


def _now() -> datetime:
    return datetime.now(timezone.utc)


def _new_id() -> str:
    return uuid4().hex


@dataclass(frozen=True, slots=True)
class Clock:
    """Where times (in UTC) and random ids (32 lower-case hexadecimal digits) come from."""

    now: Callable[[], datetime] = _now
    new_id: Callable[[], str] = _new_id


SYSTEM = Clock()


@dataclass(frozen=True, slots=True)
class Workspace:
    """A place in a store, and the means to work there.

    :param pool: runs requests side by side; what runs there never waits for what is submitted later.
    :param uploads: as ``pool``, for distributions: the commits of some projects need not queue behind others' files.
    :param backoff: how long lost races wait.
    """

    store: Store
    layout: Layout
    pool: Executor
    uploads: Executor
    clock: Clock
    backoff: Backoff
