"""What programs in Python use: one repository as an object.

The package itself exports all of this; nothing is imported before it is used.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from .config.resolve import resolve
from .config.settings import IfExists, Settings
from .selection import select_distributions

if TYPE_CHECKING:
    from .app import InitReport
    from .app.contents import DeleteReport, ProjectReport, ProjectSummary, Status, StatusReport, YankReport
    from .operations.publish import PublishReport

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

    def publish(
        self, *files: str | os.PathLike[str], if_exists: IfExists | str | None = None, dry_run: bool = False
    ) -> PublishReport:
        """Publish wheels and sdists: paths, globs, or folders that hold them, relative to the working folder.

        All files of a project commit together. Check ``ok`` of the report: what concerns one project fails only its
        files. Raises `InvalidDistribution` for what is no distribution; nothing is written then.

        :param if_exists: ``same`` (the default: equal bytes are success, others a conflict), ``skip``, ``fail`` or
            ``replace``.
        """
        from dataclasses import replace  # noqa: PLC0415

        from . import app  # noqa: PLC0415

        settings = self._settings
        if if_exists is not None:
            settings = replace(settings, if_exists=IfExists(if_exists))
        return app.publish(settings, select_distributions([os.fspath(file) for file in files]), dry_run=dry_run)

    def list(self) -> tuple[ProjectSummary, ...]:
        """The projects, sorted by name, with what each holds; one request a project."""
        from .app import contents  # noqa: PLC0415

        return contents.list_projects(self._settings).projects

    def names(self) -> tuple[str, ...]:
        """The normalized names of the projects, sorted; one request."""
        from .app import contents  # noqa: PLC0415

        report = contents.list_projects(self._settings, names_only=True)
        return tuple(project.name for project in report.projects)

    def show(self, project: str, version: str | None = None) -> ProjectReport:
        """A project with its files, or with those of one version."""
        from .app import contents  # noqa: PLC0415

        return contents.show_project(self._settings, project, version)

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
