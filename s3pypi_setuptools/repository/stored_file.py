"""Distributions that are in a store already: their hashes, and what their own metadata says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from ..distribution import Description, Distribution
from ..distribution.local_file import LocalFile, temporary_folder
from ..errors import InvalidDistribution, RepositoryError
from ..index.model import File
from ..stores.base import Attributes, Condition, Info, Store, Token
from ..text import printable
from .objects import download


@dataclass(frozen=True, slots=True)
class StoredBytes:
    """The bytes of an object whose hash is known.

    :param info: the object as it was before its hash was computed.
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
        """The object's URL, for messages."""
        return self.store.url_of(self.info.key)

    def put(
        self, store: Store, key: str, attributes: Attributes, condition: Condition, sent: Callable[[int], None]
    ) -> Token:
        """Write the bytes under ``key`` of ``store``, which copies them itself if it can; else by a temporary file.

        :param sent: called with the number of bytes each time some have been stored.

        Raises `PreconditionFailed` if ``condition`` does not hold, other `StoreError` if reading or writing fails, and
        `RepositoryError` if the bytes have changed since they were hashed.
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
class StoredFile:
    """A file in a store, and what its bytes say; a valid one can be published.

    :param entry: what an index says of the file, with the ``url`` and ``upload_time`` by which to list it.
    :param project: normalized name in its own metadata; empty for an invalid file.
    :param version: in its normal spelling (PEP 440).
    :param requires_python: as its metadata states it; of a file that is copied, as the index it is copied from does.
    :param metadata: a wheel's METADATA, if it is to be listed; None for sdists.
    :param provenance: the provenance object (PEP 740) to publish with it.
    :param warnings: violations of the specification in its metadata that installers ignore, one line each.
    :param invalid: one line: why installers do not accept the file, without its name; None for a valid file.
    """

    file: StoredBytes
    entry: File
    project: str = ""
    version: str = ""
    requires_python: str | None = None
    metadata: bytes | None = None
    provenance: bytes | None = None
    warnings: tuple[str, ...] = ()
    invalid: str | None = None

    @classmethod
    def read(cls, store: Store, info: Info, entry: File) -> StoredFile:
        """Read the object ``info``, the file that ``entry`` names, through a temporary file. Raises `StoreError`."""
        with temporary_folder() as folder:
            path = folder / entry.filename
            sha256 = download(store, info.key, path)
            file = StoredBytes(store, info._replace(size=path.stat().st_size), sha256)
            try:
                read = Description.read(path)
            except InvalidDistribution as error:
                return cls(file, entry, invalid=str(error).removeprefix(f"{printable(str(path))}: "))
        return cls(
            *(file, entry, read.project, read.version, read.requires_python, read.metadata),
            warnings=read.warnings,
        )

    @property
    def filename(self) -> str:
        """Its name."""
        return self.entry.filename

    def corrected(self, listed: File) -> File:
        """The entry ``listed``, in which what the bytes say replaces what the index says."""
        entry = replace(listed, url=self.entry.url, requires_python=self.requires_python, core_metadata=None)
        return entry.with_facts(self.file.sha256, self.file.size, self.metadata)

    def completed(self, listed: File) -> File:
        """The entry ``listed``, completed with what the bytes say; unchanged if it states another hash."""
        if listed.sha256 not in (None, self.file.sha256):
            return listed
        entry = replace(
            listed,
            url=self.entry.url,
            upload_time=listed.upload_time or self.entry.upload_time,
            requires_python=listed.requires_python or self.requires_python,
        )
        return entry.with_facts(self.file.sha256, self.file.size, self.metadata)


Publishable: TypeAlias = Distribution | StoredFile
"""What can be published: a file on disk, or one that is in a store already."""
