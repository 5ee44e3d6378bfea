"""What a store can do, as far as publishing relies on it."""

from __future__ import annotations

from typing import NamedTuple

from .base import Store

__all__ = ["Capabilities", "known"]


class Capabilities(NamedTuple):
    """What a store was found to do.

    :param conditional_create: of writers that create one object at the same time, one wins.
    :param conditional_replace: of writers that replace one version at the same time, one wins, and no stale one does.
    :param conditional_delete: a deletion on a stale token leaves the object alone.
    :param conditional_multipart: as ``conditional_create``, for what is sent in parts; None where that was not asked.
    :param slash_keys: objects may have keys that end in ``/``.
    :param content_encoding: it keeps the ``Content-Encoding`` of objects, and tells it to clients.
    """

    conditional_create: bool
    conditional_replace: bool
    conditional_delete: bool
    conditional_multipart: bool | None
    slash_keys: bool
    content_encoding: bool

    @property
    def conditional_writes(self) -> bool:
        """Whether manifests and pages can be committed to by publishers at the same time."""
        return self.conditional_create and self.conditional_replace


def known(store: Store) -> Capabilities | None:
    """What is known of the store without asking it; None when only `probe` can tell."""
    if store.conditional_writes is None or store.slash_keys is None or store.keeps_encoding is None:
        return None
    writes = store.conditional_writes
    return Capabilities(writes, writes, writes, writes, store.slash_keys, store.keeps_encoding)
