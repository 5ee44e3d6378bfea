"""Prune: delete what no manifest lists, and releases that are past their time.

Nothing is deleted whose key is not in ``removed`` of a committed manifest that every page has caught up with. So the
grace period only spares publishers at work a second upload; it is not what keeps them safe. What probes of the store
left behind belongs to nobody, and goes past its grace.
"""

from __future__ import annotations

import enum
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from ..concurrency import side_by_side
from ..errors import Error, RepositoryError
from ..index.model import File
from ..index.urls import filename_of
from ..monitor import UNCOUNTED, ItemCounter
from ..repository.change import Decision
from ..repository.inventory import Folder
from ..repository.layout import distribution_key
from ..repository.links import names_with_absolute_urls
from ..repository.manifest import Manifest
from ..repository.repository import Repository
from ..stores.probe import is_probe_folder
from ..text import without_credentials
from .file_selector import named_folders
from .retention import Retention, expired

__all__ = ["GRACE", "PruneReport", "Pruned", "PrunedProject", "Reason", "prune"]

log = logging.getLogger(__name__)

GRACE = timedelta(hours=24)
"""How long an object that nothing lists is left alone."""

KEEP_ALL = Retention()


class Reason(enum.Enum):
    """Why something goes."""

    ORPHAN = "orphan"
    """No manifest lists the object."""
    REMOVED = "not-deleted"
    """It is listed no more, and an earlier deletion was not finished."""
    PROBE = "probe"
    """It was written to ask what the store honours, by somebody who was ended before it was deleted."""
    RETENTION = "release"
    """The rules of retention let the release go."""


@dataclass(frozen=True, slots=True)
class Pruned:
    """One object that goes.

    :param project: empty for what belongs to none.
    :param version: of releases.
    :param size: in bytes; None when it is not known.
    :param time: when it was uploaded, or stored.
    :param url: where it lies (``s3://bucket/key``, ``file:///…``; elsewhere for files adopted from other places).
    """

    project: str
    name: str
    reason: Reason
    version: str | None
    size: int | None
    time: datetime | None
    url: str


@dataclass(frozen=True, slots=True)
class PrunedProject:
    """What becomes of one project.

    :param error: one line; None unless it failed, with nothing listed changed.
    """

    project: str
    pruned: tuple[Pruned, ...] = ()
    error: Error | None = None


