# ruff: noqa: ARG002 (defaults use no parameters)
"""The interface of an object store, and the contract that every store keeps.

A **store** holds bytes under keys: ``/``-separated strings, never empty, without a leading ``/``, ``.`` or ``..``
segments. Keys may end in ``/`` where ``Store.slash_keys`` is true. Each request is atomic: readers see an object
before or after a write, never between. A **token** is the opaque version of a stored object: two states of one key
with different content never share a token. A write states the **condition** under which it may happen: ``ANY``
(always), ``ABSENT`` (only if there is no such object) or ``Matches(token)`` (only on that very version). S3 has these
conditions as the headers ``If-None-Match: *`` and ``If-Match``
(https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html).

Every method may raise `NotFound`, which means that the object surely does not exist, `AccessDenied`, `Unavailable`, and
other `StoreError`; those for S3 also `ConfigurationError`. All methods can be called from several threads at once.
"""

from __future__ import annotations

import enum
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import BinaryIO, Final, Literal, NamedTuple, NewType, TypeAlias

from ..distribution.local_file import LocalFile
from ..errors import StoreError

CHUNK_SIZE = 1024 * 1024
"""The most bytes in one chunk of `Store.stream`."""
SMALL_CHUNK_SIZE = 256 * 1024
"""The most bytes in one chunk of `Store.stream_range`: a service holds two of them for each slow client."""

Token = NewType("Token", str)


class _Unconditional(enum.Enum):
    ANY = "any"
    ABSENT = "absent"


ANY: Final = _Unconditional.ANY
ABSENT: Final = _Unconditional.ABSENT


# Values here are named tuples: every start of the program makes these classes, and dataclasses take ten times as long.
class Matches(NamedTuple):
    """The object must exist in exactly the version that ``token`` names."""

    token: Token


Condition: TypeAlias = Literal[_Unconditional.ANY, _Unconditional.ABSENT] | Matches


class Attributes(NamedTuple):
    """The headers with which an object is served, and its metadata.

    :param metadata: user metadata; lower-case keys of ``[a-z0-9-]``, printable ASCII values.
    :param content_encoding: ``gzip`` if the stored bytes are compressed, so that clients decode them.
    """

    content_type: str = "application/octet-stream"
    cache_control: str | None = None
    metadata: Mapping[str, str] = MappingProxyType({})
    content_encoding: str | None = None


class Info(NamedTuple):
    """A stored object without its bytes.

    :param size: in bytes, as stored.
    :param modified: when the object was last written, in UTC.
    :param metadata: the user metadata; empty in listings.
    """

    key: str
    token: Token
    size: int
    modified: datetime
    metadata: Mapping[str, str] = MappingProxyType({})


class Object(NamedTuple):
    """A stored object; its bytes are decoded if they were stored compressed."""

    info: Info
    data: bytes


class Marked(NamedTuple):
    """A stored object, and an opaque text with which `Store.get_if_changed` knows it again."""

    object: Object
    mark: str


class SignedUrl(NamedTuple):
    """A URL with which anybody can read one object.

    :param seconds: for how long it is valid at least, from now on; 0 if that is not known.
    """

    url: str
    seconds: int


OnSent: TypeAlias = Callable[[int], None]
"""Called with the number of bytes each time some have been stored, in the thread that stores them."""


def uncounted(count: int) -> None:
    """Count nothing: the default for `OnSent`."""


class PartsWrite(NamedTuple):
    """A write of which the store has all bytes; the last step makes the object.

    :param complete: makes the object if the condition holds, and returns its token; raises the errors of `Store.put`,
        and then leaves nothing behind.
    :param abandon: deletes the bytes that were sent, unless the write is complete; raises the errors of `Store.delete`.
    """

    complete: Callable[[Condition], Token]
    abandon: Callable[[], None]


