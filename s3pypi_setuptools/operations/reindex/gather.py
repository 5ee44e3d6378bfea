"""Gather evidence about one project: read the stored files whose entries are missing, incomplete or doubtful."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from ...errors import Error, NotFound, RepositoryError
from ...index.model import File
from ...index.urls import file_url, is_relative
from ...repository.inventory import Folder
from ...repository.layout import distribution_key, is_distribution_key
from ...repository.links import find_key
from ...repository.manifest import Manifest
from ...repository.objects import has_bytes, head_if_exists
from ...repository.other_projects import OtherProjects
from ...repository.stored_file import StoredFile
from ...repository.upload import SHA256
from ...repository.workspace import Workspace
from ...stores.base import Info
from ..verify.problems import Problem
from ..verify.project_check import CheckedProject, other_project
from .evidence import Evidence
from .recovery import Recovered

WRITING = timedelta(seconds=5)
"""In a folder, a file may still be copied or published until it was not modified for this long: wait until then."""

UNSOLVED = frozenset({Problem.SIZE, Problem.HASH, Problem.UNREADABLE, Problem.OTHER_PROJECT, Problem.FAILED})
"""Problems that reindexing cannot correct."""


class EvidenceGathering:
    """Reads a project's stored files as far as needed; writes nothing.

    :param checked: the result of checking the project.
    :param others: tells whether another project lists an object that this one does not.
    """

    def __init__(self, workspace: Workspace, folder: Folder, checked: CheckedProject, others: OtherProjects) -> None:
        self._others = others
        self._workspace = workspace
        self._store = workspace.store
        self._layout = workspace.layout
        self._project = folder.name
        self._objects = folder.objects
        self._checked = checked
        self._places: dict[str, str | None] = {}
        self._metadata: list[tuple[str, bytes]] = []
        self._notes: list[str] = []
        self._errors: list[Error] = []

    def evidence(self, snapshot: Recovered, missing: frozenset[str]) -> Evidence:
        """Read the files; call this once. Raises `StoreError`.

        :param missing: the result of `missing` for the snapshot's base.
        """
        return Evidence(
            found=tuple(self._entries(snapshot)),
            read=dict(self._read_listed(snapshot.base, missing)),
            missing=missing,
            metadata=tuple(self._metadata),
            notes=tuple(self._notes),
            errors=tuple(self._errors),
        )

    def missing(self, base: Manifest) -> frozenset[str]:
        """The urls of listed files that surely do not exist."""
        urls = set()
        for file in base.project.files:
            key = self._key(file)
            if key and key not in self._objects and head_if_exists(self._store, key) is None:
                urls.add(file.url)
        return frozenset(urls)

    def _read_listed(self, base: Manifest, missing: frozenset[str]) -> Iterator[tuple[str, StoredFile]]:
        """Listed files whose entries are incomplete or doubtful, by url."""
        wrong = {finding.key for finding in self._checked.findings if finding.problem in UNSOLVED}
        doubted = {
            distribution_key(finding.key)
            for finding in self._checked.findings
            if finding.problem in (Problem.SIDECAR, Problem.SIDECAR_MISSING, Problem.REQUIRES_PYTHON)
        }
        for file in base.project.files:
            key = self._key(file)
            if (other := other_project(self._project, file.filename)) and wrong.isdisjoint({key, file.filename}):
                self._fail(self._store.url_of(key) if key else file.filename, other)
            doubtful = not file.has_facts or key in doubted or not is_relative(file.url)
            if key is None or file.url in missing or key in wrong or not doubtful:
                continue
            entry = file if is_relative(file.url) else replace(file, url=self._layout.object_url(self._project, key))
            if (read := self._read(key, entry)) is None:
                continue
            if file.sha256 not in (None, read.file.sha256):
                self._fail(read.file.path, "has other bytes than the index states: publish the right file")
                continue
            if read.project != self._project and not other:
                listed = f"is a file of {read.project}, and listed under {self._project}"
                self._fail(read.file.path, f"{listed}: delete it here, and publish it there")
            yield file.url, self._with_metadata(key, read)

    def _with_metadata(self, key: str, read: StoredFile) -> StoredFile:
        """The file with its metadata, if that may be stored beside it or is there already; otherwise without."""
        if read.metadata is None:
            return read
        if key.startswith(self._layout.folder(self._project)):
            self._metadata.append((key, read.metadata))
            return read
        is_there = has_bytes(self._store, self._layout.sidecar(key), read.metadata)
        return read if is_there else replace(read, metadata=None)

    def _entries(self, snapshot: Recovered) -> Iterator[File]:
        """Entries for distributions that nothing lists and that are to be listed."""
        own = self._layout.folder(self._project)
        for info in self._newest(snapshot.base):
            if self._others.lister(self._project, info.key):
                continue
            place = self._store.url_of(info.key)
            folder, _, filename = info.key.removeprefix(own).rpartition("/")
            recorded = snapshot.complete and filename not in snapshot.named
            if recorded and (folder or self._is_publishers(info)):
                self._explain(snapshot, place, has_random_key=bool(folder))
                continue
            if snapshot.base.removed_urls(filename):
                self._notes.append(f"{place}: a file of this name was removed before: publish it again")
                continue
            entry = File(filename, file_url(filename, folder), upload_time=info.modified)
            if (read := self._read(info.key, entry)) is None:
                continue
            if read.project != self._project:
                self._notes.append(f"{place}: is a file of {read.project}: publish it there")
                continue
            yield self._with_metadata(info.key, read).corrected(entry)

    def _explain(self, snapshot: Recovered, place: str, *, has_random_key: bool) -> None:
        """Report why the object at ``place``, which a publisher stored, is not listed."""
        advice = "publish it again, or let 'prune' delete it"
        unsure = "no page lists it, and the manifest that would say whether it was removed is"
        if snapshot.manifest is None and snapshot.token:
            self._fail(place, f"{unsure} damaged: {advice}")
        elif snapshot.manifest is None:
            self._notes.append(f"{place}: {unsure} lost: {advice}")
        elif not has_random_key:
            self._notes.append(f"{place}: a publisher stored it and has not listed it: {advice}")

    def _fail(self, place: str, reason: str) -> None:
        self._errors.append(RepositoryError(f"{place}: {reason}"))

    def _newest(self, base: Manifest) -> Iterator[Info]:
        """One object for each unlisted name: the one at the plain key, or else the newest."""
        listed = {self._key(file) for file in base.project.files}
        names = {file.filename for file in base.project.files}
        found: dict[str, Info] = {}
        own = self._layout.folder(self._project)
        for info in self._checked.unlisted:
            name = info.key.rpartition("/")[2]
            if info.key in listed or name in names or not is_distribution_key(info.key):
                continue
            other, plain = found.get(name), f"{own}{name}"
            if other is None or info.key == plain or (other.key != plain and info.modified > other.modified):
                found[name] = info
        yield from found.values()

    def _is_publishers(self, info: Info) -> bool:
        """Whether a publisher, and no other tool, stored the object."""
        if self._store.keeps_metadata:
            found = head_if_exists(self._store, info.key)
            return found is None or SHA256 in found.metadata
        if (young := info.modified + WRITING - self._workspace.clock.now()) > timedelta():
            self._workspace.clock.backoff.sleep(young.total_seconds())
        return head_if_exists(self._store, self._layout.sidecar(info.key)) is not None

    def _read(self, key: str, entry: File) -> StoredFile | None:
        """Read the object under ``key``; None if it was deleted meanwhile, or is no valid distribution."""
        try:
            read = StoredFile.read(self._store, self._objects.get(key) or self._store.head(key), entry)
        except NotFound:
            return None
        if read.invalid:
            self._notes.append(f"{read.file.path}: {read.invalid}")
        return None if read.invalid else read

    def _key(self, file: File) -> str | None:
        if file.url not in self._places:
            self._places[file.url] = find_key(self._workspace, self._project, file.url, self._objects)
        return self._places[file.url]
