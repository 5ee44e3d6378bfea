"""Limits on keys, and on the size of documents that are read whole."""

from __future__ import annotations

from ..errors import StoreError
from ..index.model import LARGEST_DOCUMENT

_NO_SEGMENTS = frozenset({"", ".", ".."})


def check_size(name: str, size: int) -> None:
    """Raise `StoreError` for a document that is too large to be read whole.

    :param name: the object's URL, for the error.
    :param size: in bytes.
    """
    if size > LARGEST_DOCUMENT:
        raise StoreError(
            name,
            f"cannot be read: it is larger than {LARGEST_DOCUMENT // 2**20} MiB, the most that a record or page has",
        )


def check_key(key: str) -> None:
    """Raise `StoreError` for a key that no object can have: empty, or with an empty, ``.`` or ``..`` segment."""
    parts = key.removesuffix("/").split("/")
    if not _NO_SEGMENTS.isdisjoint(parts) or "\0" in key:
        raise StoreError(repr(key), "is not a key that an object can have")
