"""Find the store of users that a setting names."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from ..aws.client import Access
from ..aws.parameter_store import Parameters
from ..config.elasticpypi import USERS_OF_VARIABLES, credentials_of
from ..config.settings import Settings
from ..errors import ConfigurationError
from .htpasswd_file import HtpasswdFile
from .password_records import token_record
from .user_file import UserFile
from .users import FixedUsers, Role, User, UserStore
from .watched_file import WatchedFile


def open_users(where: str, settings: Settings) -> UserStore:
    """The store of users that ``where`` names: ``ssm:HOST``, or a file; htpasswd's where its name says so.

    Raises `ConfigurationError`.
    """
    if where.startswith("ssm:"):
        from .user_parameters import REGION, UserParameters, parameters_path  # noqa: PLC0415 - most users are in files

        connection = replace(settings.connection, region=REGION, endpoint_url=None, no_sign_request=False)
        access = Access(connection, redactor=settings.redactor)
        return UserParameters(Parameters(parameters_path(where.removeprefix("ssm:")), access))
    if where == USERS_OF_VARIABLES:
        users = {
            name: User(name, Role.UPLOAD, password=token_record(password))
            for name, password in credentials_of(os.environ).items()
        }
        return FixedUsers("the environment", users, "make a file with s3pypi user, which --users names")
    path = Path(where).expanduser()
    return HtpasswdFile(path) if "htpasswd" in path.name else UserFile(path)


def existing_users(where: str, settings: Settings) -> UserStore:
    """The store of users, which has to exist. Raises `ConfigurationError` where there is none, or it cannot be read."""
    users = open_users(where, settings)
    if isinstance(users, WatchedFile) and not users.path.is_file():
        raise ConfigurationError(f"users: there is no file {users.where}; s3pypi user add {users.where} NAME makes one")
    users.users()
    return users
