"""Settings in, the verbs that keep a repository in order out: verify, reindex, prune.

Names of projects may be spelt in any way; one that no project can have raises `UsageError`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import islice

from ..aws.sessions import Sessions
from ..config.settings import Settings
from ..monitor import UNATTENDED, UNWATCHED, Overseer, Tally
from ..operations import prune as pruning
from ..operations.prune import GRACE, Pruned, PruneReport
from ..operations.reindex import reindex as reindexing
from ..operations.reindex.rebuild import ReindexedProject
from ..operations.reindex.recovery import discard_damaged_record
from ..operations.reindex.reindex import ReindexReport
from ..operations.retention import Retention
from ..operations.verify import verify as verifying
from ..operations.verify.verify import VerifyReport
from ..repository.inventory import is_distribution
from ..repository.layout import Layout
from ..stores.base import Store
from . import opened, opened_repository, project_name, project_pattern

__all__ = [
    "GRACE",
    "PruneReport",
    "Pruned",
    "ReindexReport",
    "ReindexedProject",
    "Retention",
    "VerifyReport",
    "prune",
    "reindex",
    "verify",
]

log = logging.getLogger(__name__)

KEEP_ALL = Retention()

_LOOKED_AT = 1000
"""How many objects are looked at to tell whether anything of a repository lies there: one listing request."""


def verify(
    settings: Settings, projects: Sequence[str] = (), *, deep: bool = False, tally: Tally = UNWATCHED
) -> VerifyReport:
    """Verify a repository, or some ``projects`` of it; as `operations.verify.verify`, and `ConfigurationError`."""
    with opened_repository(settings, reading=True) as repository:
        tally.expect(0)  # nobody is asked for credentials any more: what is drawn may begin
        return verifying.verify(repository, _projects(projects), deep=deep, tally=tally)


def reindex(
    settings: Settings,
    projects: Sequence[str] = (),
    *,
    deep: bool = False,
    unlist_missing: bool = False,
    dry_run: bool = False,
    tally: Tally = UNWATCHED,
    overseer: Overseer = UNATTENDED,
) -> ReindexReport:
    """Rebuild a repository, or some ``projects`` of it; as `operations.reindex.reindex`, and `ConfigurationError`.

    ``repository.json`` is made anew where it is lost or damaged.
    """
    names = _projects(projects)
    sessions = Sessions()
    with opened(settings, sessions, locks=not dry_run) as (store, layout):
        if not dry_run and discard_damaged_record(store, layout):
            log.warning("%s: was damaged, and is made anew; set the public URL again if one was set", layout.repository)
        anything = _holds_distributions(store, layout)
    with opened_repository(settings, sessions, existing=not anything, dry_run=dry_run, overseer=overseer) as repository:
        tally.expect(0)
        return reindexing.reindex(
            repository, names, deep=deep, unlist_missing=unlist_missing, dry_run=dry_run, tally=tally
        )


def prune(
    settings: Settings,
    patterns: Sequence[str] = (),
    *,
    orphans: bool = True,
    grace: timedelta = GRACE,
    retention: Retention = KEEP_ALL,
    dry_run: bool = False,
    confirm: Callable[[PruneReport], None] | None = None,
    tally: Tally = UNWATCHED,
    overseer: Overseer = UNATTENDED,
) -> PruneReport:
    """Prune a repository, or projects of it; as `operations.prune.prune`, and `ConfigurationError`.

    :param patterns: names, or globs of normalized names.
    """
    wanted = tuple(map(project_pattern, patterns))
    with opened_repository(settings, dry_run=dry_run, overseer=overseer) as repository:
        tally.expect(0)
        return pruning.prune(
            repository,
            wanted,
            orphans=orphans,
            grace=grace,
            retention=retention,
            dry_run=dry_run,
            confirm=confirm,
            tally=tally,
        )


def _holds_distributions(store: Store, layout: Layout) -> bool:
    return any(is_distribution(info.key) for info in islice(store.list(layout.top), _LOOKED_AT))


def _projects(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(project_name, names)))
