"""The features of a store that publishing relies on."""

from __future__ import annotations

from typing import NamedTuple

from .base import Store


class Capabilities(NamedTuple):
    """The features that a store was found to have.

    :param conditional_create: of several writers that create one object at the same time, one succeeds.
    :param conditional_replace: of several writers that replace one version at the same time, one succeeds, and
        none that has the token of an older version.
    :param conditional_delete: a deletion on the token of an old version deletes nothing.
    :param conditional_multipart: as ``conditional_create``, for uploads in parts; None if that was not probed.
    :param slash_keys: objects may have keys that end in ``/``.
    :param content_encoding: it keeps the ``Content-Encoding`` of objects and sends it to clients.
    """

    conditional_create: bool
    conditional_replace: bool
    conditional_delete: bool
    conditional_multipart: bool | None
    slash_keys: bool
    content_encoding: bool

    @property
    def conditional_writes(self) -> bool:
        """Whether several publishers can commit manifests and pages at the same time."""
        return self.conditional_create and self.conditional_replace


def known(store: Store) -> Capabilities | None:
    """The features that are known without a request; None if `probe` must find them out."""
    if store.conditional_writes is None or store.slash_keys is None or store.keeps_encoding is None:
        return None
    writes = store.conditional_writes
    return Capabilities(writes, writes, writes, writes, store.slash_keys, store.keeps_encoding)
