# ruff: noqa: PLC0415 (only the store in use is loaded)
"""Choose the checks for a kind of store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..stores.base import Store

if TYPE_CHECKING:
    from .check import Examiner

__all__ = ["open_examiner"]


def open_examiner(store: Store, prefix: str) -> Examiner:
    """Who examines ``store``, one of those that `open_store` gives, for a repository below ``prefix``."""
    from ..stores.local.store import LocalStore

    if isinstance(store, LocalStore):
        from .folder import FolderExaminer

        return FolderExaminer(store)
    from ..stores.s3.store import S3Store
    from .s3 import S3Examiner

    if not isinstance(store, S3Store):
        raise TypeError(f"{store.url} is of no store that can be examined")
    return S3Examiner(store, prefix)
