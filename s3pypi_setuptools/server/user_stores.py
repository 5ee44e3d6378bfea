"""Find the store of users that a setting names."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ..aws.client import Access
from ..aws.parameters import Parameters
from ..config.settings import Settings
from .htpasswd_file import HtpasswdFile
from .user_file import UserFile
from .users import UserStore

__all__ = ["open_users"]


def open_users(where: str, settings: Settings) -> UserStore:
    """The store of users that ``where`` names: ``ssm:HOST``, or a file; htpasswd's where its name says so.

    Raises `ConfigurationError`.
    """
    if where.startswith("ssm:"):
        from .user_parameters import REGION, UserParameters, parameters_path  # noqa: PLC0415 - most users are in files

        connection = replace(settings.connection, region=REGION, endpoint_url=None, no_sign_request=False)
        access = Access(connection, redactor=settings.redactor)
        return UserParameters(Parameters(parameters_path(where.removeprefix("ssm:")), access))
    path = Path(where).expanduser()
    return HtpasswdFile(path) if "htpasswd" in path.name else UserFile(path)
