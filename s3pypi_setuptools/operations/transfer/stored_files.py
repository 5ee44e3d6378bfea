"""Files that a repository's store holds, examined before another index lists them: are they what is said of them?"""

from __future__ import annotations

import hashlib
from dataclasses import replace

from ...distribution import Distribution
from ...distribution.attestation import attests
from ...distribution.local_file import temporary_folder
from ...errors import NotFound, RepositoryError
from ...index.model import File
from ...naming import version_of
from ...repository.repository import Repository
from ...repository.stored_file import StoredBytes, StoredDistribution, stream_hash
from ...repository.stored_file import download as download_to
from ...stores.base import Info, Store
from ...text import without_credentials

__all__ = ["download", "listed_file", "read_file"]


def listed_file(repository: Repository, project: str, file: File) -> StoredDistribution:
    """``file`` as ``project`` (normalized) lists it, with what lies beside it, checked against its object.

    An object that still has the token which was noted with its hash has the listed bytes; any other is read. (What its
    metadata says of it is no proof: whoever overwrites an object writes that, too.) A metadata file or provenance that
    is not the listed one is not taken along. Raises `RepositoryError` when the index and the object disagree.
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
    metadata = _metadata(store, layout.sidecar(key), file)
    if metadata is None and file.filename.endswith(".whl"):
        one = download(store, info, file.filename)
        metadata, requires_python = one.metadata, one.requires_python
    provenance = _provenance(store, layout.provenance(key), file, sha256)
    return StoredDistribution(
        file=StoredBytes(store, info, sha256),
        entry=replace(file, requires_python=requires_python, gpg_sig=None, provenance=None),
        project=project,
        version=version_of(project, file.filename) or "",
        metadata=metadata,
        provenance=provenance,
    )


def read_file(store: Store, info: Info, file: File) -> StoredDistribution:
    """The distribution that the object holds, by its own metadata; ``file`` is what is known of it beside.

    Raises `InvalidDistribution` when it is none.
    """
    one = download(store, info, file.filename)
    entry = replace(
        file,
        requires_python=file.requires_python or one.requires_python,
        upload_time=file.upload_time or info.modified,
        gpg_sig=None,
        provenance=None,
    )
    return StoredDistribution(
        StoredBytes(store, info, one.file.sha256), entry, one.project, one.version, one.metadata, None
    )


def download(store: Store, info: Info, filename: str) -> Distribution:
    """What the object says of itself, read through a temporary file.

    Raises `InvalidDistribution` when it is no distribution of that name.
    """
    with temporary_folder() as folder:
        path = folder / filename
        download_to(store, info.key, path)
        return Distribution.read(path)


def _metadata(store: Store, key: str, file: File) -> bytes | None:
    """The metadata file that is listed; None where there is none, or another."""
    if file.core_metadata is None or (data := _beside(store, key)) is None:
        return None
    listed = file.metadata_sha256
    return data if listed in (None, hashlib.sha256(data).hexdigest()) else None


def _provenance(store: Store, key: str, file: File, sha256: str) -> bytes | None:
    """The provenance that is listed; None where there is none, or that of other bytes."""
    if file.provenance is None or (data := _beside(store, key)) is None:
        return None
    return data if attests(data, file.filename, sha256) else None


def _beside(store: Store, key: str) -> bytes | None:
    try:
        return store.get(key).data
    except NotFound:
        return None
