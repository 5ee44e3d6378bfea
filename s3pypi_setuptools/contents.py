# ruff: noqa: PLC0415 (each operation is imported when it is first used)
"""The methods of `api.PackageRepository` that show what a repository lists, and that change it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from .maintenance import RepositoryMaintenance
from .monitor import UNMONITORED, Monitor
from .naming import project_name, project_pattern

if TYPE_CHECKING:
    from .index.model import Status
    from .operations.delete import DeleteReport
    from .operations.download import DownloadReport
    from .operations.listing import ListReport, ProjectReport
    from .operations.status import StatusReport
    from .operations.yank import YankReport


class RepositoryContents(RepositoryMaintenance):
    """Base of `api.PackageRepository`, which says what parameters mean and which errors every method raises."""

    def list(self, *patterns: str, names_only: bool = False) -> ListReport:
        """The projects, sorted by name, with what each holds: a sequence of them. It takes a request for each project.

        :param patterns: names of projects, or globs of normalized names; all projects if none is given.
        :param names_only: read nothing but the names, with one request.
        """
        from .operations.listing import list_projects

        selector = tuple(map(project_pattern, patterns))
        with self._reading() as repository:
            return list_projects(repository, selector, names_only=names_only)

    def names(self) -> tuple[str, ...]:
        """The normalized names of the projects, sorted; one request."""
        return tuple(project.name for project in self.list(names_only=True))

    def show(self, project: str, version: str | None = None) -> ProjectReport:
        """A project with its files, or with those of one version."""
        from .operations.listing import show_project

        with self._reading() as repository:
            return show_project(repository, project_name(project), version)

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
        :param folder: created if it does not exist. A file in it with other bytes is an error.
        """
        from .operations.download import download

        with self._reading(monitor) as repository:
            return download(repository, project_name(project), version, Path(folder))

    def delete(
        self,
        project: str,
        version: str | None = None,
        *,
        filenames: Iterable[str] = (),
        whole: bool = False,
        dry_run: bool = False,
        confirm: Callable[[DeleteReport], None] | None = None,
        monitor: Monitor = UNMONITORED,
    ) -> DeleteReport:
        """Delete all files of a version, single files, or the whole project: from the index, and then their objects.

        A deletion that was interrupted is completed. Raises `ValueError` unless exactly one of ``version``,
        ``filenames`` and ``whole`` is given.

        :param whole: also take the project off the list of projects, and delete its pages.
        """
        from .operations.delete import delete
        from .operations.file_selector import FileSelector

        selector = FileSelector(version, tuple(filenames))
        if selector.whole is not whole or (selector.filenames and version is not None):
            raise ValueError("name the files to delete, or a version, or the whole project")
        with self._changing(dry_run, monitor) as repository:
            return delete(repository, project_name(project), selector, confirm)

    def delete_files(self, project: str, filenames: Iterable[str], *, dry_run: bool = False) -> DeleteReport:
        """`delete` of single files; raises `ValueError` if none is named."""
        return self.delete(project, filenames=filenames, dry_run=dry_run)

    def delete_project(self, project: str, *, dry_run: bool = False) -> DeleteReport:
        """`delete` of a whole project."""
        return self.delete(project, whole=True, dry_run=dry_run)

    def yank(
        self,
        project: str,
        version: str | None = None,
        *,
        filenames: Iterable[str] = (),
        reason: str | None = None,
        dry_run: bool = False,
        monitor: Monitor = UNMONITORED,
    ) -> YankReport:
        """Mark all files of a version, or single files, as yanked (PEP 592).

        :param reason: for people; None keeps the reason of a file that is yanked already.
        """
        from .operations.file_selector import FileSelector
        from .operations.yank import yank

        selector = FileSelector(version, tuple(filenames))
        with self._changing(dry_run, monitor) as repository:
            return yank(repository, project_name(project), selector, reason)

    def unyank(
        self,
        project: str,
        version: str | None = None,
        *,
        filenames: Iterable[str] = (),
        dry_run: bool = False,
        monitor: Monitor = UNMONITORED,
    ) -> YankReport:
        """Remove the mark of `yank`."""
        from .operations.file_selector import FileSelector
        from .operations.yank import unyank

        selector = FileSelector(version, tuple(filenames))
        with self._changing(dry_run, monitor) as repository:
            return unyank(repository, project_name(project), selector)

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
        from .operations.status import set_status

        marker = Status(status)
        with self._changing(dry_run, monitor) as repository:
            return set_status(repository, project_name(project), marker, reason)
