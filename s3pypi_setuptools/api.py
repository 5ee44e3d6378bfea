# ruff: noqa: PLC0415 (each operation is loaded when it is first used)
"""One repository as an object: the way in for programs, the command line, build frontends and the service.

The package itself exports all of this; nothing is imported before it is used.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack, suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from .config.resolve import resolve
from .config.settings import IfExists, PageStyle, Settings
from .distribution.selection import select_distributions
from .errors import Error, UsageError
from .monitor import UNMONITORED, Monitor

if TYPE_CHECKING:
    from types import TracebackType

    from .doctor.doctor import DoctorReport
    from .index.model import Status
    from .operations.delete import DeleteReport
    from .operations.download import DownloadReport
    from .operations.file_selector import FileSelector
    from .operations.init import InitReport
    from .operations.listing import ListReport, ProjectReport, ProjectSummary
    from .operations.locks import LockInfo, LocksReport, UnlockReport
    from .operations.migrate_index import MigrateReport
    from .operations.prune import PruneReport
    from .operations.publish.report import PublishReport
    from .operations.reindex.reindex import ReindexReport
    from .operations.retention import Retention
    from .operations.status import StatusReport
    from .operations.transfer.promote import PromoteReport
    from .operations.transfer.report import ImportReport
    from .operations.upload_files import UploadReport
    from .operations.verify.verify import VerifyReport
    from .operations.yank import YankReport

__all__ = ["PackageRepository", "aws_settings", "open_repository"]

log = logging.getLogger(__name__)


def open_repository(target: str | os.PathLike[str] | None = None, **settings: str | bool | None) -> PackageRepository:
    """The repository at ``target``; nothing is asked of it yet.

    :param target: as ``--target``: ``s3://bucket/prefix``, ``file:///folder``, a path with a ``/`` in it, a configured
        name; a `Path` is always a folder. None: as configured.
    :param settings: the other settings, by their names with ``_``: ``profile="work"``, ``endpoint_url="https://…"``.
        What is not given comes from where the command line takes it: the environment, pyproject.toml and so on.

    Raises `ConfigurationError` for a bad or unknown setting, and where nothing names a target.
    """
    if isinstance(target, os.PathLike):
        target = Path(target).absolute().as_uri()
    given = {name: value for name, value in settings.items() if value is not None}
    resolved = resolve(command_line=given if target is None else {**given, "target": target})
    resolved.require_target()
    return PackageRepository(resolved)


def aws_settings(settings: Settings) -> dict[str, tuple[str, str]]:
    """What AWS's own configuration decides for the target: name → value and origin; empty where it is no bucket."""
    from .stores.registry import find_aws_settings

    return find_aws_settings(settings)


