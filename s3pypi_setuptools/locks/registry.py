# ruff: noqa: PLC0415 (botocore is loaded when it is needed)
"""Open the lock table that the settings name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..aws.sessions import Sessions
from ..config.settings import Settings
from ..config.target import S3Target
from ..errors import ConfigurationError
from .base import NO_LOCKS, Locks

if TYPE_CHECKING:
    from .dynamodb import DynamoDBTable


def open_locks(settings: Settings, table: Callable[[], DynamoDBTable]) -> Locks:
    """The locks of one call, in ``table`` if one is configured; no request is sent yet."""
    if not settings.has_lock_table:
        return NO_LOCKS
    from .leases import TIMEOUT, LeasedLocks

    timeout = TIMEOUT if settings.locks_timeout is None else settings.locks_timeout
    return LeasedLocks(table(), timeout=timeout)


def open_table(settings: Settings, sessions: Sessions) -> DynamoDBTable:
    """The lock table of the settings; no request is sent yet.

    Raises `ConfigurationError` if they name none.
    """
    from ..aws.client import Access
    from .dynamodb import DynamoDBTable

    name = settings.locks_table
    if name is None and settings.lock_indexes:
        if not isinstance(settings.target, S3Target):
            raise ConfigurationError(
                "lock-indexes means the table BUCKET-locks, and the target is no bucket; give locks-table"
            )
        name = f"{settings.target.bucket}-locks"
    if name is None:
        raise ConfigurationError("no lock table: give --locks-table TABLE, or --lock-indexes for BUCKET-locks")
    access = Access(settings.locks_connection, sessions=sessions, redactor=settings.redactor)
    return DynamoDBTable(name, access)
