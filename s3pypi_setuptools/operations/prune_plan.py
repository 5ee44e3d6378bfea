"""What prune deletes, and what that makes of a manifest: values, and functions of values."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from ..errors import Error, RepositoryError
from ..index.urls import filename_of
from ..repository.change import Decision
from ..repository.inventory import Folder
from ..repository.layout import Layout, distribution_key
from ..repository.links import names_with_absolute_urls
from ..repository.manifest import Manifest
from ..stores.base import Info


class Reason(enum.Enum):
    """Why an object is deleted."""

    ORPHAN = "orphan"
    """No manifest lists the object."""
    REMOVED = "not-deleted"
    """It is no longer listed, and an earlier deletion was not finished."""
    PROBE = "probe"
    """A probe of the store wrote it, and was interrupted before it deleted it."""
    RETENTION = "release"
    """The release is older than the rules of retention keep."""


@dataclass(frozen=True, slots=True)
class Pruned:
    """One object that is deleted.

    :param project: its normalized name; empty for an object that belongs to no project.
    :param version: None unless the object is a file of a release.
    :param size: in bytes; None if it is not known.
    :param time: when it was uploaded, or stored.
    :param url: ``s3://bucket/key`` or ``file:///…``; of files outside the repository, as they are listed.
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
    """The result for one project.

    :param error: why it failed, and none of its listed files changed; None unless it did.
    """

    project: str
    pruned: tuple[Pruned, ...] = ()
    error: Error | None = None


@dataclass(frozen=True, slots=True)
class PruneReport:
    """What one call deleted.

    :param projects: those with anything to report.
    :param dry_run: whether nothing was written, and this is what would have been deleted.
    """

    target: str
    projects: tuple[PrunedProject, ...]
    dry_run: bool = False

    @property
    def ok(self) -> bool:
        """Whether no project failed."""
        return not any(project.error for project in self.projects)

    @property
    def pruned(self) -> tuple[Pruned, ...]:
        """All objects that are deleted."""
        return tuple(one for project in self.projects for one in project.pruned)


@dataclass(frozen=True, slots=True)
class PrunePlan:
    """What to delete of one project.

    :param report: what the deletion will report; an error in it keeps the project from being pruned.
    :param objects: urls of objects that were not listed.
    :param files: urls of listed files.
    :param keys: of objects that belong to no project.
    """

    report: PrunedProject
    objects: frozenset[str] = frozenset()
    files: frozenset[str] = frozenset()
    keys: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to delete or to report."""
        return not (self.report.pruned or self.report.error)


def unlisted_objects(
    layout: Layout, folder: Folder, manifest: Manifest, before: datetime
) -> Iterator[tuple[Info, Reason]]:
    """The objects of a project's folder to delete, unless another project lists them.

    An object whose url is in ``removed`` is deleted whatever its age. One is kept whose filename is listed by an
    absolute URL, as that may name it.

    :param before: an object that was stored later is kept.
    """
    listed = {layout.object_key(folder.name, file.url) for file in manifest.project.files}
    unclear = names_with_absolute_urls(manifest.project)
    for info in folder.unlisted(listed):
        removed = removal_url(layout, folder.name, info.key) in manifest.removed
        if not removed and info.modified > before:
            continue
        if distribution_key(info.key).rpartition("/")[2] not in unclear:
            yield info, Reason.REMOVED if removed else Reason.ORPHAN


def removal_url(layout: Layout, project: str, key: str) -> str:
    """The url whose removal deletes the object under ``key``: a sidecar is deleted with its distribution."""
    main = distribution_key(key)
    is_companion = key in (layout.sidecar(main), layout.provenance(main))
    return layout.object_url(project, main if is_companion else key)


def mark_removed(manifest: Manifest, plan: PrunePlan, layout: Layout) -> Decision[PrunedProject]:
    """Unlist the planned files, and mark them and the planned objects as removed.

    Raises `RepositoryError` if the project has no manifest any more.
    """
    project = plan.report.project
    if not manifest.commit:
        raise RepositoryError(f"{project}: its manifest is gone; nothing of it was deleted: reindex it first")
    keys = {url: layout.object_key(project, url) for url in plan.objects | plan.files}
    kept = {layout.object_key(project, file.url) for file in manifest.project.files if file.url not in plan.files}
    # An object may have been listed since it was found, under that url or, adopted, under another.
    objects = {url for url in plan.objects if keys[url] not in kept}
    names = {file.filename for file in manifest.project.files if file.url in plan.files}
    new = replace(
        manifest,
        project=manifest.project.without_files(names),
        removed=manifest.removed | objects | plan.files,
    )
    # An adopted file may lie in another project's folder, and be listed there, too.
    own = {url for url in plan.files if (keys[url] or "").startswith(layout.folder(project))}
    changed = tuple(sorted(filename_of(url) for url in objects | plan.files))
    return Decision(new, plan.report, frozenset(objects | own), names=changed)