class PackageRepository:
    """A repository on S3 or in a folder; see `open_repository`.

    Every method is one command, complete in itself, and safe beside any other publisher, in this process or elsewhere.
    Project names may be spelt in any way. All raise `ConfigurationError`, `RepositoryError` (its subclass `NotListed`
    where there is no such project, version or file) and `StoreError`; their text is one line for people.

    ``monitor`` of a method is told of the work while it is done, and may cancel it (`Stopped`). ``confirm`` is called
    with the report of what is about to be destroyed; what it raises ends the work, and nothing is changed.

    Connections stay open between calls; `close` closes them, as does the end of a ``with`` block.

    :param beside: a repository whose AWS credentials this one shares.
    """

    def __init__(self, settings: Settings, *, beside: PackageRepository | None = None) -> None:
        from .session import Session

        self._settings = settings
        self._session: Session = Session(settings, beside=beside._session if beside else None)

    def __repr__(self) -> str:
        return f"<PackageRepository {self.target}>"

    def __enter__(self) -> PackageRepository:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; the next call opens others."""
        self._session.close()

    @property
    def target(self) -> str:
        """Where it lies, as a URL."""
        return str(self._settings.require_target())

    def initialize(self) -> InitReport:
        """Make an empty repository; one that exists stays as it is."""
        from .operations.init import initialize
        from .repository.repository_config import read_config

        existed = read_config(self._session.store(locks=True), self._session.layout) is not None
        with self._session.repository(existing=False) as repository:
            return initialize(repository, existed=existed, pages=self._settings.pages)

    def doctor(
        self,
        *,
        read_only: bool = False,
        left: Callable[[str | None], None] = lambda where: None,
        monitor: Monitor = UNMONITORED,
    ) -> DoctorReport:
        """Examine the target by doing what publishing does; ``ok`` of the report says whether that is sound.

        :param read_only: write nothing, and ask only about reading.
        :param left: told below which URL objects lie that are deleted at the end, and None when they are.
        """
        from contextlib import closing

        from .doctor.target import examine

        session = self._session
        with suppress(Error):  # a check meets it again
            session.sign_in(locks=True)
        store = session.store()
        with closing(session.locks()) as locks:
            return examine(
                self._settings,
                store,
                session.layout,
                locks,
                index_url=session.index_url,
                read_only=read_only,
                left=left,
                counter=monitor.count,
            )

    def publish(
        self,
        *files: str | os.PathLike[str],
        if_exists: IfExists | str | None = None,
        dry_run: bool = False,
        monitor: Monitor = UNMONITORED,
    ) -> PublishReport:
        """Publish wheels and sdists: paths, globs, or folders that hold them, relative to the working folder.

        All files of a project commit together. Check ``ok`` of the report: what concerns one project fails only its
        files. Raises `InvalidDistribution` for what is no distribution; nothing is written then.

        :param if_exists: ``same`` (the default: equal bytes are success, others a conflict), ``skip``, ``fail`` or
            ``replace``.
        """
        from .distribution import Distribution
        from .operations.hashing import read_files
        from .operations.publish.publish import publish

        session, settings = self._session, self._settings
        paths = select_distributions([os.fspath(file) for file in files])
        # Opened before the files are hashed: the store loads its client in the background.
        store = session.store(locks=not dry_run)
        distributions = read_files(paths, partial(Distribution.read, strict=settings.strict_metadata), monitor)
        # A store that ignores conditions would overwrite listed files; one that keeps no metadata could not tell a
        # refused file from one that somebody put there to be listed.
        cautious = settings.unsafe_no_locking or store.conditional_writes is False or not store.keeps_metadata
        with session.repository(existing=False, dry_run=dry_run, observer=monitor.observer) as repository:
            return publish(
                repository,
                distributions,
                if_exists=self._if_exists(if_exists),
                dry_run=dry_run,
                cautious=cautious,
                index_url=session.index_url,
                progress=monitor.progress,
            )

    def upload_files(
        self, paths: Sequence[Path], *, dry_run: bool = False, monitor: Monitor = UNMONITORED
    ) -> UploadReport:
        """Store any files under the target, under their own names, without an index (``s3upload``).

        The setting ``if-exists`` decides about objects that exist: ``replace`` overwrites; ``same`` compares bytes.
        """
        from concurrent.futures import ThreadPoolExecutor

        from .distribution.local_file import LocalFile
        from .operations.hashing import read_files
        from .operations.upload_files import UploadReport, upload

        store = self._session.store()
        with ThreadPoolExecutor(8, "s3pypi-upload") as pool:
            files = upload(
                store,
                self._session.layout.prefix,
                read_files(paths, partial(LocalFile.read, allow_empty=True), monitor),
                pool,
                if_exists=self._settings.if_exists,
                dry_run=dry_run,
                progress=monitor.progress,
                observer=monitor.observer,
            )
        return UploadReport(self.target, files, dry_run)

    def list(self, *patterns: str) -> tuple[ProjectSummary, ...]:
        """The projects, sorted by name, with what each holds; one request a project.

        :param patterns: names of projects, or globs of normalized names; all where none is given.
        """
        return self.list_report(patterns).projects

    def names(self) -> tuple[str, ...]:
        """The normalized names of the projects, sorted; one request."""
        return tuple(project.name for project in self.list_report(names_only=True).projects)

    def list_report(self, patterns: Sequence[str] = (), *, names_only: bool = False) -> ListReport:
        """As `list`, with what concerns the repository as a whole.

        :param names_only: nothing but names is asked for.
        """
        from .operations.file_selector import project_pattern
        from .operations.listing import list_projects

        selector = tuple(map(project_pattern, patterns))
        with self._session.repository(reading=True) as repository:
            return list_projects(repository, selector, names_only=names_only)

    def show(self, project: str, version: str | None = None) -> ProjectReport:
        """A project with its files, or with those of one version."""
        from .operations.file_selector import project_name
        from .operations.listing import show_project

        with self._session.repository(reading=True) as repository:
            return show_project(repository, project_name(project), version, index_url=self._session.index_url)

    def download(
        self,
        project: str,
        version: str | None = None,
        folder: str | os.PathLike[str] = ".",
        *,
        monitor: Monitor = UNMONITORED,
    ) -> DownloadReport:
        """Download all files of a version, verified by their listed hashes; check ``ok`` of the report.

        :param version: None is the newest that is neither yanked nor a pre-release.
        :param folder: made where there is none. A file in it that has other bytes is an error.
        """
        from .operations.download import download
        from .operations.file_selector import project_name

        with self._session.repository(reading=True) as repository:
            return download(
                repository,
                project_name(project),
                version,
                Path(folder),
                counter=monitor.count,
                observer=monitor.observer,
            )

    def delete(self, project: str, version: str, *, dry_run: bool = False) -> DeleteReport:
        """Delete all files of a version, the objects too; what was deleted before is deleted to the end."""
        from .operations.file_selector import FileSelector

        return self.delete_selected(project, FileSelector(version), dry_run=dry_run)

    def delete_files(self, project: str, filenames: Iterable[str], *, dry_run: bool = False) -> DeleteReport:
        """Delete single files, as `delete`; raises `ValueError` when none is named."""
        from .operations.file_selector import FileSelector

        selector = FileSelector(filenames=tuple(filenames))
        if selector.whole:
            raise ValueError("name the files to delete")
        return self.delete_selected(project, selector, dry_run=dry_run)

    def delete_project(self, project: str, *, dry_run: bool = False) -> DeleteReport:
        """Delete a whole project: it is on no list any more, and its pages are gone."""
        from .operations.file_selector import FileSelector

        return self.delete_selected(project, FileSelector(), dry_run=dry_run)

    def delete_selected(
        self,
        project: str,
        selector: FileSelector,
        *,
        dry_run: bool = False,
        confirm: Callable[[DeleteReport], None] | None = None,
        monitor: Monitor = UNMONITORED,
    ) -> DeleteReport:
        """Delete the files that ``selector`` selects: a version, single files or the whole project."""
        from .operations.delete import delete
        from .operations.file_selector import project_name

        with self._session.repository(dry_run=dry_run, observer=monitor.observer) as repository:
            return delete(repository, project_name(project), selector, dry_run=dry_run, confirm=confirm)

    def yank(
        self,
        project: str,
        version: str | None = None,
        *,
        filenames: Sequence[str] = (),
        reason: str | None = None,
        dry_run: bool = False,
        monitor: Monitor = UNMONITORED,
    ) -> YankReport:
        """Mark all files of a version, or single files, as yanked (PEP 592)."""
        from .operations.file_selector import FileSelector, project_name
        from .operations.yank import yank

        with self._session.repository(dry_run=dry_run, observer=monitor.observer) as repository:
            selector = FileSelector(version, tuple(filenames))
            return yank(repository, project_name(project), selector, reason=reason, dry_run=dry_run)

    def unyank(
        self,
        project: str,
        version: str | None = None,
        *,
        filenames: Sequence[str] = (),
        dry_run: bool = False,
        monitor: Monitor = UNMONITORED,
    ) -> YankReport:
        """Take the mark of `yank` off."""
        from .operations.file_selector import FileSelector, project_name
        from .operations.yank import unyank

        with self._session.repository(dry_run=dry_run, observer=monitor.observer) as repository:
            return unyank(repository, project_name(project), FileSelector(version, tuple(filenames)), dry_run=dry_run)

    def set_status(
        self,
        project: str,
        status: Status | str,
        *,
        reason: str | None = None,
        dry_run: bool = False,
        monitor: Monitor = UNMONITORED,
    ) -> StatusReport:
        """Set a project's status: ``active``, ``archived``, ``quarantined`` or ``deprecated`` (PEP 792)."""
        from .index.model import Status
        from .operations.file_selector import project_name
        from .operations.status import set_status

        marker = Status(status)
        with self._session.repository(dry_run=dry_run, observer=monitor.observer) as repository:
            return set_status(repository, project_name(project), marker, reason=reason, dry_run=dry_run)

    def verify(self, *projects: str, deep: bool = False, monitor: Monitor = UNMONITORED) -> VerifyReport:
        """Compare what is listed with what lies there; of all projects where none is named.

        :param deep: also read and hash every file.
        """
        from .operations.file_selector import project_names
        from .operations.verify.verify import verify

        with self._session.repository(reading=True) as repository:
            monitor.count.expect(0)  # nobody is asked for credentials any more: what is drawn may begin
            return verify(repository, project_names(projects), deep=deep, counter=monitor.count)

    def reindex(
        self,
        *projects: str,
        deep: bool = False,
        unlist_missing: bool = False,
        dry_run: bool = False,
        monitor: Monitor = UNMONITORED,
    ) -> ReindexReport:
        """Rebuild records, metadata files and pages from what lies there; of all projects where none is named.

        ``repository.json`` is made anew where it is lost or damaged.

        :param deep: also read and hash every file.
        :param unlist_missing: list files no more whose objects are gone.
        """
        from .operations.file_selector import project_names
        from .operations.reindex.recovery import discard_damaged_record
        from .operations.reindex.reindex import reindex
        from .repository.inventory import holds_distributions

        names, layout = project_names(projects), self._session.layout
        store = self._session.store(locks=not dry_run)
        if not dry_run and discard_damaged_record(store, layout):
            log.warning(
                "%s: was damaged, and is made anew; set the public URL again if one was set", layout.repository_config
            )
        existing = not holds_distributions(store, layout)
        with self._session.repository(existing=existing, dry_run=dry_run, observer=monitor.observer) as repository:
            monitor.count.expect(0)
            return reindex(
                repository, names, deep=deep, unlist_missing=unlist_missing, dry_run=dry_run, counter=monitor.count
            )

    def prune(
        self,
        *patterns: str,
        orphans: bool = True,
        grace: timedelta = timedelta(hours=24),
        keep_last: int | None = None,
        older_than: timedelta | None = None,
        pre_releases: bool = False,
        dev: bool = False,
        dry_run: bool = False,
    ) -> PruneReport:
        """Delete objects that nothing lists, and releases that need not be kept.

        :param patterns: names of projects, or globs of normalized names; all where none is given.
        :param orphans: whether objects that nothing lists go.
        :param grace: how long an object that nothing lists stays.
        :param keep_last: the newest releases that stay. Releases go only where one of this and the next three is given,
            and meet all that are.
        :param older_than: how long ago the last file of a release must have been uploaded.
        :param pre_releases: alphas, betas and release candidates may go.
        :param dev: development releases may go.
        """
        from .operations.retention import Retention

        retention = Retention(keep_last, older_than, pre_releases, dev)
        return self.prune_by(patterns, retention, orphans=orphans, grace=grace, dry_run=dry_run)

    def prune_by(
        self,
        patterns: Sequence[str],
        retention: Retention,
        *,
        orphans: bool = True,
        grace: timedelta = timedelta(hours=24),
        dry_run: bool = False,
        confirm: Callable[[PruneReport], None] | None = None,
        monitor: Monitor = UNMONITORED,
    ) -> PruneReport:
        """As `prune`, with the rules of retention as a value."""
        from .operations.file_selector import project_pattern
        from .operations.prune import prune

        selector = tuple(map(project_pattern, patterns))
        with self._session.repository(dry_run=dry_run, observer=monitor.observer) as repository:
            monitor.count.expect(0)
            return prune(
                repository,
                selector,
                orphans=orphans,
                grace=grace,
                retention=retention,
                dry_run=dry_run,
                confirm=confirm,
                counter=monitor.count,
            )

    def promote(
        self,
        project: str,
        version: str,
        to: PackageRepository,
        *,
        if_exists: IfExists | str | None = None,
        dry_run: bool = False,
        monitor: Monitor = UNMONITORED,
    ) -> PromoteReport:
        """List a version in another repository too, with the same bytes; check ``ok`` of the report.

        :param to: made where there is none.
        :param if_exists: as `publish`, about files that are listed there.
        """
        from .operations.file_selector import project_name
        from .operations.transfer.promote import promote

        source, target = self._session, to._session
        source.sign_in()
        target.sign_in(locks=not dry_run)
        if source.is_same_place(target):
            raise to._is_the_same()
        with (
            source.repository(reading=True) as origin,
            target.repository(existing=False, dry_run=dry_run, observer=monitor.observer) as destination,
        ):
            return promote(
                origin,
                destination,
                project_name(project),
                version,
                if_exists=to._if_exists(if_exists),
                dry_run=dry_run,
                index_url=target.index_url,
                progress=monitor.progress,
            )

    def import_from(
        self,
        source: PackageRepository | None = None,
        *,
        projects: Iterable[str] = (),
        strays: bool = False,
        elsewhere: bool = False,
        dry_run: bool = False,
        monitor: Monitor = UNMONITORED,
    ) -> ImportReport:
        """Bring the files of ``source``, a repository of any tool, in here; check ``ok`` of the report.

        :param source: None adopts in place what another tool left here.
        :param projects: only these; all where none is named.
        :param strays: also take files that another project's manifest lists, and files from another project's folder
            into projects that have a manifest.
        :param elsewhere: refuse a source that is this very place (a mirror).
        """
        from .operations.file_selector import project_names
        from .operations.transfer.import_repository import import_repository

        names = {*project_names(projects)}
        target, origin = self._session, source._session if source else None
        if origin:
            origin.sign_in()
        target.sign_in(locks=not dry_run)
        if origin is None or origin.is_same_place(target):
            if elsewhere:
                raise self._is_the_same()
            origin = None
        with ExitStack() as stack:
            destination = stack.enter_context(
                target.repository(existing=False, dry_run=dry_run, observer=monitor.observer)
            )
            return import_repository(
                stack.enter_context(origin.repository(existing=False, reading=True)) if origin else destination,
                destination,
                projects=names,
                strays=strays,
                dry_run=dry_run,
                index_url=target.index_url,
                progress=monitor.progress,
            )

    def migrate_index(
        self,
        style: PageStyle | str,
        *,
        dry_run: bool = False,
        confirm: Callable[[MigrateReport], None] | None = None,
        monitor: Monitor = UNMONITORED,
    ) -> MigrateReport:
        """Change which pages there are, and where they lie.

        :param style: ``index.html``, ``/``, ``both`` or ``json``; raises `ValueError` for any other.
        """
        from .operations.migrate_index import migrate_index

        style = PageStyle(style)
        with self._session.repository(dry_run=dry_run, observer=monitor.observer) as repository:
            return migrate_index(repository, style, dry_run=dry_run, confirm=confirm)

    def locks(self) -> tuple[LockInfo, ...]:
        """Who holds which lock of the lock table; raises `ConfigurationError` where none is configured."""
        return self.locks_report().locks

    def locks_report(self) -> LocksReport:
        """As `locks`, with the table's name. A target that cannot be read is only warned of: locks lack names then."""
        from .operations.locks import list_locks

        table = self._session.lock_table()
        self._session.sign_in(store=False, locks=True)
        report = list_locks(table)
        if self._settings.target is None or all(lock.project for lock in report.locks):
            return report
        try:
            with self._session.repository(reading=True) as repository:
                names = repository.projects()
        except Error as error:
            log.warning("some locks are not told by name: %s", error)
            return report
        return list_locks(table, names)

    def force_unlock(
        self, lock: str, *, dry_run: bool = False, confirm: Callable[[UnlockReport], None] | None = None
    ) -> UnlockReport:
        """Remove a lock from the lock table, whoever holds it; raises `LockError` when there is none.

        :param lock: its id, or the name of the project; ``/`` for the list of projects.
        """
        from .operations.locks import force_unlock, read_lock

        id, project = read_lock(lock)  # noqa: A001
        table = self._session.lock_table()
        self._session.sign_in(store=False, locks=True)
        return force_unlock(table, id, project, dry_run=dry_run, confirm=confirm)

    def _if_exists(self, given: IfExists | str | None) -> IfExists:
        return self._settings.if_exists if given is None else IfExists(given)

    def _is_the_same(self) -> UsageError:
        return UsageError(f"{self.target}: both repositories are this one; name two different ones")
