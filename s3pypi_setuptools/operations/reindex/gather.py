"""Gather what lies in the store of one project, and what its bytes tell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from ...errors import NotFound
from ...index.model import File
from ...index.urls import file_url, is_relative
from ...repository.addresses import find_key
from ...repository.inventory import Folder, is_distribution, lookup, principal
from ...repository.manifest import Manifest
from ...repository.other_projects import OtherProjects
from ...repository.stored_file import StoredFile, has_bytes
from ...repository.upload import SHA256
from ...repository.workspace import Workspace
from ...stores.base import Info
from ..verify.problems import Problem
from ..verify.project_check import Examination
from .evidence import Evidence
from .recovery import Recovered

__all__ = ["UNSOLVED", "EvidenceGathering"]

SETTLED = timedelta(seconds=5)
"""In a folder, a file that was written less than this ago may be half copied, or just being published."""


UNSOLVED = frozenset({Problem.SIZE, Problem.HASH, Problem.UNREADABLE, Problem.OTHER_PROJECT, Problem.FAILED})
"""What no record tells how to put right."""


class EvidenceGathering:
    """The search for what a project's records do not tell; it writes nothing.

    :param found: what a look at the project found.
    :param others: asked of objects that the project does not list.

    What comes of it beside the evidence: ``left``, what was left alone and why, and ``errors``, a line each;
    ``sidecars``, the keys of wheels and the bytes of the metadata files that belong beside them.
    """

    def __init__(self, workspace: Workspace, folder: Folder, found: Examination, others: OtherProjects) -> None:
        self._others = others
        self._workspace = workspace
        self._store = workspace.store
        self._layout = workspace.layout
        self._project = folder.name
        self._objects = folder.objects
        self._found = found
        self._places: dict[str, str | None] = {}
        self.left: list[str] = []
        self.errors: list[str] = []
        self.sidecars: list[tuple[str, bytes]] = []

    def evidence(self, snapshot: Recovered, missing: frozenset[str], *, unlist_missing: bool) -> Evidence:
        """What was found out about the project's files.

        :param missing: as `missing` tells of the snapshot.
        :param unlist_missing: whether what is missing is evidence.
        """
        return Evidence(
            found=tuple(self._entries(snapshot)),
            read=dict(self._read_listed(snapshot.base, missing)),
            missing=missing if unlist_missing else frozenset(),
        )

    def missing(self, base: Manifest) -> frozenset[str]:
        """The urls of listed files that surely do not exist."""
        urls = set()
        for file in base.project.files:
            key = self._key(file)
            if key and key not in self._objects and lookup(self._store, key) is None:
                urls.add(file.url)
        return frozenset(urls)

    def _read_listed(self, base: Manifest, missing: frozenset[str]) -> Iterator[tuple[str, StoredFile]]:
        """What the bytes of listed files tell, where that is needed."""
        wrong = {finding.key for finding in self._found.findings if finding.problem in UNSOLVED}
        doubted = {
            principal(finding.key)
            for finding in self._found.findings
            if finding.problem in (Problem.SIDECAR, Problem.SIDECAR_MISSING, Problem.REQUIRES_PYTHON)
        }
        for file in base.project.files:
            key = self._key(file)
            doubtful = not file.has_facts or key in doubted or not is_relative(file.url)
            if key is None or file.url in missing or key in wrong or not doubtful:
                continue
            entry = file if is_relative(file.url) else replace(file, url=self._url(key))
            if (read := self._read(key, entry)) is None:
                continue
            if file.sha256 not in (None, read.file.sha256):
                self.errors.append(
                    f"{self._name(key)}: has other bytes than are listed: publish the file that is meant"
                )
            else:
                if read.project != self._project:
                    listed = f"is a file of {read.project}, and listed under {self._project}"
                    self.errors.append(f"{self._name(key)}: {listed}: delete it here, and publish it there")
                if read.metadata is not None and key.startswith(self._layout.folder(self._project)):
                    self.sidecars.append((key, read.metadata))
                elif read.metadata is not None and not has_bytes(self._store, self._layout.sidecar(key), read.metadata):
                    read = replace(read, metadata=None)
                yield file.url, read

    def _url(self, key: str) -> str:
        return self._layout.object_url(self._project, key)

    def _entries(self, snapshot: Recovered) -> Iterator[File]:
        """Entries of the distributions that nothing lists, and that are to be listed."""
        own = self._layout.folder(self._project)
        for info in self._newest(snapshot.base):
            if self._others.lister(self._project, info.key):
                continue
            folder, _, filename = info.key.removeprefix(own).rpartition("/")
            recorded = snapshot.complete and filename not in snapshot.named
            if recorded and (folder or self._is_publishers(info)):
                self._leave(snapshot, info, apart=bool(folder))
                continue
            if snapshot.base.removed_urls(filename):
                self.left.append(f"{self._name(info.key)}: its name was removed once: publish it again")
                continue
            entry = File(filename, file_url(filename, folder), upload_time=info.modified)
            if (read := self._read(info.key, entry)) is None:
                continue
            if read.project != self._project:
                self.left.append(f"{self._name(info.key)}: is a file of {read.project}: publish it there")
                continue
            if read.metadata is not None:
                self.sidecars.append((info.key, read.metadata))
            yield read.corrected(entry)

    def _leave(self, snapshot: Recovered, info: Info, *, apart: bool) -> None:
        """Say of an object that a publisher stored why it is not listed."""
        if snapshot.manifest is None:
            line = (
                f"{self._name(info.key)}: no page lists it, and the manifest that would say whether it was removed is "
            )
            lines, state = (self.errors, "damaged") if snapshot.token else (self.left, "lost")
            lines.append(f"{line}{state}: publish it again, or let 'prune' delete it")
        elif not apart:
            self.left.append(
                f"{self._name(info.key)}: a publisher stored it and has not listed it: "
                "publish it again, or let 'prune' delete it"
            )

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
            found = lookup(self._store, info.key)
            return found is None or SHA256 in found.metadata
        if (young := info.modified + SETTLED - self._workspace.clock.now()) > timedelta():
            self._workspace.backoff.sleep(young.total_seconds())
        return lookup(self._store, self._layout.sidecar(info.key)) is not None

    def _read(self, key: str, entry: File) -> StoredFile | None:
        """What the bytes under ``key`` say; None where they are gone by now, or are left alone as no distribution."""
        try:
            read = StoredFile.read(self._store, self._objects.get(key) or self._store.head(key), entry)
        except NotFound:
            return None
        if read.invalid:
            self.left.append(f"{read.file.path}: {read.invalid}")
        return None if read.invalid else read

    def _key(self, file: File) -> str | None:
        if file.url not in self._places:
            self._places[file.url] = find_key(self._workspace, self._project, file.url, self._objects)
        return self._places[file.url]

    def _name(self, key: str) -> str:
        return self._store.url_of(key)
