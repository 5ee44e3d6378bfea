"""What programs in Python use: one repository as an object.

The package itself exports all of this; nothing is imported before it is used.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from .config.resolve import resolve
from .config.settings import IfExists, Settings
from .distribution.selection import select_distributions

if TYPE_CHECKING:
    from .app import InitReport
    from .app.contents import (
        DeleteReport,
        DownloadReport,
        ProjectReport,
        ProjectSummary,
        Status,
        StatusReport,
        YankReport,
    )
    from .app.diagnosis import DoctorReport
    from .app.locking import HeldLock, UnlockReport
    from .app.maintenance import PruneReport, ReindexReport, VerifyReport
    from .app.transfers import ImportReport, PromoteReport
    from .operations.migrate_index import MigrateReport
    from .operations.publish.report import PublishReport

__all__ = ["PackageRepository", "open_repository"]


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


class PackageRepository:
    """A repository on S3 or in a folder; see `open_repository`.

    Every method is one command, complete in itself, and safe beside any other publisher. Project names may be spelt in
    any way. All raise `ConfigurationError`, `RepositoryError` (there is no such project, version or file, or the
    repository does not allow it) and `StoreError`; their text is one line for people.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def __repr__(self) -> str:
        return f"<PackageRepository {self.target}>"

    @property
    def target(self) -> str:
        """Where it lies, as a URL."""
        return str(self._settings.require_target())

    def initialize(self) -> InitReport:
        """Make an empty repository; one that exists stays as it is."""
        from . import app  # noqa: PLC0415

        return app.initialize(self._settings)

    def doctor(self, *, read_only: bool = False) -> DoctorReport:
        """Examine the target by doing what publishing does; ``ok`` of the report says whether that is sound.

        :param read_only: write nothing, and ask only about reading.
        """
        from .app import diagnosis  # noqa: PLC0415

        return diagnosis.doctor(self._settings, read_only=read_only)

    def publish(
        self, *files: str | os.PathLike[str], if_exists: IfExists | str | None = None, dry_run: bool = False
    ) -> PublishReport:
        """Publish wheels and sdists: paths, globs, or folders that hold them, relative to the working folder.

        All files of a project commit together. Check ``ok`` of the report: what concerns one project fails only its
        files. Raises `InvalidDistribution` for what is no distribution; nothing is written then.

        :param if_exists: ``same`` (the default: equal bytes are success, others a conflict), ``skip``, ``fail`` or
            ``replace``.
        """
        from . import app  # noqa: PLC0415

        settings = self._deciding(if_exists)
        return app.publish(settings, select_distributions([os.fspath(file) for file in files]), dry_run=dry_run)

    def list(self, *patterns: str) -> tuple[ProjectSummary, ...]:
        """The projects, sorted by name, with what each holds; one request a project.

        :param patterns: names of projects, or globs of normalized names; all where none is given.
        """
        from .app import contents  # noqa: PLC0415

        return contents.list_projects(self._settings, patterns).projects

    def names(self) -> tuple[str, ...]:
        """The normalized names of the projects, sorted; one request."""
        from .app import contents  # noqa: PLC0415

        report = contents.list_projects(self._settings, names_only=True)
        return tuple(project.name for project in report.projects)

    def show(self, project: str, version: str | None = None) -> ProjectReport:
        """A project with its files, or with those of one version."""
        from .app import contents  # noqa: PLC0415

        return contents.show_project(self._settings, project, version)

    def download(
        self, project: str, version: str | None = None, folder: str | os.PathLike[str] = "."
    ) -> DownloadReport:
        """Download all files of a version, verified by their listed hashes; check ``ok`` of the report.

        :param version: None is the newest that is neither yanked nor a pre-release.
        :param folder: made where there is none. A file in it that has other bytes is an error.
        """
        from .app import contents  # noqa: PLC0415

        return contents.download(self._settings, project, version, Path(folder))

    def delete(self, project: str, version: str, *, dry_run: bool = False) -> DeleteReport:
        """Delete all files of a version, the objects too; what was deleted before is deleted to the end."""
        from .app import contents  # noqa: PLC0415

        return contents.delete(self._settings, project, contents.Wanted(version), dry_run=dry_run)

    def delete_files(self, project: str, filenames: Iterable[str], *, dry_run: bool = False) -> DeleteReport:
        """Delete single files, as `delete`; raises `ValueError` when none is named."""
        from .app import contents  # noqa: PLC0415

        wanted = contents.Wanted(filenames=tuple(filenames))
        if wanted.whole:
            raise ValueError("name the files to delete")
        return contents.delete(self._settings, project, wanted, dry_run=dry_run)

    def delete_project(self, project: str, *, dry_run: bool = False) -> DeleteReport:
        """Delete a whole project: it is on no list any more, and its pages are gone."""
        from .app import contents  # noqa: PLC0415

        return contents.delete(self._settings, project, contents.Wanted(), dry_run=dry_run)

    def yank(self, project: str, version: str, *, reason: str | None = None, dry_run: bool = False) -> YankReport:
        """Mark all files of a version as yanked (PEP 592)."""
        from .app import contents  # noqa: PLC0415

        return contents.yank(self._settings, project, contents.Wanted(version), reason=reason, dry_run=dry_run)

    def unyank(self, project: str, version: str, *, dry_run: bool = False) -> YankReport:
        """Take the mark of `yank` off."""
        from .app import contents  # noqa: PLC0415

        return contents.unyank(self._settings, project, contents.Wanted(version), dry_run=dry_run)

    def set_status(
        self, project: str, status: Status | str, *, reason: str | None = None, dry_run: bool = False
    ) -> StatusReport:
        """Set a project's status: ``active``, ``archived``, ``quarantined`` or ``deprecated`` (PEP 792)."""
        from .app import contents  # noqa: PLC0415

        return contents.set_status(self._settings, project, contents.Status(status), reason=reason, dry_run=dry_run)

    def verify(self, *projects: str, deep: bool = False) -> VerifyReport:
        """Compare what is listed with what lies there; of all projects where none is named.

        :param deep: also read and hash every file.
        """
        from .app import maintenance  # noqa: PLC0415

        return maintenance.verify(self._settings, projects, deep=deep)

    def reindex(
        self, *projects: str, deep: bool = False, unlist_missing: bool = False, dry_run: bool = False
    ) -> ReindexReport:
        """Rebuild records, metadata files and pages from what lies there; of all projects where none is named.

        :param deep: also read and hash every file.
        :param unlist_missing: list files no more whose objects are gone.
        """
        from .app import maintenance  # noqa: PLC0415

        return maintenance.reindex(self._settings, projects, deep=deep, unlist_missing=unlist_missing, dry_run=dry_run)

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
        from .app import maintenance  # noqa: PLC0415

        retention = maintenance.Retention(keep_last, older_than, pre_releases, dev)
        return maintenance.prune(
            self._settings, patterns, orphans=orphans, grace=grace, retention=retention, dry_run=dry_run
        )

    def promote(
        self,
        project: str,
        version: str,
        to: PackageRepository,
        *,
        if_exists: IfExists | str | None = None,
        dry_run: bool = False,
    ) -> PromoteReport:
        """List a version in another repository too, with the same bytes; check ``ok`` of the report.

        :param if_exists: as `publish`, about files that are listed there.
        """
        from .app import transfers  # noqa: PLC0415

        return transfers.promote(self._settings, to._deciding(if_exists), project, version, dry_run=dry_run)

    def import_from(
        self,
        source: PackageRepository | None = None,
        *,
        projects: Iterable[str] = (),
        strays: bool = False,
        dry_run: bool = False,
    ) -> ImportReport:
        """Bring the files of ``source``, a repository of any tool, in here; check ``ok`` of the report.

        :param source: None adopts in place what another tool left here.
        :param projects: only these; all where none is named.
        :param strays: also take files that another project's manifest lists, and files from another project's folder
            into projects that have a manifest.
        """
        from .app import transfers  # noqa: PLC0415

        origin = None if source is None else source._settings
        return transfers.import_repository(
            self._settings, origin, projects=tuple(projects), strays=strays, dry_run=dry_run
        )

    def migrate_index(self, style: str, *, dry_run: bool = False) -> MigrateReport:
        """Change which pages there are, and where they lie.

        :param style: ``index.html``, ``/``, ``both`` or ``json``; raises `ValueError` for any other.
        """
        from .app import transfers  # noqa: PLC0415

        return transfers.migrate_index(self._settings, transfers.PageStyle(style), dry_run=dry_run)

    def locks(self) -> tuple[HeldLock, ...]:
        """Who holds which lock of the lock table; raises `ConfigurationError` where none is configured."""
        from .app import locking  # noqa: PLC0415

        return locking.list_locks(self._settings).locks

    def force_unlock(self, lock: str, *, dry_run: bool = False) -> UnlockReport:
        """Remove a lock from the lock table, whoever holds it; raises `LockError` when there is none.

        :param lock: its id, or the name of the project; ``/`` for the list of projects.
        """
        from .app import locking  # noqa: PLC0415

        return locking.force_unlock(self._settings, lock, dry_run=dry_run)

    def _deciding(self, if_exists: IfExists | str | None) -> Settings:
        """The settings, with another decision about files that are listed already."""
        return self._settings if if_exists is None else replace(self._settings, if_exists=IfExists(if_exists))
