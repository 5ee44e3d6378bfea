"""Set a project's status marker (PEP 792)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from ..index.model import ProjectStatus, Status
from ..repository.change import Decision
from ..repository.manifest import Manifest
from ..repository.repository import Repository
from .file_selector import existing, naming_nearest


@dataclass(frozen=True, slots=True)
class StatusReport:
    """The result of one call.

    :param status: the project's status now.
    :param before: the status that it had.
    :param changed: whether this call has changed the status or its reason.
    :param dry_run: whether nothing was written, and this is what would have been changed.
    """

    target: str
    project: str
    status: Status
    reason: str | None
    before: Status
    changed: bool
    dry_run: bool = False


def set_status(repository: Repository, project: str, status: Status, reason: str | None = None) -> StatusReport:
    """Set the status of ``project`` (normalized).

    Archived and quarantined projects take no uploads; installers are offered no file of a quarantined one.

    :param reason: for people, on one line.

    Raises `NoSuchProject` for a project that does not exist, and `StoreError`.
    """
    decide = partial(mark_project, project=project, status=status, reason=reason)
    with naming_nearest(repository, project):
        before, after = repository.change(project, decide)
    return StatusReport(
        target=repository.url,
        project=project,
        status=status,
        reason=after.reason if after else None,
        before=before.status if before else Status.ACTIVE,
        changed=after != before,
        dry_run=repository.dry_run,
    )


def mark_project(
    manifest: Manifest, project: str, status: Status, reason: str | None
) -> Decision[tuple[ProjectStatus | None, ProjectStatus | None]]:
    """The manifest with that status; the result is the status marker before and after.

    Raises `NoSuchProject` for a project that does not exist.
    """
    existing(manifest, project)
    # No marker means active (PEP 792), so a plain "active" needs none.
    marker = None if status is Status.ACTIVE and not reason else status
    marked = manifest.project.with_status(marker, reason)
    new = replace(manifest, project=marked, deleted=False)
    return Decision(new, (manifest.project.status, marked.status), names=(project,))
