"""Distributions that lie in a store already, on their way into a repository."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from ..distribution import Distribution
from ..distribution.local_file import LocalFile, temporary_folder
from ..errors import RepositoryError, StoreError
from ..index.model import File
from ..stores.base import Attributes, Condition, Info, Store, Token

__all__ = ["Publishable", "StoredBytes", "StoredDistribution", "download", "stream_hash"]


@dataclass(frozen=True, slots=True)
class StoredBytes:
    """The bytes of an object whose hash is known.

    :param info: the object as it was when its hash was learned.
    :param sha256: of its bytes, in lower-case hexadecimal.
    """

    store: Store
    info: Info
    sha256: str

    @property
    def size(self) -> int:
        """In bytes."""
        return self.info.size

    @property
    def path(self) -> str:
        """Where they lie, as people write it."""
        return self.store.url_of(self.info.key)

    def put(
        self, store: Store, key: str, attributes: Attributes, condition: Condition, sent: Callable[[int], None]
    ) -> Token:
        """Write them under ``key`` of ``store``, which copies them itself where it can; else through a temporary file.

        Errors as `Store.put_file`; `RepositoryError` when they are no longer those that were hashed.
        """
        if store.copies_from(self.store):
            token = store.copy(self.store, self.info, key, attributes, condition)
            sent(self.size)
            return token
        with temporary_folder() as folder:
            path = folder / "file"
            if download(self.store, self.info.key, path) != self.sha256:
                raise RepositoryError(f"{self.path}: was overwritten while it was being copied; try again")
            return store.put_file(key, LocalFile.read(path), attributes, condition, sent)


@dataclass(frozen=True, slots=True)
class StoredDistribution:
    """One stored file that can be published; parameters as of `distribution.Distribution`.

    :param entry: what the index it comes from says of it; an ``upload_time`` in it is kept.
    """

    file: StoredBytes
    entry: File
    project: str
    version: str
    metadata: bytes | None = None
    provenance: bytes | None = None

    @property
    def filename(self) -> str:
        """Its name."""
        return self.entry.filename

    @property
    def requires_python(self) -> str | None:
        """As the index it comes from states it."""
        return self.entry.requires_python


Publishable: TypeAlias = Distribution | StoredDistribution
"""What can be published: a file on disk, or one that lies in a store already."""


def download(store: Store, key: str, path: Path, received: Callable[[int], None] = lambda count: None) -> str:
    """Write the object under ``key`` to ``path``, in bounded memory; the SHA-256 of its bytes. Raises `NotFound`.

    :param received: told the number of bytes each time some have come; what it raises ends the download.
    """
    digest = hashlib.sha256()
    try:
        with path.open("wb") as file:
            for chunk in store.stream(key):
                digest.update(chunk)
                file.write(chunk)
                received(len(chunk))
    except OSError as error:
        raise StoreError(key, f"cannot be kept in a temporary file: {error.strerror or error}") from error
    return digest.hexdigest()


def stream_hash(store: Store, key: str) -> str:
    """The SHA-256 of the object under ``key``, read in bounded memory; raises `NotFound`."""
    digest = hashlib.sha256()
    for chunk in store.stream(key):
        digest.update(chunk)
    return digest.hexdigest()
