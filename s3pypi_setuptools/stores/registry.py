# ruff: noqa: PLC0415 (only the store in use is loaded)
"""Open the store of a target."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..aws.sessions import Sessions
from ..config.settings import Settings
from ..config.target import FolderTarget, S3Target, Target
from .base import Store

if TYPE_CHECKING:
    from .s3.client import S3Options

__all__ = ["find_aws_settings", "open_store", "sign_in"]


def sign_in(settings: Settings, sessions: Sessions, *, store: bool = True, locks: bool = False) -> None:
    """Obtain AWS credentials now if the user may have to type something; see `Sessions.sign_in` for the errors.

    :param store: the credentials for the target.
    :param locks: the credentials for the lock table, if one is configured.
    """
    if store and isinstance(settings.target, S3Target) and settings.connection.needs_credentials:
        sessions.sign_in("S3", settings.connection.profile, settings.redactor)
    if locks and settings.has_lock_table and settings.locks_connection.needs_credentials:
        sessions.sign_in("DynamoDB", settings.locks_connection.profile, settings.redactor)


def open_store(target: Target, settings: Settings, sessions: Sessions) -> Store:
    """The store of ``target``; for S3 the whole bucket. No request is sent yet.

    An S3 store begins to load its client in the background.
    """
    if isinstance(target, FolderTarget):
        from .local.store import LocalStore

        return LocalStore(target.path)
    from .s3.store import S3Store

    store = S3Store(target.bucket, _s3_options(settings, sessions))
    store.warm()
    return store


def find_aws_settings(settings: Settings) -> dict[str, tuple[str, str]]:
    """The settings that AWS's own configuration has for the target, as `aws_settings`; none if it is no bucket."""
    if not isinstance(settings.target, S3Target):
        return {}
    from .s3.aws_settings import aws_settings

    return aws_settings(_s3_options(settings, Sessions()))


def _s3_options(settings: Settings, sessions: Sessions) -> S3Options:
    from .s3.client import S3Options

    return S3Options(
        settings.connection,
        acl=settings.acl,
        acl_optional=settings.acl_optional,
        conditions_optional=settings.has_lock_table or settings.unsafe_no_locking,
        put_args=settings.s3_put_args,
        sessions=sessions,
        redactor=settings.redactor,
    )
