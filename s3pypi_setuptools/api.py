# ruff: noqa: PLC0415 (each operation is imported when it is first used)
"""One repository as an object: programs, the command line and build frontends reach every operation through it.

The package exports all of this; nothing else is imported before it is used.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from .config.choices import IfExists
from .config.resolve import resolve
from .config.settings import Settings
from .contents import RepositoryContents
from .errors import UsageError
from .monitor import UNMONITORED, Monitor
from .naming import project_name, project_names

if TYPE_CHECKING:
    from .operations.publish.report import PublishReport
    from .operations.s3upload import UploadReport
    from .operations.transfer.promote import PromoteReport
    from .operations.transfer.transfer import ImportReport
    from .repository.reader import RepositoryReader


def open_repository(target: str | os.PathLike[str] | None = None, **settings: str | bool | None) -> PackageRepository:
    """The repository at ``target``; no request is made before one of its methods is called.

    :param target: as ``--target``: ``s3://bucket/prefix``, ``file:///folder``, a path with a ``/`` in it, a configured
        name; a `Path` is always a folder. None: as configured.
    :param settings: the other settings, by their names with ``_``: ``profile="work"``, ``endpoint_url="https://…"``.
        Settings that are not given come from where the command line takes them: environment, pyproject.toml and so on.

    Raises `ConfigurationError` for a bad or unknown setting, and if nothing names a target.
    """
    if isinstance(target, os.PathLike):
        target = Path(target).absolute().as_uri()
    given = {name: value for name, value in settings.items() if value is not None}
    resolved = resolve(command_line=given if target is None else {**given, "target": target})
    resolved.require_target()
    return PackageRepository(resolved)


def aws_settings(settings: Settings) -> dict[str, tuple[str, str]]:
    """What AWS's own variables and files decide for the target: name → (value, origin); empty for a folder.

    Raises `ConfigurationError` if they cannot be used.
    """
    from .stores.registry import find_aws_settings

    return find_aws_settings(settings)


class PackageRepository(RepositoryContents):
    """A repository on S3 or in a folder; see `open_repository`.

    Every method is one command of ``s3pypi``, complete in itself. Any number of publishers and threads may work on one
    repository at the same time. Connections stay open between calls; `close` closes them, as does the end of a
    ``with`` block.

    These parameters mean the same in every method:

    - ``project``: a project's name in any spelling.
    - ``dry_run``: write nothing; the report says what would be done.
    - ``confirm``: called with the report of what is about to be deleted. An exception that it raises ends the work, and
      nothing is changed.
    - ``monitor``: receives progress, and may cancel the work (`Cancelled`).

    Every method raises `ConfigurationError`, `RepositoryError` (its subclass `NotListed` if there is no such project,
    version or file), `StoreError`, and `UsageError` for a name that no project can have. The text of each is one line
    for people.

    :param beside: a repository whose AWS credentials this one shares.
    """

    def reader(self) -> RepositoryReader:
        """What reads pages and files as they are stored; nothing is asked of the store yet."""
        from .repository.reader import RepositoryReader

        return RepositoryReader(self._session.store(), self._session.layout)

    def take_once(self, name: str) -> bool:
        """Take ``name`` (letters and digits); False if it was taken within the last two days, on any machine."""
        from .operations.take_once import take_once

        return take_once(self._session.store(), self._session.layout, name)

    def publish(
        self,
        *files: str | os.PathLike[str],
        if_exists: IfExists | str | None = None,
        dry_run: bool = False,
        monitor: Monitor = UNMONITORED,
    ) -> PublishReport:
        """Publish wheels and sdists: paths, globs, or folders that hold them, relative to the working folder.

        All files of a project are listed in one commit. Check ``ok`` of the report: an error that concerns one project
        fails only that project's files. Raises `InvalidDistribution` for a file that is no distribution; nothing is
        written then.

        :param if_exists: ``same`` (the default: a file with equal bytes is success, with others a conflict), ``skip``,
            ``fail`` or ``replace``.
        """
        from .distribution import Distribution
        from .distribution.selection import select_distributions
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
        with self._changing(dry_run, monitor, existing=False) as repository:
            return publish(repository, distributions, if_exists=self._if_exists(if_exists), cautious=cautious)

    def upload_files(
        self, paths: Sequence[Path], *, dry_run: bool = False, monitor: Monitor = UNMONITORED
    ) -> UploadReport:
        """Store any files under the target, under their own names, without an index (``s3upload``).

        The setting ``if-exists`` decides about objects that exist: ``replace`` overwrites; ``same`` compares bytes.
        """
        from .distribution.local_file import LocalFile
        from .operations.hashing import read_files
        from .operations.s3upload import UploadReport, upload

        store, settings = self._session.store(), self._settings
        files = read_files(paths, partial(LocalFile.read, allow_empty=True), monitor)
        prefix = self._session.layout.prefix
        stored = upload(store, prefix, files, if_exists=settings.if_exists, dry_run=dry_run, monitor=monitor)
        return UploadReport(self.target, stored, dry_run)

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

        :param to: created if it does not exist. Raises `UsageError` if it is this repository.
        :param if_exists: as of `publish`, for files that are listed there.
        """
        from .operations.transfer.promote import promote

        source, target = self._session, to._session
        source.sign_in()
        target.sign_in(locks=not dry_run)
        if source.is_same_place(target):
            raise to._is_the_same()
        with self._reading() as origin, to._changing(dry_run, monitor, existing=False) as destination:
            return promote(origin, destination, project_name(project), version, if_exists=to._if_exists(if_exists))

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
        """List the files of ``source``, a repository of any tool, in this repository; check ``ok`` of the report.

        :param source: None adopts in place what another tool stored here.
        :param projects: only these; all projects if none is named.
        :param strays: also take files that another project's manifest lists, and files from another project's folder
            into projects that have a manifest.
        :param elsewhere: raise `UsageError` if the source is this repository (a mirror).
        """
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
            destination = stack.enter_context(self._changing(dry_run, monitor, existing=False))
            read = stack.enter_context(origin.repository(existing=False, reading=True)) if origin else destination
            return import_repository(read, destination, projects=names, strays=strays)

    def _if_exists(self, given: IfExists | str | None) -> IfExists:
        return self._settings.if_exists if given is None else IfExists(given)

    def _is_the_same(self) -> UsageError:
        return UsageError(f"{self.target}: both repositories are this one; name two different ones")
