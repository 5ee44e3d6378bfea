# ruff: noqa: PLC0415 (only the store in use is loaded)
"""Open the store of a target."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..aws.sessions import Sessions
from ..config.settings import Settings
from ..config.target import FolderTarget, S3Target, Target
from .base import Store

if TYPE_CHECKING:
    from .s3.client import S3Options

_ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
_PROFILES = ("AWS_DEFAULT_PROFILE", "AWS_PROFILE")


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
    """The profile, region and endpoint that the AWS configuration gives the target; none if it is no bucket.

    By the setting's name, the value and its origin. No request is sent. Raises `ConfigurationError`.
    """
    if not isinstance(settings.target, S3Target):
        return {}
    from ..aws.client import AWS_CONFIGURATION, configured_region
    from .s3.client import S3Client

    sessions = Sessions()
    session, client = sessions.open("S3", settings.connection.profile), S3Client(_s3_options(settings, sessions))
    url = client.get().meta.endpoint_url
    found = {
        "region": configured_region(session),
        "endpoint-url": (url, _variable(_ENDPOINTS, url) or ("default" if client.is_aws else AWS_CONFIGURATION)),
    }
    if session.profile:
        found["profile"] = (session.profile, _variable(_PROFILES, session.profile) or "default")
    return found


def _variable(names: Iterable[str], value: str) -> str | None:
    """The first of the environment variables that holds the value."""
    holding = (name for name in names if os.environ.get(name, "").rstrip("/") == value.rstrip("/"))
    return next((f"environment {name}" for name in holding), None)


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
