"""Delete what no manifest lists, and releases as rules of retention say.

No object is deleted before its key is in ``removed`` of a committed manifest that every page has caught up with. So
safety does not depend on the grace period: it only spares running publishers from storing a file twice. Objects that an
interrupted probe of the store has left belong to no project, and are deleted after the same grace period.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from fnmatch import fnmatchcase
from functools import partial

from ..concurrency import side_by_side
from ..errors import Error
from ..index.model import File
from ..naming import is_glob
from ..repository.change import Decision
from ..repository.inventory import Folder
from ..repository.layout import distribution_key
from ..repository.manifest import Manifest
from ..repository.repository import Repository
from ..stores.base import Info
from ..stores.probe import is_probe_folder
from .file_selector import project_folders
from .prune_plan import (
    Pruned,
    PrunedProject,
    PrunePlan,
    PruneReport,
    Reason,
    mark_removed,
    removal_url,
    unlisted_objects,
)
from .retention import Retention, expired

log = logging.getLogger(__name__)

GRACE = timedelta(hours=24)
"""How long an object that nothing lists is kept: longer than any build that may be about to list it."""

KEEP_ALL = Retention()


def prune(
    repository: Repository,
    patterns: Sequence[str] = (),
    *,
    orphans: bool = True,
    grace: timedelta = GRACE,
    retention: Retention = KEEP_ALL,
    confirm: Callable[[PruneReport], None] | None = None,
) -> PruneReport:
    """Delete objects that nothing lists, and releases as ``retention`` says; count the projects.

    :param patterns: names of projects, or globs (``acme-*``); none for all.
    :param orphans: whether to delete objects that nothing lists and that were stored longer than ``grace`` ago.
    :param confirm: called with the report of a dry run before anything is deleted; an error that it raises ends the
        operation. Only what the report shows is deleted.

    Raises `NoSuchProject` for a named project that does not exist, and `StoreError` if the listing fails. An error in
    one project is in that project's report.
    """
    repository.require()  # raises if there is no repository
    work = _Pruning(repository, orphans, grace, retention)
    plans = [plan for plan in side_by_side(_chosen(repository, patterns), work.choose) if not plan.is_empty]
    preview = PruneReport(repository.url, tuple(plan.report for plan in plans), dry_run=True)
    if work.unread:
        log.warning("objects that nothing seems to list stay until all projects can be read: %s", work.unread)
    if repository.dry_run:
        return preview
    if confirm and preview.pruned:
        confirm(preview)
        work.others = repository.others()  # the question may have been open for long
    return PruneReport(repository.url, tuple(side_by_side(plans, work.delete)))


def _chosen(repository: Repository, patterns: Sequence[str]) -> Iterator[Folder]:
    if patterns and not any(map(is_glob, patterns)):
        return project_folders(repository, dict.fromkeys(patterns))
    return (
        folder
        for folder in repository.workspace.list_folders()
        if (is_probe_folder(folder.name) and not patterns)
        or (folder.is_project and (not patterns or any(fnmatchcase(folder.name, each) for each in patterns)))
    )


class _Pruning:
    """One run."""

    def __init__(self, repository: Repository, orphans: bool, grace: timedelta, retention: Retention) -> None:
        self._repository = repository
        self._store = repository.workspace.store
        self._layout = repository.workspace.layout
        self._orphans = orphans
        self._retention = retention
        self._now = repository.workspace.clock.now()
        self._before = self._now - grace
        self._count = repository.monitor.count
        self.others = repository.others()
        self.unread: str | None = None

    def choose(self, folder: Folder) -> PrunePlan:
        """Choose what to delete of one project; nothing of one that has no manifest."""
        if is_probe_folder(folder.name):
            return self._choose_of_probe(folder)
        self._count.expect(1)
        try:
            has_manifest = self._layout.manifest(folder.name) in folder.objects
            manifest = self._repository.manifest(folder.name) if has_manifest else None
        except Error as error:
            return PrunePlan(PrunedProject(folder.name, error=error))
        finally:
            self._count.advance(1)
        if manifest is None:
            return PrunePlan(PrunedProject(folder.name))
        return self._choose_of_project(folder, manifest)

    def delete(self, plan: PrunePlan) -> PrunedProject:
        """Delete what was planned, except what is listed by now."""
        project = plan.report.project
        if plan.report.error:
            return plan.report
        try:
            for key in plan.keys:
                self._store.delete(key)
            if plan.keys:
                return plan.report
            return self._repository.change(
                project,
                partial(mark_removed, plan=plan, layout=self._layout),
                reading=self._repository.reading(project, thorough=True),
                others=self.others,
            )
        except Error as error:
            return PrunedProject(project, error=error)

    def _choose_of_project(self, folder: Folder, manifest: Manifest) -> PrunePlan:
        objects = self._unlisted(folder, manifest)
        if objects:
            # Other tools' pages may list some of them: the change starts from these pages, too.
            try:
                manifest = self._repository.change(folder.name, lambda base: Decision(base, base), dry_run=True)
            except Error as error:
                return PrunePlan(PrunedProject(folder.name, error=error))
            objects = self._unlisted(folder, manifest)
        if objects and (why := self.others.unread(folder.name)):
            self.unread, objects = why, []
        pruned = [self._pruned_object(folder.name, info, reason) for info, reason in objects]
        releases = {
            file.url: self._pruned_file(folder.name, file, str(release.version))
            for release in expired(manifest.project, self._retention, self._now)
            for file in release.files
        }
        return PrunePlan(
            PrunedProject(folder.name, (*pruned, *releases.values())),
            objects=frozenset(removal_url(self._layout, folder.name, info.key) for info, _ in objects),
            files=frozenset(releases),
        )

    def _choose_of_probe(self, folder: Folder) -> PrunePlan:
        old = [info for info in folder.objects.values() if self._orphans and info.modified <= self._before]
        pruned = tuple(self._pruned_object("", info, Reason.PROBE) for info in old)
        return PrunePlan(PrunedProject("", pruned), keys=tuple(info.key for info in old))

    def _unlisted(self, folder: Folder, manifest: Manifest) -> list[tuple[Info, Reason]]:
        """The objects to delete, which no other project lists."""
        if not self._orphans:
            return []
        found = unlisted_objects(self._layout, folder, manifest, self._before)
        return [each for each in found if not self.others.lister(folder.name, distribution_key(each[0].key))]

    def _pruned_object(self, project: str, info: Info, reason: Reason) -> Pruned:
        name = info.key.removeprefix(self._layout.folder(project)) if project else info.key
        return Pruned(project, name, reason, None, info.size, info.modified, self._store.url_of(info.key))

    def _pruned_file(self, project: str, file: File, version: str) -> Pruned:
        url = self._repository.workspace.location(project, file.url)
        return Pruned(project, file.filename, Reason.RETENTION, version, file.size, file.upload_time, url)
