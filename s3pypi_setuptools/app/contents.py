"""What a repository holds: to look at it, and to change it after publishing.

Names of projects may be spelt in any way; one that no project can have raises `UsageError`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from ..config.settings import Settings
from ..index.model import Status
from ..monitor import UNATTENDED, UNWATCHED, Overseer, Tally
from ..operations import delete as deleting
from ..operations import download as downloading
from ..operations import listing
from ..operations import status as marking
from ..operations import yank as yanking
from ..operations.delete import DeletedFile, DeleteReport
from ..operations.download import DownloadedFile, DownloadOutcome, DownloadReport
from ..operations.file_selector import Wanted
from ..operations.listing import FileDetails, ListReport, ProjectReport, ProjectSummary
from ..operations.status import StatusReport
from ..operations.yank import YankReport
from . import index_url, is_glob, opened_repository, project_name, project_pattern

__all__ = [
    "DeleteReport",
    "DeletedFile",
    "DownloadOutcome",
    "DownloadReport",
    "DownloadedFile",
    "FileDetails",
    "ListReport",
    "ProjectReport",
    "ProjectSummary",
    "Status",
    "StatusReport",
    "Wanted",
    "YankReport",
    "delete",
    "download",
    "is_glob",
    "list_projects",
    "set_status",
    "show_project",
    "unyank",
    "yank",
]


def list_projects(settings: Settings, patterns: Sequence[str] = (), *, names_only: bool = False) -> ListReport:
    """The projects of the repository; raises `ConfigurationError`, `RepositoryError` and `StoreError`.

    :param patterns: names, or globs of normalized names; all where none is given.
    """
    wanted = tuple(map(project_pattern, patterns))
    with opened_repository(settings, reading=True) as repository:
        return listing.list_projects(repository, wanted, names_only=names_only)


def show_project(settings: Settings, project: str, version: str | None = None) -> ProjectReport:
    """A project and its files; errors as `list_projects`."""
    with opened_repository(settings, reading=True) as repository:
        url = index_url(settings, repository.workspace.store)
        return listing.show_project(repository, project_name(project), version, index_url=url)


def download(
    settings: Settings,
    project: str,
    version: str | None,
    folder: Path,
    *,
    tally: Tally = UNWATCHED,
    overseer: Overseer = UNATTENDED,
) -> DownloadReport:
    """Download the files of a version, the newest where None is given; errors as `list_projects`."""
    with opened_repository(settings, reading=True) as repository:
        return downloading.download(repository, project_name(project), version, folder, tally=tally, overseer=overseer)


def delete(
    settings: Settings,
    project: str,
    wanted: Wanted,
    *,
    dry_run: bool = False,
    confirm: Callable[[DeleteReport], None] | None = None,
    overseer: Overseer = UNATTENDED,
) -> DeleteReport:
    """Delete a version, files or a whole project; errors as `list_projects`, and what ``confirm`` raises."""
    with opened_repository(settings, dry_run=dry_run, overseer=overseer) as repository:
        return deleting.delete(repository, project_name(project), wanted, dry_run=dry_run, confirm=confirm)


def yank(
    settings: Settings,
    project: str,
    wanted: Wanted,
    *,
    reason: str | None = None,
    dry_run: bool = False,
    overseer: Overseer = UNATTENDED,
) -> YankReport:
    """Mark files as yanked; errors as `list_projects`."""
    with opened_repository(settings, dry_run=dry_run, overseer=overseer) as repository:
        return yanking.yank(repository, project_name(project), wanted, reason=reason, dry_run=dry_run)


def unyank(
    settings: Settings, project: str, wanted: Wanted, *, dry_run: bool = False, overseer: Overseer = UNATTENDED
) -> YankReport:
    """Take the mark of `yank` off; errors as `list_projects`."""
    with opened_repository(settings, dry_run=dry_run, overseer=overseer) as repository:
        return yanking.unyank(repository, project_name(project), wanted, dry_run=dry_run)


def set_status(
    settings: Settings,
    project: str,
    status: Status,
    *,
    reason: str | None = None,
    dry_run: bool = False,
    overseer: Overseer = UNATTENDED,
) -> StatusReport:
    """Set a project's status; errors as `list_projects`."""
    with opened_repository(settings, dry_run=dry_run, overseer=overseer) as repository:
        return marking.set_status(repository, project_name(project), status, reason=reason, dry_run=dry_run)
