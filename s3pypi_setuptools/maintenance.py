# ruff: noqa: PLC0415 (each operation is imported when it is first used)
"""The methods of `api.PackageRepository` by which people look after a repository, and what all its methods share."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, closing, suppress
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from .config.choices import PageStyle
from .config.settings import Settings
from .errors import Error
from .monitor import UNMONITORED, Monitor
from .naming import project_names, project_pattern

if TYPE_CHECKING:
    from types import TracebackType

    from .doctor.doctor import DoctorReport
    from .operations.init import InitReport
    from .operations.locks import LocksReport, UnlockReport
    from .operations.migrate_index import MigrateReport
    from .operations.policy import PolicyReport, Use
    from .operations.prune_plan import PruneReport
    from .operations.reindex.reindex import ReindexReport
    from .operations.verify.verify import VerifyReport
    from .repository.repository import Repository

log = logging.getLogger(__name__)
Self = TypeVar("Self", bound="RepositoryMaintenance")


class RepositoryMaintenance:
    """Base of `api.PackageRepository`, which says what parameters mean and which errors every method raises.

    :param beside: a repository whose AWS credentials this one shares.
    """

    def __init__(self, settings: Settings, *, beside: RepositoryMaintenance | None = None) -> None:
        from .session import Session

        self._settings = settings
        self._session: Session = Session(settings, beside=beside._session if beside else None)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.target}>"

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; the next call opens new ones."""
        self._session.close()

    @property
    def target(self) -> str:
        """Where the repository is, as a URL."""
        return str(self._settings.require_target())

    def initialize(self) -> InitReport:
        """Make an empty repository; one that exists is kept."""
        from .operations.init import initialize

        with self._changing(existing=False) as repository:
            return initialize(repository, self._settings.pages)

    def doctor(
        self,
        *,
        read_only: bool = False,
        left: Callable[[str | None], None] = lambda where: None,
        monitor: Monitor = UNMONITORED,
    ) -> DoctorReport:
        """Check the target by doing what publishing does; ``ok`` of the report says whether publishing there is sound.

        :param read_only: write nothing, and check only reading.
        :param left: called with the URL below which test objects are about to be written, and with None after they are
            deleted.
        """
        from .doctor.doctor import Doctor

        session = self._session
        with suppress(Error):  # a check meets it again
            session.sign_in(locks=True)
        store = session.opened()
        with closing(session.locks()) as locks:
            doctor = Doctor(self._settings, store, session.layout, locks, session.index_url)
            return doctor.examine(read_only=read_only, left=left, counter=monitor.count)

    def policy(self, use: Use | str, *, delete: bool = False, kms_key: str | None = None) -> PolicyReport:
        """The least IAM policy for one use of the repository: ``read``, ``publish`` or ``serve``; no request is made.

        :param delete: also for replacing and deleting files.
        :param kms_key: the ARN of the KMS key with which the bucket encrypts objects.

        Raises `ConfigurationError` if the repository is in a folder.
        """
        from .operations.policy import Use, least_policy
        from .stores.registry import find_aws_settings

        region = self._settings.connection.region or find_aws_settings(self._settings).get("region", (None,))[0]
        return least_policy(self._settings, Use(use), region=region, delete=delete, kms_key=kms_key)

    def verify(self, *projects: str, deep: bool = False, monitor: Monitor = UNMONITORED) -> VerifyReport:
        """Compare what the projects list with the stored objects; all projects if none is named.

        :param deep: also read and hash every file.
        """
        from .operations.verify.verify import verify

        with self._reading(monitor) as repository:
            return verify(repository, project_names(projects), deep=deep)

    def reindex(
        self,
        *projects: str,
        deep: bool = False,
        unlist_missing: bool = False,
        dry_run: bool = False,
        monitor: Monitor = UNMONITORED,
    ) -> ReindexReport:
        """Rebuild records, metadata files and pages from the stored objects; of all projects if none is named.

        ``repository.json`` is made anew if it is lost or damaged.

        :param deep: also read and hash every file.
        :param unlist_missing: take files off the index whose objects do not exist.
        """
        from .operations.reindex.recovery import config_may_be_renewed
        from .operations.reindex.reindex import reindex

        names, store = project_names(projects), self._session.store(locks=not dry_run)
        existing = not config_may_be_renewed(store, self._session.layout, dry_run=dry_run)
        with self._changing(dry_run, monitor, existing=existing) as repository:
            return reindex(repository, names, deep=deep, unlist_missing=unlist_missing)

    def follow(self, created: Iterable[str], deleted: Iterable[str]) -> ReindexReport:
        """Index what other tools or people did to stored objects: list what was created, unlist what was deleted.

        Objects that publishers store are passed over. Order and repetition do not matter: what is stored now decides.

        :param created: keys in the store. A key is the whole name of an object in its bucket.
        :param deleted: likewise.
        """
        from .operations.reindex.follow import follow, is_followed
        from .operations.reindex.recovery import config_may_be_renewed

        layout = self._session.layout
        keys = [key for key in created if is_followed(layout, key, exists=True)]
        keys += (key for key in deleted if is_followed(layout, key, exists=False))
        existing = not (keys and config_may_be_renewed(self._session.store(locks=True), layout, dry_run=False))
        with self._changing(existing=existing) as repository:
            return follow(repository, keys)

    def prune(  # the rules are keywords of their own, as they are options of the command
        self,
        *patterns: str,
        orphans: bool = True,
        grace: timedelta | None = None,
        keep_last: int | None = None,
        older_than: timedelta | None = None,
        pre_releases: bool = False,
        dev: bool = False,
        last_stable: bool = False,
        dry_run: bool = False,
        confirm: Callable[[PruneReport], None] | None = None,
        monitor: Monitor = UNMONITORED,
    ) -> PruneReport:
        """Delete objects that no manifest lists (orphans), and old releases by rules.

        Releases are deleted only if one of ``keep_last``, ``older_than``, ``pre_releases`` and ``dev`` is given, and
        only those that meet all that are.

        :param patterns: names of projects, or globs of normalized names; all projects if none is given.
        :param orphans: whether orphans are deleted.
        :param grace: how long an orphan is kept after it was stored; None: 24 hours.
        :param keep_last: how many of the newest releases of a project are kept.
        :param older_than: how long ago the last file of a release must have been uploaded.
        :param pre_releases: pre-releases may be deleted: alphas, betas and release candidates.
        :param dev: development releases may be deleted.
        :param last_stable: even the newest stable release may be deleted.
        """
        from .operations.prune import GRACE, prune
        from .operations.retention import Retention

        selector = tuple(map(project_pattern, patterns))
        with self._changing(dry_run, monitor) as repository:
            return prune(
                repository,
                selector,
                orphans=orphans,
                grace=GRACE if grace is None else grace,
                retention=Retention(keep_last, older_than, pre_releases, dev, last_stable),
                confirm=confirm,
            )

    def migrate_index(
        self,
        style: PageStyle | str,
        *,
        dry_run: bool = False,
        confirm: Callable[[MigrateReport], None] | None = None,
        monitor: Monitor = UNMONITORED,
    ) -> MigrateReport:
        """Change which pages the repository has, and at which keys.

        :param style: ``index.html``, ``/``, ``both`` or ``json``; raises `ValueError` for any other.
        """
        from .operations.migrate_index import migrate_index

        style = PageStyle(style)
        with self._changing(dry_run, monitor) as repository:
            return migrate_index(repository, style, confirm)

    def locks(self) -> LocksReport:
        """The locks in the lock table and their holders: a sequence of them, the oldest first.

        Some locks can only be named with the repository's list of projects; a warning is logged if it cannot be read.
        Raises `ConfigurationError` if no lock table is configured.
        """
        from .operations.locks import list_locks

        table = self._session.lock_table()
        self._session.sign_in(store=False, locks=True)
        report = list_locks(table)
        if self._settings.target is None or all(lock.project for lock in report):
            return report
        try:
            with self._reading() as repository:
                names = repository.projects()
        except Error as error:
            log.warning("the projects of some locks cannot be named: %s", error)
            return report
        return list_locks(table, names)

    def force_unlock(
        self, lock: str, *, dry_run: bool = False, confirm: Callable[[UnlockReport], None] | None = None
    ) -> UnlockReport:
        """Remove a lock from the lock table, whoever holds it; raises `LockError` if it does not exist.

        :param lock: its id, or the name of the project; ``/`` for the list of projects.
        """
        from .operations.locks import force_unlock, read_lock

        id, project = read_lock(lock)  # noqa: A001
        table = self._session.lock_table()
        self._session.sign_in(store=False, locks=True)
        return force_unlock(table, id, project, dry_run=dry_run, confirm=confirm)

    def _reading(self, monitor: Monitor = UNMONITORED) -> AbstractContextManager[Repository]:
        return self._session.repository(reading=True, monitor=monitor)

    def _changing(
        self, dry_run: bool = False, monitor: Monitor = UNMONITORED, *, existing: bool = True
    ) -> AbstractContextManager[Repository]:
        return self._session.repository(existing=existing, dry_run=dry_run, monitor=monitor)
