# ruff: noqa: PLC0415 (botocore is loaded when it is needed)
"""Open the lock table that the settings name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from ..aws.sessions import Sessions
from ..config.connection import Connection
from ..config.settings import Settings
from ..config.target import S3Target
from ..errors import ConfigurationError
from .base import NO_LOCKS, Locks

if TYPE_CHECKING:
    from .base import Table

__all__ = ["open_locks", "open_table"]


def open_locks(settings: Settings, table: Callable[[], Table]) -> Locks:
    """The locks of one call, in ``table`` where one is configured; nothing is asked of it yet."""
    if not (settings.locks_table or settings.lock_indexes):
        return NO_LOCKS
    from .leases import TIMEOUT, LeasedLocks

    timeout = TIMEOUT if settings.locks_timeout is None else settings.locks_timeout
    return LeasedLocks(table(), timeout=timeout)


def open_table(settings: Settings, sessions: Sessions) -> Table:
    """The lock table that is configured; nothing is asked of it yet.

    Without ``locks_profile`` it is reached as S3 is, but for the endpoint. Raises `ConfigurationError` where nothing
    names a table.
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
    endpoint, region = settings.locks_endpoint_url, settings.locks_region
    if settings.locks_profile:
        connection = Connection(profile=settings.locks_profile, region=region, endpoint_url=endpoint)
    else:
        region = region or settings.connection.region
        connection = replace(settings.connection, region=region, endpoint_url=endpoint)
    return DynamoDBTable(name, Access(connection, sessions=sessions, redactor=settings.redactor))
