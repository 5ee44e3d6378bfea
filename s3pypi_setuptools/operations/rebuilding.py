"""Rebuild one project: gather what lies in the store, decide, commit, bring the pages up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from ..distribution import Description
from ..errors import InvalidDistribution, NotFound
from ..index.model import File
from ..layout import filename_of
from ..repository.change import Decision
from ..repository.manifest import Manifest
from ..repository.placement import FOREVER, SHA256
from ..repository.project import Snapshot
from ..repository.recovery import Recovery
from ..repository.stored import download
from ..repository.survey import Folder, is_distribution, principal
from ..repository.workspace import Workspace
from ..stores.base import ABSENT, Attributes, Info, Matches
from ..temporary_folder import temporary_folder
from ..transaction import create, update
from .evidence import Evidence, ReadFile, entry, is_incomplete, rebuilt
from .examination import Examination, matches_listing
from .findings import Problem

__all__ = ["Rebuilding", "ReindexedProject"]

SETTLED = timedelta(seconds=5)
"""In a folder, a file that was written less than this ago may be half copied, or just being published."""

_UNSOLVED = frozenset({Problem.SIZE, Problem.HASH, Problem.UNREADABLE, Problem.FAILED})


@dataclass(frozen=True, slots=True)
class ReindexedProject:
    """What became of one project.

    :param listed: names of files that were found and are listed now.
    :param unlisted: names of files that were listed, did not exist, and are listed no more.
    :param completed: names of listed files whose hash, size, requires-python or metadata file was filled in.
    :param corrected: what else was put right, a line each: records, pages, metadata files.
    :param left: what was left alone, and why, a line each.
    :param errors: what could not be put right, and what to do, a line each.
    :param exists: whether there is such a project now, and not only objects in a folder of its name.
    """

    project: str
    listed: tuple[str, ...] = ()
    unlisted: tuple[str, ...] = ()
    completed: tuple[str, ...] = ()
    corrected: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    exists: bool = True
    missing: tuple[str, ...] = ()
    """Names of files that are listed, do not exist, and stay listed because nobody said otherwise."""

    @property
    def said(self) -> bool:
        """Whether there is anything to report."""
        return any((self.listed, self.unlisted, self.completed, self.corrected, self.left, self.errors, self.missing))


class Rebuilding:
    """One project that needs more than a look.

    :param found: what a look at it found.
    :param unlist_missing: take listed files off the index that surely do not exist any more.
    """

    def __init__(
        self,
        workspace: Workspace,
        recovery: Recovery,
        folder: Folder,
        found: Examination,
        *,
        unlist_missing: bool,
        dry_run: bool,
    ) -> None:
        self._workspace = workspace
        self._recovery = recovery
        self._store = workspace.store
        self._layout = workspace.layout
        self._unlist_missing = unlist_missing
        self._dry_run = dry_run
        self._project = folder.name
        self._objects = folder.objects
        self._found = found
        self._left: list[str] = []
        self._errors: list[str] = []
        self._corrected: list[str] = []
        self._sidecars: list[tuple[str, bytes]] = []

    def run(self) -> ReindexedProject:
        """Gather the evidence, store metadata files, commit, bring the pages up; all of it under the project's lock."""
        with self._workspace.held(self._project):
            return self._run()

    def _run(self) -> ReindexedProject:
        snapshot = self._recovery.snapshot(self._project)
        base = snapshot.base
        missing = self._missing(base)
        evidence = Evidence(
            found=tuple(self._entries(snapshot)),
            read=dict(self._read_listed(base, missing)),
            missing=missing if self._unlist_missing else frozenset(),
            spent=self._spent(snapshot),
        )
        new = rebuilt(base, evidence)
        nothing = snapshot.token is None and not new.project.files
        if not (self._dry_run or nothing):
            for key, metadata in self._sidecars:
                self._store_sidecar(key, metadata)
            self._recovery.change(self._project, lambda manifest: self._decide(manifest, evidence))
        report = self._report(base, new, {filename_of(url) for url in missing})
        return replace(report, exists=not (nothing or new.deleted))

    def _decide(self, manifest: Manifest, evidence: Evidence) -> Decision[bool]:
        # Whoever pushes a missing file again makes it whole, without a commit that would be noticed here.
        missing = evidence.missing and evidence.missing & self._missing(manifest)
        own = self._layout.folder(self._project)
        # What goes with a missing file may be there still.
        sweep = {url for url in missing if (self._layout.object_key(self._project, url) or "").startswith(own)}
        new = rebuilt(manifest, replace(evidence, missing=missing))
        return Decision(new, True, frozenset(sweep), names=(self._project,))

    def _report(self, base: Manifest, new: Manifest, missing: set[str]) -> ReindexedProject:
        before = {file.filename: file for file in base.project.files}
        after = {file.filename: file for file in new.project.files}
        solved: list[str] = []
        for finding in self._found.findings:
            line = f"{self._store.url}/{finding.key}: {finding.problem.value}"
            if finding.problem in _UNSOLVED:
                self._errors.append(f"{line}: {finding.detail}")
            elif finding.problem not in (Problem.ORPHAN, Problem.REMOVED, Problem.MISSING, Problem.UNHASHED):
                solved.append(line)
        return ReindexedProject(
            project=self._project,
            listed=tuple(name for name in after if name not in before or self._found.manifest is None),
            unlisted=tuple(name for name in before if name not in after),
            completed=tuple(name for name in after if name in before and after[name] != before[name]),
            corrected=(*solved, *self._corrected),
            left=tuple(self._left),
            errors=tuple(self._errors),
            missing=tuple(sorted(missing & set(after))),
        )

    def _missing(self, base: Manifest) -> frozenset[str]:
        """The urls of listed files that surely do not exist."""
        urls = set()
        for file in base.project.files:
            key = self._key(file)
            if key and key not in self._objects and self._head(key) is None:
                urls.add(file.url)
        return frozenset(urls)

    def _read_listed(self, base: Manifest, missing: frozenset[str]) -> Iterator[tuple[str, ReadFile]]:
        """What the bytes of listed files tell, where that is needed."""
        wrong = {finding.key for finding in self._found.findings if finding.problem in _UNSOLVED}
        doubted = {
            principal(finding.key)
            for finding in self._found.findings
            if finding.problem in (Problem.SIDECAR, Problem.SIDECAR_MISSING, Problem.REQUIRES_PYTHON)
        }
        for file in base.project.files:
            key = self._key(file)
            if key is None or file.url in missing or key in wrong or not (is_incomplete(file) or key in doubted):
                continue
            try:
                read = self._read(key, file.filename)
            except NotFound:
                continue  # deleted since
            except InvalidDistribution as error:
                self._left.append(str(error))
                continue
            if file.sha256 not in (None, read.sha256):
                self._errors.append(
                    f"{self._name(key)}: has other bytes than are listed: publish the file that is meant"
                )
            elif read.project != self._project:
                self._left.append(f"{self._name(key)}: is a file of {read.project}, and listed under {self._project}")
            else:
                if read.metadata is not None:
                    self._sidecars.append((key, read.metadata))
                yield file.url, read

    def _entries(self, snapshot: Snapshot) -> Iterator[File]:
        """Entries of the distributions that nothing lists, and that are to be listed."""
        own = self._layout.folder(self._project)
        recorded = _is_recorded(snapshot)
        for info in self._newest(snapshot.base):
            folder, _, filename = info.key.removeprefix(own).rpartition("/")
            if recorded and (folder or self._is_publishers(info)):
                if not folder and snapshot.manifest:
                    self._left.append(
                        f"{self._name(info.key)}: a publisher stored it and has not listed it: "
                        "publish it again, or let 'prune' delete it"
                    )
                continue
            if snapshot.base.removed_urls(filename):
                self._left.append(f"{self._name(info.key)}: its name was removed once: publish it again")
                continue
            try:
                read = self._read(info.key, filename)
            except NotFound:
                continue  # deleted since
            except InvalidDistribution as error:
                self._left.append(str(error))
                continue
            if read.project != self._project:
                self._left.append(f"{self._name(info.key)}: is a file of {read.project}: publish it there")
                continue
            if read.metadata is not None:
                self._sidecars.append((info.key, read.metadata))
            yield entry(filename, read, info.modified, folder)

    def _newest(self, base: Manifest) -> Iterator[Info]:
        """The newest object of each name that is not listed; the plain key first where it holds one."""
        listed = {self._key(file) for file in base.project.files}
        names = {file.filename for file in base.project.files}
        found: dict[str, Info] = {}
        own = self._layout.folder(self._project)
        for info in self._found.unlisted:
            name = info.key.rpartition("/")[2]
            if info.key in listed or name in names or not is_distribution(info.key):
                continue
            if name not in found or info.modified > found[name].modified or info.key == f"{own}{name}":
                found[name] = info
        yield from found.values()

    def _is_publishers(self, info: Info) -> bool:
        """Whether a publisher stored the object."""
        if self._store.keeps_metadata:
            found = self._head(info.key)
            return found is None or SHA256 in found.metadata
        if (young := info.modified + SETTLED - self._workspace.clock.now()) > timedelta():
            self._workspace.backoff.sleep(young.total_seconds())
        return self._head(self._layout.sidecar(info.key)) is not None

    def _spent(self, snapshot: Snapshot) -> frozenset[str]:
        """Without the record of removals, what publishers stored and no page lists may have been removed."""
        if snapshot.manifest is not None or not _is_recorded(snapshot):
            return frozenset()
        keys = {info.key: info for info in self._found.unlisted if is_distribution(info.key)}
        listed = {self._key(file) for file in snapshot.base.project.files}
        own = self._layout.folder(self._project)
        return frozenset(
            self._layout.object_url(self._project, key)
            for key, info in keys.items()
            if key not in listed and ("/" in key.removeprefix(own) or self._is_publishers(info))
        )

    def _read(self, key: str, filename: str) -> ReadFile:
        with temporary_folder() as folder:
            path = folder / filename
            sha256 = download(self._store, key, path)
            try:
                read = Description.read(path)
            except InvalidDistribution as error:
                raise InvalidDistribution(f"{self._name(key)}: {str(error).removeprefix(f'{path}: ')}") from error
            return ReadFile(read.project, sha256, path.stat().st_size, read.requires_python, read.metadata)

    def _store_sidecar(self, key: str, metadata: bytes) -> None:
        """Store the metadata file beside the wheel under ``key``, whose bytes nobody may change."""
        sidecar, attributes = self._layout.sidecar(key), Attributes(cache_control=FOREVER)
        if listed := self._objects.get(sidecar):
            if matches_listing(listed, metadata):
                return
        elif create(lambda: self._store.put(sidecar, metadata, attributes, ABSENT), self._workspace.backoff):
            return

        def attempt() -> None:
            try:
                found = self._store.get(sidecar)
            except NotFound:
                self._store.put(sidecar, metadata, attributes, ABSENT)
                return
            if found.data != metadata:
                self._store.put(sidecar, metadata, attributes, Matches(found.info.token))

        update(attempt, self._workspace.backoff)

    def _head(self, key: str) -> Info | None:
        try:
            return self._store.head(key)
        except NotFound:
            return None

    def _key(self, file: File) -> str | None:
        return self._layout.object_key(self._project, file.url)

    def _name(self, key: str) -> str:
        return f"{self._store.url}/{key}"


def _is_recorded(snapshot: Snapshot) -> bool:
    """Whether any record of ours is left: a manifest, a damaged one beside pages, or a page with our commit id."""
    if snapshot.manifest is not None or snapshot.base.deleted:
        return True
    pages = list(snapshot.pages.values())
    return any(state.commit for state in pages) or (snapshot.token is not None and any(state.token for state in pages))