class Store(ABC):
    """An object store; the text of this module has the rules that every method keeps."""

    url: str
    """The URL of the store, for people (``s3://bucket``, ``file:///folder``), without credentials."""
    keeps_metadata: bool = True
    """Whether `head` and `get` return `Attributes.metadata`; a folder keeps none."""
    cheap_reads: bool = False
    """Whether many small objects can be read at almost no cost, as in a folder."""

    def url_of(self, key: str) -> str:
        """The URL, for people, of the object under ``key``, or of the folder of that name; of the store for ``""``."""
        return f"{self.url}/{key}" if key else self.url

    @property
    @abstractmethod
    def slash_keys(self) -> bool | None:
        """Whether keys may end in ``/``; None if only a probe can find that out."""

    @property
    @abstractmethod
    def conditional_writes(self) -> bool | None:
        """Whether conditions are honoured, also under races; None if only a probe can find that out."""

    @property
    def outer(self) -> tuple[Store, str] | None:
        """The store that has this one as a folder, and the folder's name; None if there is none, as for a bucket."""
        return None

    @property
    def keeps_encoding(self) -> bool | None:
        """Whether `Attributes.content_encoding` is kept and sent to clients; None if only a probe can find that out."""
        return False

    def token_of(self, data: bytes) -> Token | None:
        """The token of an object with exactly these bytes; None if that is not known.

        A wrong one does no harm: tokens are used as conditions, and the object does not fulfil that one.
        """
        return None

    @abstractmethod
    def get(self, key: str) -> Object:
        """Read the object under ``key``: a manifest, page or metadata file.

        Raises `NotFound`, and `StoreError` for an object of more than `LARGEST_DOCUMENT` bytes.
        """

    def get_if_changed(self, key: str, mark: str | None) -> Marked | None:
        """The object under ``key``, as `get`; None while it is still the one that was marked with ``mark``.

        :param mark: of an earlier answer; None for the first time.

        Raises as `get`.
        """
        found = self.get(key)
        return None if found.info.token == mark else Marked(found, found.info.token)

    def is_unchanged(self, key: str, mark: str) -> bool:
        """Whether the object under ``key`` is certainly the one that was marked with ``mark``; it takes no request.

        False if that is not known, or only a request could tell.
        """
        return False

    def stream_range(self, key: str, start: int, count: int) -> Iterator[bytes]:
        """``count`` bytes of the object under ``key`` from ``start`` on, in chunks of at most `SMALL_CHUNK_SIZE`.

        The range lies within the object. Raises as `stream`.
        """
        data = b"".join(self.stream(key))
        for at in range(start, start + count, SMALL_CHUNK_SIZE):
            yield data[at : min(at + SMALL_CHUNK_SIZE, start + count)]

    def presigned_url(self, key: str, seconds: int) -> SignedUrl | None:
        """A URL with which anybody can read the object under ``key``; None where the store gives none.

        :param seconds: for how long it is to be valid at least.
        """
        return None

    @abstractmethod
    def stream(self, key: str) -> Iterator[bytes]:
        """Read the object under ``key`` in chunks of at most `CHUNK_SIZE` bytes.

        Raises `NotFound` when it is called, or before the first chunk.
        """

    @abstractmethod
    def head(self, key: str) -> Info:
        """The object under ``key`` without its bytes. Raises `NotFound`."""

    def file_info(self, key: str) -> Info:
        """As `head`, but the token need not be that of `get`: it may be found without reading the object's bytes."""
        return self.head(key)

    def open_local(self, key: str) -> tuple[Info, BinaryIO] | None:
        """The object and its open file, as `file_info`; None where the store is no folder: it costs next to nothing."""
        return None

    @abstractmethod
    def put(self, key: str, data: bytes, attributes: Attributes, condition: Condition = ANY) -> Token:
        """Write ``data``, which is encoded as ``attributes`` say, and return the token of the new version.

        Raises `AlreadyExists` if the condition is ``ABSENT`` and the object exists, `PreconditionFailed` if it is
        ``Matches`` and the object has another version or is absent, and `Contended` if another conditional write is in
        flight; nothing is written then. After `Unavailable` it is not known whether the object was written.
        """

    @abstractmethod
    def put_file(
        self, key: str, file: LocalFile, attributes: Attributes, condition: Condition = ANY, sent: OnSent = uncounted
    ) -> Token:
        """Write the bytes of ``file``, in bounded memory; raises the errors of `put`.

        :param sent: called in the thread that called `put_file`. What it raises ends the upload, and
            nothing is written.

        Raises `InvalidDistribution` if the file no longer has the bytes that were hashed; nothing is written then.
        """

    def begin_parts(self, key: str, data: bytes, attributes: Attributes) -> PartsWrite:
        """Write ``data`` as large files are written, up to the last step; raises the errors of `put`.

        A probe races that step alone, with few bytes.
        """
        return PartsWrite(lambda condition: self.put(key, data, attributes, condition), lambda: None)

    def is_same_place(self, other: Store) -> bool:
        """Whether both certainly have the same objects."""
        return self is other

    def copies_from(self, source: Store) -> bool:
        """Whether `copy` can take objects of ``source``: both are in one service, and use the same credentials."""
        return False

    def copy(
        self, source: Store, original: Info, key: str, attributes: Attributes, condition: Condition = ANY
    ) -> Token:
        """Let the service copy ``original``, an object of ``source``, without a download. Raises the errors of `put`.

        Raises `NotFound` if the original does not exist, and `StoreError` if it was overwritten, or if `copies_from` is
        false for ``source``.
        """
        raise StoreError(key, f"cannot be copied from {source.url} by the store itself")

    @abstractmethod
    def delete(self, key: str, condition: Condition = ANY) -> None:
        """Delete the object. Deleting an absent one is no error, whatever the condition, so it is safe to try again.

        Raises `PreconditionFailed` if the condition is ``Matches`` and the object has another version. ``ABSENT`` is
        no condition for a deletion. (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-deletes.html)
        """

    @abstractmethod
    def list(self, prefix: str) -> Iterator[Info]:
        """All objects whose keys begin with ``prefix``, in the order of their keys."""

    def folders(self, prefix: str) -> Iterator[str]:
        """The names of the folders directly below ``prefix``, each once; ``prefix`` is empty, or ends in ``/``."""
        last = None
        for info in self.list(prefix):
            name, separator, _ = info.key[len(prefix) :].partition("/")
            if separator and name != last:
                last = name
                yield name

    def key_of(self, url: str) -> str | None:
        """The key of the object of this store that ``url`` serves; None if it serves none, or that is not known."""
        return None

    def close(self) -> None:  # noqa: B027 (most have nothing to close)
        """Close the connections."""
