"""Names that can be taken once, on any machine: an empty object for each, created only if it is absent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from ..errors import AlreadyExists, StoreError
from ..repository.layout import Layout
from ..repository.objects import head_if_exists
from ..repository.workspace import SYSTEM
from ..stores.base import ABSENT, Attributes, Store

_FOLDER = ".s3pypi-once/"
"""No project's name begins with a dot, so no operation takes the folder for a project's."""
_KEPT = timedelta(days=2)
"""Longer than any CI job's token is valid, whose name is taken when it is used."""


def take_once(store: Store, layout: Layout, name: str, now: Callable[[], datetime] = SYSTEM.now) -> bool:
    """Take ``name``; False if it was taken within the last two days, on any machine.

    :param name: of letters and digits.

    If the store ignores conditions, somebody else may take it at the same moment.

    Raises `StoreError`. The objects of names that were taken long ago are deleted.
    """
    folder = f"{layout.top}{_FOLDER}"
    key = f"{folder}{name}"
    if store.conditional_writes is not True and head_if_exists(store, key) is not None:
        return False
    try:
        store.put(key, b"", Attributes(), ABSENT)
    except AlreadyExists:
        return False
    for info in store.list(folder):
        if now() - info.modified > _KEPT:
            try:
                store.delete(info.key)
            except StoreError:  # somebody else will
                break
    return True
