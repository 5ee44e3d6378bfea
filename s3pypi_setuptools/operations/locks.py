"""List the locks of a lock table, and remove a lock whose holder has ended without releasing it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from ..errors import LockError
from ..locks.base import ROOT, Lock, lock_id
from ..locks.dynamodb import DynamoDBTable
from ..naming import project_name

_ID = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, slots=True)
class LockInfo:
    """A lock of the table.

    :param project: the locked project, ``/`` for the list of projects; None if it is not known.
    :param owner: ``user@host``; None if the table has none.
    :param since: when it was acquired, in UTC.
    :param expires: when it expires unless it is renewed, in UTC; None for a lock of s3pypi 2, which never expires.
    :param expired: whether that time has passed, by this machine's clock.
    """

    id: str
    project: str | None
    owner: str | None
    since: datetime | None
    expires: datetime | None
    expired: bool


@dataclass(frozen=True, slots=True)
class LocksReport(Sequence[LockInfo]):
    """The locks of a table, the oldest first; it is a sequence of them."""

    table: str
    locks: tuple[LockInfo, ...]

    def __len__(self) -> int:
        return len(self.locks)

    def __getitem__(self, index: Any) -> Any:
        return self.locks[index]


@dataclass(frozen=True, slots=True)
class UnlockReport:
    """A lock that was removed, or would have been."""

    table: str
    lock: LockInfo
    dry_run: bool = False


def list_locks(table: DynamoDBTable, projects: Iterable[str] = ()) -> LocksReport:
    """The locks that are held.

    :param projects: names of projects that may be locked: a lock of another tool is recognized by its project's name.

    Raises `StoreError` and `ConfigurationError`.
    """
    names = _names(projects)
    found = [_lock_info(lock, names) for lock in table.locks()]
    last = datetime.max.replace(tzinfo=timezone.utc)
    return LocksReport(table.name, tuple(sorted(found, key=lambda lock: (lock.since or last, lock.id))))


def read_lock(text: str) -> tuple[str, str | None]:
    """The id of the lock that ``text`` names, and its project (``/``: the list of projects) or None if not known.

    :param text: an id, a project's name, or ``/``.

    Raises `UsageError` for anything else.
    """
    if _ID.fullmatch(text.lower()):
        return text.lower(), None
    project = ROOT if text == ROOT else project_name(text)
    return lock_id(project), project


def force_unlock(
    table: DynamoDBTable,
    id: str,  # noqa: A002
    project: str | None = None,
    *,
    dry_run: bool = False,
    confirm: Callable[[UnlockReport], None] | None = None,
) -> UnlockReport:
    """Remove a lock, whoever holds it; a holder that is still running commits nothing more.

    :param project: the locked project, ``/`` for the list of projects; None if it is not known.
    :param confirm: called with the report before the lock is removed; an error that it raises ends the work.

    Raises `LockError` if there is no such lock, or another holder has taken it since ``confirm`` was called;
    `StoreError` and `ConfigurationError`.
    """
    lock = table.read(id)
    shown = id if project is None else f"{project} ({id})"
    if lock is None:
        raise LockError(f"{shown}: there is no such lock in the table {table.name}; s3pypi locks lists all locks")
    report = UnlockReport(table.name, _lock_info(lock, _names([] if project is None else [project])), dry_run)
    if confirm and not dry_run:
        confirm(report)
    if not dry_run and not table.remove(lock):
        raise LockError(f"{shown}: was released, or taken by someone else, meanwhile; look again with s3pypi locks")
    return report


def _names(projects: Iterable[str]) -> dict[str, str]:
    return {lock_id(name): name for name in (ROOT, *projects)}


def _lock_info(lock: Lock, names: dict[str, str]) -> LockInfo:
    expired = lock.expires is not None and lock.expires < datetime.now(timezone.utc)
    return LockInfo(lock.id, lock.name or names.get(lock.id), lock.owner, lock.since, lock.expires, expired)
