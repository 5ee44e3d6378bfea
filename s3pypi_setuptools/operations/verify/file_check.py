"""Compare a listed file and its metadata file with the objects in the store."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import KW_ONLY, dataclass
from datetime import timedelta

from ...index.model import File
from ...repository.inventory import Folder
from ...repository.objects import head_if_exists, matches_listing, stream_hash
from ...repository.stored_file import StoredFile
from ...repository.upload import SHA256
from ...repository.workspace import Workspace
from ...stores.base import Info
from ...text import counted
from .problems import Finding, Problem

LATE = timedelta(hours=1)
"""An object that was written this long after its upload time may have been overwritten: read its recorded hash too."""


@dataclass(frozen=True, slots=True)
class FileCheck:
    """Compares the listed files of one project with their objects.

    :param folder: the project's folder.
    :param deep: read every file and every metadata file.
    """

    workspace: Workspace
    folder: Folder
    _: KW_ONLY
    deep: bool

    def findings(self, file: File, key: str) -> Iterator[Finding]:
        """Problems of ``file``, whose object has the key ``key``; raises `StoreError`."""
        # Adopted files may lie outside the folder, and new ones may be younger than the listing.
        info = self.folder.objects.get(key) or head_if_exists(self.workspace.store, key)
        if info is None:
            yield self._finding(
                Problem.MISSING,
                key,
                "is listed, and does not exist: publish it again, or unlist it with 'reindex --yes'",
            )
            return
        if file.size is not None and info.size != file.size:
            detail = f"has {counted(info.size, 'byte')}, {file.size} are listed: {_OTHER_BYTES}"
            yield self._finding(Problem.SIZE, key, detail)
            return
        if file.sha256 is None or file.size is None:
            yield self._finding(Problem.UNHASHED, key, "its hash or size is not known: 'reindex' fills it in")
        if self.deep and file.filename.endswith(".whl"):
            yield from self._wheel(file, key, info)
            return
        if file.sha256 and (actual := self._hash(file, key, info)) not in (None, file.sha256):
            yield self._other_hash(file, key, actual)
        yield from self._sidecar(file, key, None)

    def _hash(self, file: File, key: str, info: Info) -> str | None:
        """The SHA-256 of the object, of its bytes or as recorded beside them; None if neither is needed or known."""
        if self.deep:
            return stream_hash(self.workspace.store, key)
        # Without a recorded hash the object would have to be read, which only a deep check does.
        return self.workspace.store.head(key).metadata.get(SHA256) if _is_late(file, info) else None

    def _other_hash(self, file: File, key: str, actual: str | None) -> Finding:
        detail = f"has sha256 {actual}, {file.sha256} is listed: {_OTHER_BYTES}"
        return self._finding(Problem.HASH, key, detail)

    def _wheel(self, file: File, key: str, info: Info) -> Iterator[Finding]:
        stored = StoredFile.read(self.workspace.store, info, file)
        if file.sha256 and stored.file.sha256 != file.sha256:
            yield self._other_hash(file, key, stored.file.sha256)
            return
        if stored.invalid:
            yield self._finding(Problem.UNREADABLE, key, f"installers refuse it: {stored.invalid}")
            return
        if stored.requires_python != file.requires_python:
            detail = f"requires Python {stored.requires_python or '(any)'}, {file.requires_python or '(any)'} is listed"
            yield self._finding(Problem.REQUIRES_PYTHON, key, f"{detail}: 'reindex --deep' corrects it")
        yield from self._sidecar(file, key, stored.metadata)

    def _sidecar(self, file: File, key: str, metadata: bytes | None) -> Iterator[Finding]:
        """Problems of the metadata file beside a wheel.

        :param metadata: the wheel's own METADATA, if the wheel was read.
        """
        sidecar = self.workspace.layout.sidecar(key)
        if file.core_metadata is None:
            return
        info = self.folder.objects.get(sidecar) or head_if_exists(self.workspace.store, sidecar)
        if info is None:
            yield self._finding(Problem.SIDECAR_MISSING, sidecar, "is listed, and does not exist: 'reindex' makes it")
            return
        listed = file.metadata_sha256
        if metadata is not None and matches_listing(info, metadata):
            actual: str | None = hashlib.sha256(metadata).hexdigest()
        elif metadata is not None or _is_late(file, info):
            data = self.workspace.store.get(sidecar).data
            if metadata is not None and data != metadata:
                detail = "differs from the METADATA in the wheel: 'reindex --deep' corrects it"
                yield self._finding(Problem.SIDECAR, sidecar, detail)
                return
            actual = hashlib.sha256(data).hexdigest()
        else:
            return
        if listed not in (None, actual):
            detail = f"has sha256 {actual}, {listed} is listed: 'reindex --deep' corrects it"
            yield self._finding(Problem.SIDECAR, sidecar, detail)

    def _finding(self, problem: Problem, key: str, detail: str) -> Finding:
        return Finding(problem, self.folder.name, key, detail)


_OTHER_BYTES = "publish the right file with --force, which gives it a new key, or delete it"


def _is_late(file: File, info: Info) -> bool:
    return file.upload_time is not None and info.modified - file.upload_time > LATE
