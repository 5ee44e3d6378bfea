"""Settings in, the examination of their target out."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing, suppress

from ..aws.sessions import Sessions
from ..config.settings import Settings
from ..doctor import doctor as examining
from ..doctor.check import Check, Result
from ..doctor.doctor import DoctorReport
from ..doctor.index import index_checks, unknown_index
from ..doctor.lock_table import lock_checks
from ..doctor.registry import open_examiner
from ..errors import Error
from ..locks.registry import open_locks
from ..monitor import UNWATCHED, Tally
from ..repository.opening import Opening
from ..repository.repository import Repository
from ..repository.repository_config import RepositoryRecord
from ..stores.registry import find_aws_settings as aws_settings
from ..stores.registry import sign_in
from . import index_url, opened

__all__ = ["Check", "DoctorReport", "Result", "aws_settings", "doctor"]

READING = Opening(unsafe_no_locking=True, dry_run=True, existing=True)


def doctor(
    settings: Settings,
    *,
    read_only: bool = False,
    left: Callable[[str | None], None] = lambda where: None,
    tally: Tally = UNWATCHED,
) -> DoctorReport:
    """Examine ``settings.target``, as `operations.doctor.doctor`; raises `ConfigurationError` without a target."""
    sessions = Sessions()
    with suppress(Error):  # a check meets it again
        sign_in(settings, sessions, locks=True)
    with opened(settings, sessions) as (store, layout), closing(open_locks(settings, sessions)) as locks:

        def index(record: RepositoryRecord | None) -> list[Check]:
            public = record.public_url if record is not None else None
            url = index_url(settings, store) or (f"{public}/" if public else None)
            if record is None or url is None:
                needs = f"{url}: needs a repository, to be compared with"
                return unknown_index() if url is None else [Check("index URL", Result.SKIPPED, needs)]
            with closing(Repository(store, layout, READING)) as repository:
                return index_checks(repository, url)

        return examining.doctor(
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
            tally=tally,
        )


def _tolerated(settings: Settings) -> str | None:
    if settings.unsafe_no_locking:
        return "--unsafe-no-locking is set: let one publisher at a time work"
    if settings.locks_table or settings.lock_indexes:
        return "the lock table keeps publishers apart"
    return None
