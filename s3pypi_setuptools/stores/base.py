"""What every store promises.

A **store** holds bytes under keys: ``/``-separated strings, never empty, without a leading ``/``, ``.`` or ``..``
segments. Keys may end in ``/`` where ``Store.slash_keys`` is true. Each request is atomic: readers see an object
before or after a write, never between. A **token** is the opaque version of a stored object: two states of one key
with different content never share a token. A write states the **condition** under which it may happen: ``ANY``
(always), ``ABSENT`` (only when there is no such object) or ``Matches(token)`` (only on that very version).

Errors, for every method: `NotFound` only when the object surely does not exist; `AccessDenied`; `Unavailable`;
other `StoreError`. All methods are safe to call from several threads at once.
"""

from __future__ import annotations

import enum
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final, Literal, NamedTuple, NewType, TypeAlias

from ..distribution.local_file import LocalFile
from ..errors import StoreError
from ..index.model import LARGEST_DOCUMENT

__all__ = [
    "ABSENT",
    "ANY",
    "CHUNK_SIZE",
    "Attributes",
    "Condition",
    "Info",
    "Matches",
    "Object",
    "OnSent",
    "PartsWrite",
    "Store",
    "Token",
    "check_key",
    "check_size",
    "uncounted",
]

CHUNK_SIZE = 1024 * 1024
"""The most bytes in one chunk of `Store.stream`."""

Token = NewType("Token", str)


class _Unconditional(enum.Enum):
    ANY = "any"
    ABSENT = "absent"


# Values here are named tuples: every start of the program makes these classes, and dataclasses take ten times as long.
_NO_METADATA: Mapping[str, str] = MappingProxyType({})

ANY: Final = _Unconditional.ANY
ABSENT: Final = _Unconditional.ABSENT


class Matches(NamedTuple):
    """The object must exist in exactly the version that ``token`` names."""

    token: Token


Condition: TypeAlias = Literal[_Unconditional.ANY, _Unconditional.ABSENT] | Matches


class Attributes(NamedTuple):
    """How an object is served, and what is noted beside it.

    :param metadata: user metadata; lower-case keys of ``[a-z0-9-]``, printable ASCII values.
    :param content_encoding: ``gzip`` where the bytes that are stored are compressed so, and clients are to decode them.
    """

    content_type: str = "application/octet-stream"
    cache_control: str | None = None
    metadata: Mapping[str, str] = _NO_METADATA
    content_encoding: str | None = None


class Info(NamedTuple):
    """What is known of a stored object without its bytes.

    :param size: in bytes, as stored.
    :param modified: when the object was last written, in UTC.
    :param metadata: the user metadata; empty in listings.
    """

    key: str
    token: Token
    size: int
    modified: datetime
    metadata: Mapping[str, str] = _NO_METADATA


class Object(NamedTuple):
    """A stored object: what is known of it, and its bytes, decoded."""

    info: Info
    data: bytes


OnSent: TypeAlias = Callable[[int], None]
"""Called with the number of bytes each time some have been stored, in the thread that stores them."""


def uncounted(count: int) -> None:
    """Count nothing: the default for `OnSent`."""


class PartsWrite(NamedTuple):
    """A write whose bytes are with the store, and of which the last step is left.

    :param complete: makes the object if the condition holds, and returns its token; errors as `Store.put`, and nothing
        stays behind then.
    :param abandon: removes what was sent; once the write is complete, nothing. Errors as `Store.delete`.
    """

    complete: Callable[[Condition], Token]
    abandon: Callable[[], None]


