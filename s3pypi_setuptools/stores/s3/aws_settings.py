"""The settings that the configuration of the AWS tools has where no setting of this package gives a value."""

from __future__ import annotations

import os
from collections.abc import Iterable

from ...aws.client import AWS_CONFIGURATION, configured_region
from .client import S3Client, S3Options

__all__ = ["aws_settings"]

_ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
_PROFILES = ("AWS_DEFAULT_PROFILE", "AWS_PROFILE")


def aws_settings(options: S3Options) -> dict[str, tuple[str, str]]:
    """The profile, region and endpoint of S3 that are in effect: by the setting's name, the value and its origin.

    No request is sent. Raises `ConfigurationError`.
    """
    session = options.sessions.open("S3", options.connection.profile)
    client = S3Client(options)
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
