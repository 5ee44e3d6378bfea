"""Reindex one project: gather evidence, choose, store metadata files, commit, and update the pages."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace

from ...errors import Error, InvalidDistribution, InvalidIndex, NotFound, RepositoryError
from ...index.urls import filename_of
from ...repository.change import Decision
from ...repository.inventory import Folder
from ...repository.manifest import Manifest
from ...repository.objects import matches_listing
from ...repository.other_projects import OtherProjects
from ...repository.upload import FOREVER, create_sidecar
from ...repository.workspace import Workspace
from ...stores.base import ABSENT, Attributes, Condition, Matches, Store
from ...transaction import update
from ..verify.problems import Finding, Problem
from ..verify.project_check import CheckedProject
from .evidence import Evidence, rebuilt
from .gather import UNSOLVED, EvidenceGathering
from .recovery import Recovery

_REPORTED_ELSEWHERE = frozenset({Problem.ORPHAN, Problem.REMOVED, Problem.MISSING, Problem.UNHASHED})
"""Problems whose correction shows in the report as a file: listed, unlisted, completed or left."""


@dataclass(frozen=True, slots=True)
class ReindexedProject:
    """The result for one project.

    :param listed: names of files that were found and are now listed.
    :param unlisted: names of missing files, listed or named in a damaged document, that are no longer listed.
    :param completed: names of listed files whose hash, size, requires-python or metadata file was filled in.
    :param corrected: what else was corrected, a line each: manifest, pages, metadata files.
    :param left: what was not changed and why, a line each.
    :param errors: what could not be corrected; the text says what to do.
    :param exists: whether the project exists, and not only objects in a folder of its name.
    :param known: whether ``exists`` is certain; not if an error stopped the check of the project.
    :param missing: names of missing files, listed or named in a damaged document, that were not to be unlisted.
    """

    project: str
    listed: tuple[str, ...] = ()
    unlisted: tuple[str, ...] = ()
    completed: tuple[str, ...] = ()
    corrected: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    errors: tuple[Error, ...] = ()
    exists: bool = True
    known: bool = True
    missing: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to report."""
        lines = (self.listed, self.unlisted, self.completed, self.corrected, self.left, self.errors, self.missing)
        return not any(lines)


def reindex_project(
    recovery: Recovery, folder: Folder, checked: CheckedProject, others: OtherProjects, *, unlist_missing: bool
) -> ReindexedProject:
    """Reindex one project that has problems or incomplete entries, holding its lock.

    :param checked: the result of checking it.
    :param unlist_missing: unlist files that surely do not exist.

    Raises `Error`; `InvalidIndex` if nothing is left to start from.
    """
    project, workspace = folder.name, recovery.workspace
    gathering = EvidenceGathering(workspace, folder, checked, others)
    with workspace.held(project):
        snapshot = recovery.snapshot(project)
        missing = gathering.missing(snapshot.base)
        evidence = gathering.evidence(snapshot, missing)
        if not unlist_missing:
            evidence = replace(evidence, missing=frozenset())
        new = rebuilt(snapshot.base, evidence)
        lost = tuple(name for name in sorted(snapshot.named) if not (new.file(name) or new.removed_urls(name)))
        if lost and not unlist_missing:
            return ReindexedProject(project, missing=lost)
        if snapshot.damaged and not (snapshot.complete or lost or new.project.files):
            where = " and ".join(workspace.store.url_of(key) for key in snapshot.damaged)
            raise InvalidIndex(f"{where}: cannot be read, and the folder holds no file to list: restore or remove it")
        is_absent = snapshot.token is None and not new.project.files
        if not (recovery.dry_run or is_absent):
            recovery.change(project, Rebuild(workspace, folder, gathering, evidence))
        report = _report(workspace.store, checked, snapshot.base, new, evidence)
        report = replace(
            report,
            unlisted=(*report.unlisted, *lost),
            missing=tuple(sorted(name for url in missing if new.file(name := filename_of(url)))),
            exists=not (is_absent or new.deleted),
        )
        if is_absent and checked.lost:
            place = workspace.store.url_of(workspace.layout.folder(project))
            line = f"{place}: its pages list no file that exists: publish one, or remove the pages"
            report = replace(report, corrected=(), left=(*report.left, line))
        return report


def _report(
    store: Store, checked: CheckedProject, base: Manifest, new: Manifest, evidence: Evidence
) -> ReindexedProject:
    before = {file.filename: file for file in base.project.files}
    after = {file.filename: file for file in new.project.files}
    return ReindexedProject(
        project=checked.project,
        listed=tuple(name for name in after if name not in before or checked.manifest is None),
        unlisted=tuple(name for name in before if name not in after),
        completed=tuple(name for name in after if name in before and after[name] != before[name]),
        corrected=tuple(
            f"{store.url_of(finding.key)}: {finding.problem.value}"
            for finding in checked.findings
            if finding.problem not in UNSOLVED | _REPORTED_ELSEWHERE
        ),
        left=evidence.notes,
        errors=(
            *evidence.errors,
            *(_unsolved(store, finding) for finding in checked.findings if finding.problem in UNSOLVED),
        ),
    )


@dataclass(frozen=True, slots=True)
class Rebuild:
    """The change of a project that the evidence calls for; an `Operation`."""

    workspace: Workspace
    folder: Folder
    gathering: EvidenceGathering
    evidence: Evidence

    def inspect(self, manifest: Manifest) -> frozenset[str]:
        """The urls to unlist that are still missing: publishing such a file again stores it without a commit."""
        return self.evidence.missing and self.evidence.missing & self.gathering.missing(manifest)

    def choose(self, manifest: Manifest, missing: frozenset[str]) -> Evidence:  # noqa: ARG002
        """The evidence that still holds."""
        return replace(self.evidence, missing=missing)

    def store(self, evidence: Evidence) -> None:
        """Store the metadata files that belong beside wheels. Raises `StoreError`."""
        for key, metadata in evidence.metadata:
            listed = self.folder.objects.get(self.workspace.layout.sidecar(key))
            if not (listed and matches_listing(listed, metadata)):
                _store_metadata(self.workspace, key, metadata, exists=listed is not None)

    def apply(self, manifest: Manifest, evidence: Evidence, stored: None) -> Decision[None]:  # noqa: ARG002
        """The rebuilt manifest. The sweep deletes what belongs to the missing files, such as their metadata files."""
        layout, project = self.workspace.layout, self.folder.name
        own = layout.folder(project)
        sweep = frozenset(url for url in evidence.missing if (layout.object_key(project, url) or "").startswith(own))
        return Decision(rebuilt(manifest, evidence), None, sweep, names=(project,))


def _store_metadata(workspace: Workspace, key: str, metadata: bytes, *, exists: bool) -> None:
    """Store the metadata file beside the wheel under ``key``, or replace one that differs."""
    if not exists and create_sidecar(workspace, key, metadata):
        return
    store, sidecar = workspace.store, workspace.layout.sidecar(key)

    def attempt() -> None:
        condition: Condition = ABSENT
        with suppress(NotFound):
            found = store.get(sidecar)
            if found.data == metadata:
                return
            condition = Matches(found.info.token)
        store.put(sidecar, metadata, Attributes(cache_control=FOREVER), condition)

    update(attempt, workspace.clock.backoff)


def _unsolved(store: Store, finding: Finding) -> Error:
    """The error for a problem that reindexing cannot correct."""
    kind = InvalidDistribution if finding.problem is Problem.UNREADABLE else RepositoryError
    return kind(f"{store.url_of(finding.key)}: {finding.problem.value}: {finding.detail}")