class Store(ABC):
    """An object store; see the module's text for what every method keeps."""

    @property
    @abstractmethod
    def url(self) -> str:
        """The store's own URL, as people write it (``s3://bucket``, ``file:///folder``), without credentials."""

    def url_of(self, key: str) -> str:
        """The object under ``key``, or the folder of that name, as people write it; the store itself for ``""``."""
        return f"{self.url}/{key}" if key else self.url

    @property
    @abstractmethod
    def slash_keys(self) -> bool | None:
        """Whether keys may end in ``/``; None when only a probe can tell."""

    @property
    @abstractmethod
    def conditional_writes(self) -> bool | None:
        """Whether conditions are honoured, also under races; None when only a probe can tell."""

    @property
    @abstractmethod
    def keeps_metadata(self) -> bool:
        """Whether `Attributes.metadata` comes back from `head` and `get`; a folder keeps none."""

    @property
    def outer(self) -> tuple[Store, str] | None:
        """The store that holds this one as a folder, and the folder's name; None where there is none (a bucket)."""
        return None

    @property
    def keeps_encoding(self) -> bool | None:
        """Whether `Attributes.content_encoding` is kept, and told to clients; None when only a probe can tell."""
        return False

    @property
    def cheap_reads(self) -> bool:
        """Whether reading many small objects costs next to nothing, as in a folder."""
        return False

    def token_of(self, data: bytes) -> Token | None:  # noqa: ARG002
        """The token of an object that has exactly these bytes stored; None while that cannot be told.

        A guess is harmless: it is only ever used as a condition, which the object then does not fulfil.
        """
        return None

    @abstractmethod
    def get(self, key: str) -> Object:
        """The object under ``key``: a record, page or metadata file.

        Raises `NotFound`, and `StoreError` for one of more than `LARGEST_DOCUMENT` bytes.
        """

    @abstractmethod
    def stream(self, key: str) -> Iterator[bytes]:
        """The bytes of the object under ``key``, in chunks of at most `CHUNK_SIZE`.

        Raises `NotFound`, at the first chunk at the latest.
        """

    @abstractmethod
    def head(self, key: str) -> Info:
        """What is known of the object under ``key``; raises `NotFound`."""

    @abstractmethod
    def put(self, key: str, data: bytes, attributes: Attributes, condition: Condition = ANY) -> Token:
        """Write ``data``, encoded as ``attributes`` say; the new version's token.

        Raises `AlreadyExists` when the condition is ``ABSENT`` and the object exists, `PreconditionFailed` when it is
        ``Matches`` and the object has another version or is absent, `Contended` when the store asks to try again.
        """

    @abstractmethod
    def put_file(
        self, key: str, file: LocalFile, attributes: Attributes, condition: Condition = ANY, sent: OnSent = uncounted
    ) -> Token:
        """Write the bytes of ``file``, in bounded memory; errors as `put`.

        :param sent: told the number of bytes each time some have been stored, in the thread that called `put_file`.
            What it raises stops the upload, writes nothing, and is raised from here.

        Raises `InvalidDistribution` when the file no longer holds the bytes that were hashed; nothing is written then.
        """

    def begin_parts(self, key: str, data: bytes, attributes: Attributes) -> PartsWrite:
        """Write ``data`` in the way in which large files are written, up to the last step; errors as `put`.

        It lets a probe race that step alone, with few bytes.
        """
        return PartsWrite(lambda condition: self.put(key, data, attributes, condition), lambda: None)

    def is_same_place(self, other: Store) -> bool:
        """Whether both surely hold the same objects."""
        return self is other

    def copies_from(self, source: Store) -> bool:  # noqa: ARG002
        """Whether `copy` can take objects of ``source``: one service holds both, and one account reaches both."""
        return False

    def copy(
        self,
        source: Store,
        original: Info,  # noqa: ARG002
        key: str,
        attributes: Attributes,  # noqa: ARG002
        condition: Condition = ANY,  # noqa: ARG002
    ) -> Token:
        """Write the bytes of ``original``, an object of ``source``, without moving them through here; errors as `put`.

        Raises `NotFound` when the original is gone, `StoreError` when it is no longer the one that was looked at, or
        when `copies_from` is false for ``source``.
        """
        raise StoreError(key, f"cannot be copied from {source.url} by the store itself")

    @abstractmethod
    def delete(self, key: str, condition: Condition = ANY) -> None:
        """Remove the object; an absent one is fine, whatever the condition (S3's rule; it makes trying again safe).

        Raises `PreconditionFailed` when the condition is ``Matches`` and the object has another version. ``ABSENT`` is
        no condition for a deletion.
        """

    @abstractmethod
    def list(self, prefix: str) -> Iterator[Info]:
        """All objects whose key begins with ``prefix``, in key order."""

    def folders(self, prefix: str) -> Iterator[str]:
        """The names, each once, that follow ``prefix`` (empty, or ending in ``/``) and go up to another ``/``."""
        last = None
        for info in self.list(prefix):
            name, separator, _ = info.key[len(prefix) :].partition("/")
            if separator and name != last:
                last = name
                yield name

    def key_of(self, url: str) -> str | None:  # noqa: ARG002
        """The key of the object that a whole ``url`` shows; None where it surely or perhaps shows no object of this."""
        return None

    def close(self) -> None:  # noqa: B027 (most have nothing to close)
        """Let go of its connections."""


def check_size(name: str, size: int) -> None:
    """Raise `StoreError` for a document that is too large to be read whole.

    :param name: the object as people write it.
    :param size: in bytes.
    """
    if size > LARGEST_DOCUMENT:
        raise StoreError(
            name,
            f"cannot be read: it is larger than {LARGEST_DOCUMENT // 2**20} MiB, the most that a record or page has",
        )


def check_key(key: str) -> None:
    """Raise `StoreError` for a key that no store holds: empty, or with an empty, ``.`` or ``..`` segment."""
    parts = key.removesuffix("/").split("/")
    if any(part in {"", ".", ".."} for part in parts) or "\0" in key:
        raise StoreError(repr(key), "is not a key that an object can have")
