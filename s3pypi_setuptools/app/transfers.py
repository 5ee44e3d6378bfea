"""What moves between repositories, or changes one's form: promotion, import, mirroring, other index pages."""

from __future__ import annotations

from collections.abc import Callable, Collection

from ..aws.sessions import Sessions
from ..config.settings import PageStyle, Settings
from ..config.target import S3Target
from ..errors import UsageError
from ..monitor import UNATTENDED, Overseer, Progress, Silent
from ..operations import migrate_index as migration
from ..operations.migrate_index import MigrateReport
from ..operations.transfer import import_repository as importing
from ..operations.transfer import promote as promotion
from ..operations.transfer.promote import PromoteReport
from ..operations.transfer.report import ImportedFile, ImportOutcome, ImportReport
from ..stores.registry import sign_in
from . import index_url, opened, opened_repository, project_name

__all__ = [
    "ImportOutcome",
    "ImportReport",
    "ImportedFile",
    "MigrateReport",
    "PageStyle",
    "PromoteReport",
    "import_repository",
    "migrate_index",
    "promote",
]

SILENT = Silent()

_SAME = "{}: both repositories are this one; name two different ones"


def promote(
    source: Settings,
    target: Settings,
    project: str,
    version: str,
    *,
    dry_run: bool = False,
    progress: Progress = SILENT,
    overseer: Overseer = UNATTENDED,
) -> PromoteReport:
    """List a version of ``source`` in ``target``, too, which is made where there is none.

    ``target.if_exists`` decides about files that are listed there already. Raises `ConfigurationError`,
    `RepositoryError` and `StoreError`.
    """
    sessions = _signed_in(source, target, locks=not dry_run)
    if _is_same_place(source, target, sessions):
        raise UsageError(_SAME.format(target.require_target()))
    with (
        opened_repository(source, sessions, reading=True) as origin,
        opened_repository(target, sessions, existing=False, dry_run=dry_run, overseer=overseer) as destination,
    ):
        return promotion.promote(
            origin,
            destination,
            project_name(project),
            version,
            if_exists=target.if_exists,
            dry_run=dry_run,
            index_url=index_url(target, destination.workspace.store),
            progress=progress,
        )


def import_repository(
    target: Settings,
    source: Settings | None = None,
    *,
    projects: Collection[str] = (),
    strays: bool = False,
    dry_run: bool = False,
    progress: Progress = SILENT,
    overseer: Overseer = UNATTENDED,
    elsewhere: bool = False,
) -> ImportReport:
    """Bring the files of ``source`` into ``target``; without a source, adopt in place what lies in ``target``.

    :param elsewhere: the two must be different places (a mirror).
    :param strays: as of `operations.importing.import_repository`.

    Errors as `promote`; what concerns one file or project is in the report.
    """
    names = {project_name(name) for name in projects}
    sessions = _signed_in(source or target, target, locks=not dry_run)
    in_place = source is None or _is_same_place(source, target, sessions)
    if in_place and elsewhere:
        raise UsageError(_SAME.format(target.require_target()))
    with opened_repository(target, sessions, existing=False, dry_run=dry_run, overseer=overseer) as destination:
        url = index_url(target, destination.workspace.store)
        if source is None or in_place:
            return importing.import_repository(
                destination,
                destination,
                projects=names,
                strays=strays,
                dry_run=dry_run,
                index_url=url,
                progress=progress,
            )
        with opened_repository(source, sessions, existing=False, reading=True) as origin:
            return importing.import_repository(
                origin,
                destination,
                projects=names,
                strays=strays,
                dry_run=dry_run,
                index_url=url,
                progress=progress,
            )


def _is_same_place(source: Settings, target: Settings, sessions: Sessions) -> bool:
    """Whether two ways of writing a target mean one repository; nothing is asked of it."""
    if isinstance(source.require_target(), S3Target) and source.target != target.target:
        return False
    with opened(source, sessions) as (ours, our_layout), opened(target, sessions) as (theirs, their_layout):
        return our_layout.prefix == their_layout.prefix and ours.is_same_place(theirs)


def migrate_index(
    settings: Settings,
    style: PageStyle,
    *,
    dry_run: bool = False,
    confirm: Callable[[MigrateReport], None] | None = None,
    overseer: Overseer = UNATTENDED,
) -> MigrateReport:
    """Change which pages the repository has; errors as `promote`, and what ``confirm`` raises."""
    with opened_repository(settings, dry_run=dry_run, overseer=overseer) as repository:
        return migration.migrate_index(repository, style, dry_run=dry_run, confirm=confirm)


def _signed_in(source: Settings, target: Settings, *, locks: bool) -> Sessions:
    """The sessions of a command between two repositories, with the credentials that somebody types something for."""
    sessions = Sessions()
    sign_in(source, sessions)
    sign_in(target, sessions, locks=locks)
    return sessions
