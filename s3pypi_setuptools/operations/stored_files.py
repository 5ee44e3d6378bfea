"""Files that a repository's store holds, examined before another index lists them: are they what is said of them?"""

from __future__ import annotations

from dataclasses import replace

from ..diagnostics import without_credentials
from ..distribution import Distribution
from ..errors import NotFound, RepositoryError
from ..index.model import File
from ..index.versions import version_of
from ..repository.placement import SHA256
from ..repository.repository import Repository
from ..repository.stored import StoredBytes, StoredDistribution, stream_hash
from ..repository.stored import download as download_to
from ..stores.base import Info, Store
from ..temporary_folder import temporary_folder

__all__ = ["download", "listed_file", "read_file"]


def listed_file(repository: Repository, project: str, file: File) -> StoredDistribution:
    """``file`` as ``project`` (normalized) lists it, with what lies beside it, checked against its object.

    The hash is compared with the one that publishers note with each object; where none is noted, and where there is no
    metadata file beside a wheel, the object is read. Raises `RepositoryError` when the index and the object disagree.
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
        raise RepositoryError(f"{store.url}/{key}: is listed, but missing; run s3pypi verify") from error
    metadata, provenance = _beside(store, layout.sidecar(key), file.core_metadata is not None), None
    if file.provenance is not None:
        provenance = _beside(store, layout.provenance(key), True)
    noted = info.metadata.get(SHA256) if info.size == file.size else None
    requires_python = file.requires_python
    if metadata is None and file.filename.endswith(".whl"):
        one = download(store, info, file.filename)
        sha256, metadata, requires_python = one.file.sha256, one.metadata, one.requires_python
    elif noted and noted == file.sha256:
        sha256 = noted
    else:
        sha256 = stream_hash(store, key)
    if file.sha256 not in (None, sha256) or file.size not in (None, info.size):
        raise RepositoryError(f"{store.url}/{key}: does not hold the bytes that the index states; run s3pypi verify")
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


def _beside(store: Store, key: str, wanted: bool) -> bytes | None:
    try:
        return store.get(key).data if wanted else None
    except NotFound:
        return None
