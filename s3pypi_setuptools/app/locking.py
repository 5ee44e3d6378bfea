"""Settings in, what can be done to a lock table out."""

from __future__ import annotations

import logging
from collections.abc import Callable

from ..aws.sessions import Sessions
from ..config.settings import Settings
from ..errors import Error
from ..locks.base import ROOT, Table, lock_id
from ..locks.registry import open_table
from ..operations import locks as locking
from ..operations.locks import HeldLock, LocksReport, UnlockReport
from ..stores.registry import sign_in
from . import opened_repository, project_name

__all__ = ["HeldLock", "LocksReport", "UnlockReport", "force_unlock", "list_locks"]

log = logging.getLogger(__name__)


def list_locks(settings: Settings) -> LocksReport:
    """The locks of the table; those that s3pypi holds are told by the names of the target's projects.

    Raises `ConfigurationError` and `StoreError`. A target that cannot be read is only warned of.
    """
    sessions = Sessions()
    table = _table(settings, sessions)
    report = locking.list_locks(table)
    if settings.target is None or all(lock.project for lock in report.locks):
        return report
    try:
        with opened_repository(settings, sessions, reading=True) as repository:
            names = repository.projects()
    except Error as error:
        log.warning("some locks are not told by name: %s", error)
        return report
    return locking.list_locks(table, names)


def force_unlock(
    settings: Settings, lock: str, *, dry_run: bool = False, confirm: Callable[[UnlockReport], None] | None = None
) -> UnlockReport:
    """Remove ``lock`` from the table: its id, or the name of the project, ``/`` for the list of projects.

    Errors as `operations.locking.force_unlock`, and `UsageError` for what is neither.
    """
    if id := locking.read_lock_id(lock):  # noqa: A001
        project = None
    else:
        project = ROOT if lock == ROOT else project_name(lock)
        id = lock_id(project)  # noqa: A001
    return locking.force_unlock(_table(settings, Sessions()), id, project, dry_run=dry_run, confirm=confirm)


def _table(settings: Settings, sessions: Sessions) -> Table:
    table = open_table(settings, sessions)
    sign_in(settings, sessions, store=False, locks=True)
    return table