@dataclass(frozen=True, slots=True)
class PruneReport:
    """What one call deleted.

    :param projects: those of which there is something to say.
    :param dry_run: nothing was written; this is what would have been.
    """

    target: str
    projects: tuple[PrunedProject, ...]
    dry_run: bool = False

    @property
    def ok(self) -> bool:
        """Whether all that was to go is gone."""
        return not any(project.error for project in self.projects)

    @property
    def pruned(self) -> tuple[Pruned, ...]:
        """All that goes."""
        return tuple(one for project in self.projects for one in project.pruned)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is to go of one project.

    :param objects: urls of objects that were not listed.
    :param files: urls of listed files.
    :param keys: of objects that belong to no project.
    """

    project: str
    report: PrunedProject
    objects: frozenset[str] = field(default_factory=frozenset)
    files: frozenset[str] = field(default_factory=frozenset)
    keys: tuple[str, ...] = ()


def prune(
    repository: Repository,
    patterns: Sequence[str] = (),
    *,
    orphans: bool = True,
    grace: timedelta = GRACE,
    retention: Retention = KEEP_ALL,
    dry_run: bool = False,
    confirm: Callable[[PruneReport], None] | None = None,
    counter: ItemCounter = UNCOUNTED,
) -> PruneReport:
    """Delete objects that nothing lists, and releases as ``retention`` says.

    :param patterns: names of projects, or globs (``acme-*``); none for all.
    :param orphans: whether objects go that nothing lists and that were stored longer than ``grace`` ago.
    :param confirm: called with what would be deleted before anything is; what it raises ends the work. Nothing is
        deleted then that it was not shown.
    :param counter: counts projects.

    Raises `RepositoryError` for a named project that does not exist, and `StoreError` where the listing fails. An
    error that concerns one project fails that project in the report.
    """
    repository.require()  # raises where there is no repository
    work = _Pruning(repository, orphans, grace, retention, counter)
    plans = [plan for plan in side_by_side(_chosen(repository, patterns), work.plan) if plan.report != _nothing(plan)]
    preview = PruneReport(repository.url, tuple(plan.report for plan in plans), dry_run=True)
    if work.unread:
        log.warning("objects that nothing seems to list stay until all projects can be read: %s", work.unread)
    if dry_run:
        return preview
    if confirm and preview.pruned:
        confirm(preview)
        work.others = repository.others()  # the question may have been open for long
    return PruneReport(repository.url, tuple(side_by_side(plans, work.carry_out)))


def _nothing(plan: _Plan) -> PrunedProject:
    return PrunedProject(plan.project)


def _chosen(repository: Repository, patterns: Sequence[str]) -> Iterator[Folder]:
    named = [pattern for pattern in patterns if not set(pattern) & set("*?[")]
    if len(named) < len(patterns) or not patterns:
        for folder in repository.workspace.list_folders():
            if is_probe_folder(folder.name) and not patterns:
                yield folder
            if folder.is_project and (not patterns or any(fnmatchcase(folder.name, each) for each in patterns)):
                yield folder
        return
    yield from named_folders(repository, dict.fromkeys(named))


class _Pruning:
    """One run."""

    def __init__(
        self, repository: Repository, orphans: bool, grace: timedelta, retention: Retention, counter: ItemCounter
    ) -> None:
        self._repository = repository
        self._store = repository.workspace.store
        self._layout = repository.workspace.layout
        self._orphans = orphans
        self._retention = retention
        self._now = repository.workspace.clock.now()
        self._before = self._now - grace
        self._counter = counter
        self.others = repository.others()
        self.unread: str | None = None

    def plan(self, folder: Folder) -> _Plan:
        """What is to go of one project; nothing of one that has no manifest."""
        if is_probe_folder(folder.name):
            return self._probe(folder)
        self._counter.expect(1)
        try:
            manifest = (
                self._repository.manifest(folder.name) if self._layout.manifest(folder.name) in folder.objects else None
            )
        except Error as error:
            return _Plan(folder.name, PrunedProject(folder.name, error=error))
        finally:
            self._counter.advance(1)
        if manifest is None:
            return _Plan(folder.name, PrunedProject(folder.name))
        objects = dict(self._unlisted(folder, manifest)) if self._orphans else {}
        if objects:
            try:
                manifest = self._with_pages(folder.name)
            except Error as error:
                return _Plan(folder.name, PrunedProject(folder.name, error=error))
            objects = dict(self._unlisted(folder, manifest))
        if objects and (why := self.others.unread(folder.name)):
            self.unread, objects = why, {}
        releases = {
            file.url: self._pruned(file, str(release.version), folder.name)
            for release in expired(manifest.project, self._retention, self._now)
            for file in release.files
        }
        report = PrunedProject(folder.name, (*objects.values(), *releases.values()))
        urls = frozenset(self._unlisted_url(folder.name, key) for key in objects)
        return _Plan(folder.name, report, urls, frozenset(releases))

    def carry_out(self, plan: _Plan) -> PrunedProject:
        """Delete what the plan says, except what is listed by now."""
        if plan.report.error:
            return plan.report
        try:
            for key in plan.keys:
                self._store.delete(key)
            if plan.keys:
                return plan.report
            return self._repository.change(
                plan.project,
                lambda manifest: self._decide(plan, manifest),
                reading=self._repository.thorough_reading(plan.project),
                others=self.others,
            )
        except Error as error:
            return PrunedProject(plan.project, error=error)

    def _with_pages(self, project: str) -> Manifest:
        """The manifest with what other tools' pages add to it, as the change starts from it."""
        return self._repository.change(project, lambda manifest: Decision(manifest, manifest), dry_run=True)

    def _probe(self, folder: Folder) -> _Plan:
        """What is to go of a probe's folder."""
        old = [info for info in folder.objects.values() if self._orphans and info.modified <= self._before]
        gone = tuple(
            Pruned("", info.key, Reason.PROBE, None, info.size, info.modified, self._store.url_of(info.key))
            for info in old
        )
        return _Plan("", PrunedProject("", gone), keys=tuple(info.key for info in old))

    def _decide(self, plan: _Plan, manifest: Manifest) -> Decision[PrunedProject]:
        if not manifest.commit:
            raise RepositoryError(f"{plan.project}: its manifest is gone; nothing of it was deleted: reindex it first")
        listed = {file.url for file in manifest.project.files}
        keys = {self._layout.object_key(plan.project, url) for url in listed - plan.files}
        # A key in the plan may be listed by now, under that url or, adopted, under another.
        objects = {url for url in plan.objects if self._layout.object_key(plan.project, url) not in keys}
        names = {file.filename for file in manifest.project.files if file.url in plan.files}
        new = replace(
            manifest,
            project=manifest.project.without_files(names),
            removed=manifest.removed | objects | plan.files,
        )
        own = self._layout.folder(plan.project)
        # An adopted file may lie in another project's folder, and be listed there too.
        doomed = {url for url in plan.files if (self._layout.object_key(plan.project, url) or "").startswith(own)}
        gone = tuple(sorted(filename_of(url) for url in objects | plan.files))
        return Decision(new, plan.report, frozenset(objects | doomed), names=gone)

    def _unlisted(self, folder: Folder, manifest: Manifest) -> Iterator[tuple[str, Pruned]]:
        listed = {self._layout.object_key(folder.name, file.url) for file in manifest.project.files}
        unclear = names_with_absolute_urls(manifest.project)
        for info in folder.unlisted(listed):
            key, main = info.key, distribution_key(info.key)
            removed = self._unlisted_url(folder.name, key) in manifest.removed
            if not removed and info.modified > self._before:
                continue
            if main.rpartition("/")[2] in unclear or self.others.lister(folder.name, main):
                continue
            reason = Reason.REMOVED if removed else Reason.ORPHAN
            name = key.removeprefix(self._layout.folder(folder.name))
            yield key, Pruned(folder.name, name, reason, None, info.size, info.modified, self._store.url_of(key))

    def _unlisted_url(self, project: str, key: str) -> str:
        """The url whose removal takes the object along: what `Change` sweeps goes with its distribution."""
        main = distribution_key(key)
        taken_along = (self._layout.sidecar(main), self._layout.provenance(main))
        main = main if key in taken_along else key
        return self._layout.object_url(project, main)

    def _pruned(self, file: File, version: str, project: str) -> Pruned:
        key = self._layout.object_key(project, file.url)
        url = self._store.url_of(key) if key else without_credentials(file.url)
        return Pruned(project, file.filename, Reason.RETENTION, version, file.size, file.upload_time, url)
