"""Read objects of a store: whether they exist, what they hold, and their hashes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from ..errors import NotFound, StoreError
from ..stores.base import Info, Store

T = TypeVar("T")


def if_exists(read: Callable[[], T]) -> T | None:
    """The result of ``read``; None if it raises `NotFound`."""
    try:
        return read()
    except NotFound:
        return None


def head_if_exists(store: Store, key: str) -> Info | None:
    """What the store itself, and not a listing, says of the object under ``key``; None if it surely does not exist.

    Raises `StoreError` if the store cannot tell.
    """
    return if_exists(lambda: store.head(key))


def read_if_exists(store: Store, key: str) -> bytes | None:
    """The bytes of the object under ``key``, a small one; None if it does not exist. Raises `StoreError`."""
    return if_exists(lambda: store.get(key).data)


def has_bytes(store: Store, key: str, data: bytes) -> bool:
    """Whether the object under ``key``, a small one, exists and holds ``data``. Raises `StoreError`."""
    return read_if_exists(store, key) == data


def matches_listing(info: Info, data: bytes) -> bool:
    """Whether the listing alone proves that the object holds ``data``: its ETag is the MD5 of ``data``."""
    if info.size != len(data):
        return False
    return info.token.strip('"') == hashlib.md5(data, usedforsecurity=False).hexdigest()


def stream_hash(store: Store, key: str) -> str:
    """The SHA-256 of the object under ``key``, in lower-case hexadecimal, read in bounded memory.

    Raises `StoreError`; `NotFound` if it does not exist.
    """
    digest = hashlib.sha256()
    for chunk in store.stream(key):
        digest.update(chunk)
    return digest.hexdigest()


def download(store: Store, key: str, path: Path, received: Callable[[int], None] = lambda count: None) -> str:
    """Write the object under ``key`` to ``path``, in bounded memory; its SHA-256, in lower-case hexadecimal.

    :param received: called with the number of bytes of each chunk; an error that it raises ends the download.

    Raises `StoreError` if the object cannot be read or the file not be written; `NotFound` if it does not exist.
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
