"""The files of a repository to import or promote from: as its index lists them, and as their own bytes say."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import TypeVar

from ...distribution.attestation import attests
from ...errors import Error, InvalidDistribution, NotFound, RepositoryError
from ...index.model import File, Project
from ...index.urls import is_elsewhere, is_relative
from ...naming import version_of
from ...repository.inventory import Folder
from ...repository.layout import is_distribution_key
from ...repository.links import find_key, names_with_absolute_urls
from ...repository.manifest import Manifest
from ...repository.objects import head_if_exists, read_if_exists, stream_hash
from ...repository.repository import Repository
from ...repository.stored_file import StoredBytes, StoredFile
from ...stores.base import Info, Store
from ...text import without_credentials

log = logging.getLogger(__name__)

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Found:
    """A file of the source.

    :param project: the project that lists it, or whose folder holds it.
    :param file: the entry that lists it; for an unlisted file, an entry made from its object's key and size.
    :param info: its object; None for a file outside the repository.
    :param committed: whether a manifest of ours lists it.
    :param error: why it cannot be imported.
    :param listed: whether the project lists it; otherwise it is only in the project's folder.
    :param url: the url by which to list it, if it is another than the entry's.
    """

    project: str
    file: File
    info: Info | None
    committed: bool = False
    error: Error | None = None
    listed: bool = True
    url: str | None = None

    def problem(self, stored: StoredFile) -> Error | None:
        """Why the file, which was read, cannot be imported; None if it can be imported."""
        if stored.invalid:
            return InvalidDistribution(stored.invalid)
        if self.file.sha256 in (None, stored.file.sha256):
            return None
        stated = f"(sha256 {self.file.sha256:.12}…)"
        return RepositoryError(f"its bytes are not those that the index states {stated}: publish it again")


class Source:
    """Reads the files of ``repository``, in the threads of ``pool``."""

    def __init__(self, repository: Repository, pool: Executor) -> None:
        self.repository = repository
        self.store = repository.workspace.store
        self.layout = repository.workspace.layout
        self._pool = pool

    def files(self, folder: Folder) -> Iterator[Found]:
        """The files that the folder's project lists; without a manifest of ours, also unlisted ones in the folder.

        Raises `InvalidIndex` if its manifest or pages cannot be read, and `StoreError`.
        """
        project = folder.name
        manifest = self.repository.manifest(project) or Manifest(Project(project))
        if manifest.deleted:
            return
        committed = manifest.commit is not None
        keys = set()
        for file in manifest.project.files:
            key = find_key(self.repository.workspace, project, file.url, folder.objects)
            if key is None:
                yield Found(project, file, None, committed)
                continue
            keys.add(key)
            info = folder.objects.get(key) or head_if_exists(self.store, key)
            error = None if info else RepositoryError("is listed, but missing")
            url = None if is_relative(file.url) else self.layout.object_url(project, key)
            yield Found(project, file, info, committed, error, url=url)
        if committed:
            return  # an object that a manifest does not list was removed or refused, or is being published
        unclear = names_with_absolute_urls(manifest.project)
        for key, info in folder.objects.items():
            if key not in keys and is_distribution_key(key) and key.rpartition("/")[2] not in unclear:
                yield self.found(project, info)

    def found(self, project: str, info: Info) -> Found:
        """The object as an unlisted file of ``project``."""
        file = File(info.key.rpartition("/")[2], self.layout.object_url(project, info.key), size=info.size)
        return Found(project, file, info, listed=False)

    def read_all(self, files: Iterable[Found]) -> Iterator[tuple[Found, StoredFile]]:
        """Read ``files`` in parallel; results come in order, without files outside the repository.

        A result has the url and upload time by which to list the file. Its requires-python is the index's, if that
        states one.
        """
        return self._each(files, self._read)

    def read_or_take(self, files: Iterable[Found]) -> Iterator[tuple[Found, StoredFile | Error]]:
        """As `read_all`, but a file that a manifest of ours lists completely keeps what the manifest says.

        The result is the error for such a file that `read_listed` refuses or cannot read.
        """

        def read(found: Found, info: Info) -> StoredFile | Error:
            if not (found.committed and is_complete_for_import(found.project, found.file)):
                return self._read(found, info)
            try:
                return read_listed(self.repository, found.project, found.file)
            except Error as error:
                return error

        return self._each(files, read)

    def place(self, found: Found) -> str:
        """The URL of the file, for messages."""
        key = found.info.key if found.info else self.layout.object_key(found.project, found.file.url)
        return self.store.url_of(key) if key else without_credentials(found.file.url)

    def folder(self, project: str) -> str:
        """The URL of the folder of ``project``, for messages."""
        return self.store.url_of(self.layout.folder(project))

    def _each(self, files: Iterable[Found], read: Callable[[Found, Info], R]) -> Iterator[tuple[Found, R]]:
        inside = [(found, found.info) for found in files if found.info]
        stored = self._pool.map(lambda one: read(*one), inside)
        yield from zip((found for found, _ in inside), stored, strict=True)

    def _read(self, found: Found, info: Info) -> StoredFile:
        entry = replace(found.file, url=found.url or found.file.url)
        if not is_distribution_key(info.key):
            file = StoredBytes(self.store, info, stream_hash(self.store, info.key))
            return StoredFile(file, entry, invalid="is no wheel and no sdist")
        stored = _read(self.store, info, entry)
        if stored.invalid:
            return stored
        return replace(
            stored,
            entry=replace(_without_links(entry), upload_time=entry.upload_time or info.modified),
            requires_python=entry.requires_python or stored.requires_python,
        )


def is_complete_for_import(project: str, file: File) -> bool:
    """Whether an import would learn nothing new from reading the file.

    This demands more than `File.has_facts`: also for the upload time, the requires-python of an sdist, and a filename
    that names the project.
    """
    wheel = file.filename.endswith(".whl") and not is_elsewhere(file.url)
    known = file.has_facts and file.upload_time is not None and (wheel or file.requires_python is not None)
    return known and version_of(project, file.filename) is not None


def read_listed(repository: Repository, project: str, file: File) -> StoredFile:
    """``file`` as ``project`` (normalized) lists it, with its metadata and provenance, checked against its object.

    An object that still has the token noted with its hash has the listed bytes; any other is read. (The hash in an
    object's own metadata proves nothing, as it is overwritten together with the object.) A metadata file or provenance
    other than the listed one is left out.

    Raises `RepositoryError` if the index and the object disagree, and `InvalidDistribution` for a wheel whose metadata
    has to be read from the wheel, and cannot be.
    """
    store, layout = repository.workspace.store, repository.workspace.layout
    key = layout.object_key(project, file.url)
    if key is None:
        raise RepositoryError(
            f"{file.filename} lies outside the repository, at {without_credentials(file.url)}: publish it from there"
        )
    try:
        info = store.head(key)
    except NotFound as error:
        raise RepositoryError(f"{store.url_of(key)}: is listed, but missing; run s3pypi verify") from error
    sha256 = file.sha256 if file.etag == info.token and file.size == info.size else None
    if sha256 is None:
        sha256 = stream_hash(store, key)
    if file.sha256 not in (None, sha256) or file.size not in (None, info.size):
        raise RepositoryError(
            f"{store.url_of(key)}: does not hold the bytes that the index states: publish the right file there again "
            f"with --force, or delete it: s3pypi delete {project} --file {file.filename}"
        )
    requires_python = file.requires_python
    metadata = _listed_metadata(store, layout.sidecar(key), file)
    if metadata is None and file.filename.endswith(".whl"):
        stored = _read(store, info, file)
        if stored.invalid:
            raise InvalidDistribution(f"{stored.file.path}: {stored.invalid}")
        metadata, requires_python = stored.metadata, stored.requires_python
    return StoredFile(
        file=StoredBytes(store, info, sha256),
        entry=_without_links(file),
        project=project,
        version=version_of(project, file.filename) or "",
        requires_python=requires_python,
        metadata=metadata,
        provenance=_listed_provenance(store, layout.provenance(key), file, sha256),
    )


def _read(store: Store, info: Info, entry: File) -> StoredFile:
    stored = StoredFile.read(store, info, entry)
    for warning in stored.warnings:
        log.warning("%s: %s", entry.filename, warning)
    return stored


def _without_links(entry: File) -> File:
    """The entry without links to files that the target may not have."""
    return replace(entry, gpg_sig=None, provenance=None)


def _listed_metadata(store: Store, key: str, file: File) -> bytes | None:
    """The listed metadata file; None if there is none, or another one."""
    if file.core_metadata is None or (data := read_if_exists(store, key)) is None:
        return None
    return data if file.metadata_sha256 in (None, hashlib.sha256(data).hexdigest()) else None


def _listed_provenance(store: Store, key: str, file: File, sha256: str) -> bytes | None:
    """The listed provenance; None if there is none, or one of other bytes."""
    if file.provenance is None or (data := read_if_exists(store, key)) is None:
        return None
    return data if attests(data, file.filename, sha256) else None
