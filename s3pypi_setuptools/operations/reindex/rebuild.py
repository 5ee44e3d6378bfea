"""Rebuild one project: gather evidence, choose, store metadata files, commit, and update the pages."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace

from ...errors import InvalidIndex, NotFound
from ...index.urls import filename_of
from ...repository.change import Decision
from ...repository.inventory import Folder
from ...repository.manifest import Manifest
from ...repository.objects import matches_listing
from ...repository.other_projects import OtherProjects
from ...repository.upload import FOREVER, create_sidecar
from ...stores.base import ABSENT, Attributes, Condition, Matches
from ...transaction import update
from ..verify.problems import Problem
from ..verify.project_check import CheckedProject
from .evidence import Evidence, rebuilt
from .gather import UNSOLVED, EvidenceGathering
from .recovery import Recovery

__all__ = ["Rebuilding", "ReindexedProject"]


@dataclass(frozen=True, slots=True)
class ReindexedProject:
    """The result for one project.

    :param listed: names of files that were found and are now listed.
    :param unlisted: names of missing files, listed or named in a damaged document, that are no longer listed.
    :param completed: names of listed files whose hash, size, requires-python or metadata file was filled in.
    :param corrected: what else was corrected, a line each: manifest, pages, metadata files.
    :param left: what was left alone and why, a line each.
    :param errors: what could not be corrected and what to do, a line each.
    :param exists: whether the project exists, and not only objects in a folder of its name.
    """

    project: str
    listed: tuple[str, ...] = ()
    unlisted: tuple[str, ...] = ()
    completed: tuple[str, ...] = ()
    corrected: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    exists: bool = True
    known: bool = True
    """Whether ``exists`` is certain; not if an error stopped the check of the project."""
    missing: tuple[str, ...] = ()
    """Names of missing files, listed or named in a damaged document, that were not to be unlisted."""

    @property
    def said(self) -> bool:
        """Whether there is anything to report."""
        return any((self.listed, self.unlisted, self.completed, self.corrected, self.left, self.errors, self.missing))


class Rebuilding:
    """Rebuilds one project that has problems or incomplete entries.

    :param checked: the result of checking it.
    :param unlist_missing: unlist files that surely do not exist.
    """

    def __init__(
        self,
        recovery: Recovery,
        folder: Folder,
        checked: CheckedProject,
        others: OtherProjects,
        *,
        unlist_missing: bool,
        dry_run: bool,
    ) -> None:
        self._workspace = recovery.workspace
        self._recovery = recovery
        self._store = recovery.workspace.store
        self._layout = recovery.workspace.layout
        self._unlist_missing = unlist_missing
        self._dry_run = dry_run
        self._project = folder.name
        self._objects = folder.objects
        self._checked = checked
        self._gathering = EvidenceGathering(recovery.workspace, folder, checked, others)

    def run(self) -> ReindexedProject:
        """Rebuild the project, holding its lock."""
        with self._workspace.held(self._project):
            return self._run()

    def _run(self) -> ReindexedProject:
        snapshot = self._recovery.snapshot(self._project)
        base = snapshot.base
        missing = self._gathering.missing(base)
        evidence = self._gathering.evidence(snapshot, missing, unlist_missing=self._unlist_missing)
        new = rebuilt(base, evidence)
        nothing = snapshot.token is None and not new.project.files
        lost = {name for name in snapshot.named if not (new.file(name) or new.removed_urls(name))}
        if lost and not self._unlist_missing:
            return ReindexedProject(self._project, missing=tuple(sorted(lost)))
        if snapshot.damaged and not (snapshot.complete or lost or new.project.files):
            where = " and ".join(self._store.url_of(key) for key in snapshot.damaged)
            raise InvalidIndex(f"{where}: cannot be read, and no file lies there to be listed: restore or remove it")
        if not (self._dry_run or nothing):
            for key, metadata in self._gathering.sidecars:
                self._store_sidecar(key, metadata)
            self._recovery.change(self._project, lambda manifest: self._decide(manifest, evidence))
        report = self._report(base, new, {filename_of(url) for url in missing})
        report = replace(report, unlisted=(*report.unlisted, *sorted(lost)))
        if nothing and self._checked.lost:
            place = self._store.url_of(self._layout.folder(self._project))
            line = f"{place}: its pages list no file that exists: publish one, or remove the pages"
            report = replace(report, corrected=(), left=(*report.left, line))
        return replace(report, exists=not (nothing or new.deleted))

    def _decide(self, manifest: Manifest, evidence: Evidence) -> Decision[bool]:
        # A publisher that pushes a missing file again stores it without a commit, so look again.
        missing = evidence.missing and evidence.missing & self._gathering.missing(manifest)
        own = self._layout.folder(self._project)
        # The companion files of a missing file may still exist.
        sweep = {url for url in missing if (self._layout.object_key(self._project, url) or "").startswith(own)}
        new = rebuilt(manifest, replace(evidence, missing=missing))
        return Decision(new, True, frozenset(sweep), names=(self._project,))

    def _report(self, base: Manifest, new: Manifest, missing: set[str]) -> ReindexedProject:
        before = {file.filename: file for file in base.project.files}
        after = {file.filename: file for file in new.project.files}
        solved: list[str] = []
        errors = list(self._gathering.errors)
        for finding in self._checked.findings:
            line = f"{self._store.url_of(finding.key)}: {finding.problem.value}"
            if finding.problem in UNSOLVED:
                errors.append(f"{line}: {finding.detail}")
            elif finding.problem not in (Problem.ORPHAN, Problem.REMOVED, Problem.MISSING, Problem.UNHASHED):
                solved.append(line)
        return ReindexedProject(
            project=self._project,
            listed=tuple(name for name in after if name not in before or self._checked.manifest is None),
            unlisted=tuple(name for name in before if name not in after),
            completed=tuple(name for name in after if name in before and after[name] != before[name]),
            corrected=tuple(solved),
            left=tuple(self._gathering.left),
            errors=tuple(errors),
            missing=tuple(sorted(missing & set(after))),
        )

    def _store_sidecar(self, key: str, metadata: bytes) -> None:
        """Store the metadata file beside the wheel under ``key``, in place of one that differs."""
        sidecar = self._layout.sidecar(key)
        if listed := self._objects.get(sidecar):
            if matches_listing(listed, metadata):
                return
        elif create_sidecar(self._workspace, key, metadata):
            return

        def attempt() -> None:
            condition: Condition = ABSENT
            with suppress(NotFound):
                found = self._store.get(sidecar)
                if found.data == metadata:
                    return
                condition = Matches(found.info.token)
            self._store.put(sidecar, metadata, Attributes(cache_control=FOREVER), condition)

        update(attempt, self._workspace.backoff)
