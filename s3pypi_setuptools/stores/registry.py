# ruff: noqa: PLC0415 (only the store in use is loaded)
"""Which store serves which kind of target."""

from __future__ import annotations

from ..config.settings import Settings
from ..config.target import FolderTarget, Target
from .base import Store

__all__ = ["open_store"]


def open_store(target: Target, settings: Settings) -> Store:
    """The store in which ``target`` lies; for S3 the whole bucket. Nothing is asked of it yet.

    An S3 store begins to load its client in the background.
    """
    if isinstance(target, FolderTarget):
        from .local import LocalStore

        return LocalStore(target.path)
    from .s3 import S3Options, S3Store

    store = S3Store(
        target.bucket,
        S3Options(
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
        ),
    )
    store.warm()
    return store
