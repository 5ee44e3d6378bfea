"""Examine the target of settings."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

from ..config.settings import Settings
from ..locks.base import Locks
from ..monitor import UNCOUNTED, ItemCounter
from ..repository.layout import Layout
from ..repository.opening import OpenOptions
from ..repository.repository import Repository
from ..repository.repository_config import RepositoryConfig
from ..stores.base import Store
from .check import Check, Result
from .doctor import DoctorReport, doctor
from .index import index_checks, unknown_index
from .lock_table import lock_checks
from .registry import open_examiner

__all__ = ["examine"]

READING = OpenOptions(unsafe_no_locking=True, dry_run=True, existing=True)


def examine(
    settings: Settings,
    store: Store,
    layout: Layout,
    locks: Locks,
    *,
    index_url: str | None,
    read_only: bool = False,
    left: Callable[[str | None], None] = lambda where: None,
    counter: ItemCounter = UNCOUNTED,
) -> DoctorReport:
    """Examine ``settings.target``, which lies in ``store`` under ``layout``, as `doctor`.

    :param locks: of the lock table that is configured.
    :param index_url: what installers are given, where the settings tell it.
    """

    def index(record: RepositoryConfig | None) -> list[Check]:
        public = record.public_url if record is not None else None
        url = index_url or (f"{public}/" if public else None)
        if record is None or url is None:
            needs = f"{url}: needs a repository, to be compared with"
            return unknown_index() if url is None else [Check("index URL", Result.SKIPPED, needs)]
        with closing(Repository(store, layout, READING)) as repository:
            return index_checks(repository, url)

    return doctor(
        store,
        layout,
        open_examiner(store, layout.prefix),
        target=str(settings.require_target()),
        origin=settings.origins.get("target"),
        tolerated=_tolerated(settings),
        locks=lambda: lock_checks(locks, read_only=read_only),
        index=index,
        read_only=read_only,
        left=left,
        counter=counter,
    )


def _tolerated(settings: Settings) -> str | None:
    if settings.unsafe_no_locking:
        return "--unsafe-no-locking is set: let one publisher at a time work"
    if settings.has_lock_table:
        return "the lock table keeps publishers apart"
    return None
