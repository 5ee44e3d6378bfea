# ruff: noqa: PLC0415 (only the store in use is loaded)
"""Which store serves which kind of target, and which lock table goes with it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..config.settings import Settings
from ..config.target import FolderTarget, S3Target, Target
from ..errors import ConfigurationError
from .aws_sessions import Sessions
from .base import Store
from .locks import NO_LOCKS, Locks

if TYPE_CHECKING:
    from .examiner import Examiner
    from .locks import Table
    from .s3 import S3Options

__all__ = ["find_aws_settings", "open_examiner", "open_locks", "open_store", "open_table", "sign_in"]


def sign_in(settings: Settings, sessions: Sessions, *, store: bool = True, locks: bool = False) -> None:
    """Obtain the AWS credentials now that need somebody to type something; see `Sessions.sign_in`.

    :param store: those of the target.
    :param locks: those of the lock table, where one is configured.
    """
    has_keys = settings.aws_access_key_id is not None
    if store and isinstance(settings.target, S3Target) and not settings.no_sign_request and not has_keys:
        sessions.sign_in("S3", settings.profile, settings.redactor)
    configured = settings.locks_table or settings.lock_indexes
    if locks and configured and (settings.locks_profile or not has_keys):
        sessions.sign_in("DynamoDB", settings.locks_profile or settings.profile, settings.redactor)


def open_store(target: Target, settings: Settings, sessions: Sessions) -> Store:
    """The store in which ``target`` lies; for S3 the whole bucket. Nothing is asked of it yet.

    An S3 store begins to load its client in the background.
    """
    if isinstance(target, FolderTarget):
        from .local import LocalStore

        return LocalStore(target.path)
    from .s3 import S3Store

    store = S3Store(target.bucket, _s3_options(settings, sessions))
    store.warm()
    return store


def find_aws_settings(settings: Settings) -> dict[str, tuple[str, str]]:
    """What AWS's own configuration decides for the target: as `aws_settings`; nothing where it is no bucket."""
    if not isinstance(settings.target, S3Target):
        return {}
    from .aws_settings import aws_settings

    return aws_settings(_s3_options(settings, Sessions()))


def _s3_options(settings: Settings, sessions: Sessions) -> S3Options:
    from .s3 import S3Options

    return S3Options(
        profile=settings.profile,
        region=settings.region,
        endpoint_url=settings.endpoint_url,
        no_sign_request=settings.no_sign_request,
        access_key_id=settings.aws_access_key_id,
        secret_access_key=settings.aws_secret_access_key,
        session_token=settings.aws_session_token,
        acl=settings.acl,
        acl_optional=settings.acl_optional,
        put_args=settings.s3_put_args,
        sessions=sessions,
        redactor=settings.redactor,
    )


def open_examiner(store: Store, prefix: str) -> Examiner:
    """Who examines ``store``, one of those that `open_store` gives, for a repository below ``prefix``."""
    from .local import LocalStore

    if isinstance(store, LocalStore):
        from .local_examination import FolderExaminer

        return FolderExaminer(store)
    from .s3 import S3Store
    from .s3_examination import S3Examiner

    if not isinstance(store, S3Store):
        raise TypeError(f"{store.url} is of no store that can be examined")
    return S3Examiner(store, prefix)


def open_locks(settings: Settings, sessions: Sessions) -> Locks:
    """The lock table that is configured, or none; nothing is asked of it yet. Errors as `open_table`."""
    if not (settings.locks_table or settings.lock_indexes):
        return NO_LOCKS
    from .leases import TIMEOUT, LeasedLocks

    timeout = TIMEOUT if settings.locks_timeout is None else settings.locks_timeout
    return LeasedLocks(open_table(settings, sessions), timeout=timeout)


def open_table(settings: Settings, sessions: Sessions) -> Table:
    """The lock table that is configured; nothing is asked of it yet.

    Without ``locks_profile`` it is reached as S3 is, but for the endpoint. Raises `ConfigurationError` where nothing
    names a table.
    """
    from .aws_client import Access
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
    if settings.locks_profile:
        access = Access(profile=settings.locks_profile, region=settings.locks_region, redactor=settings.redactor)
    else:
        access = Access(
            profile=settings.profile,
            region=settings.locks_region or settings.region,
            access_key_id=settings.aws_access_key_id,
            secret_access_key=settings.aws_secret_access_key,
            session_token=settings.aws_session_token,
            redactor=settings.redactor,
        )
    return DynamoDBTable(name, replace(access, endpoint_url=settings.locks_endpoint_url, sessions=sessions))
