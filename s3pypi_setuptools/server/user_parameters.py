# ruff: noqa: D102 (the contract, in users.py, says what the methods promise)
"""Users in AWS Systems Manager's Parameter Store, where gorilla's s3pypi keeps those of its basic authentication.

The user ``alice`` of ``ssm:HOST`` is the parameter ``/s3pypi/HOST/users/alice``, a JSON object. Records that s3pypi
wrote (``password_hash`` and ``password_salt``) let their users read; a new password makes them records of ours.
"""

from __future__ import annotations

import json
import logging
import re
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from ..aws.parameters import Parameters
from ..errors import ConfigurationError
from .password_records import sha1_record
from .user_file import user_of
from .users import Role, User, UserStore

__all__ = ["UserParameters", "check_user_name", "parameters_path"]

log = logging.getLogger(__name__)

REGION = "us-east-1"
"""Where s3pypi keeps them: functions at CloudFront's edge run with a copy of their code from there."""
_FRESH_SECONDS = 60
_NAME = re.compile(r"[A-Za-z0-9._-]{1,128}")
_HOST = re.compile(r"[A-Za-z0-9.-]{1,253}")


def parameters_path(host: str) -> str:
    """The path of the parameters of ``host``; raises `ConfigurationError` for what is no host's name."""
    if not _HOST.fullmatch(host):
        raise ConfigurationError(f"users: ssm:{host} must be ssm: and the name of a host")
    return f"/s3pypi/{host}/users"


def check_user_name(name: str) -> None:
    """Raise `ConfigurationError` for a name that no parameter can have."""
    if not _NAME.fullmatch(name):
        raise ConfigurationError(f"{name!r} is no name that a user in ssm: can have: letters, digits, . _ and - alone")


class UserParameters(UserStore):
    """The users that ``parameters`` hold; what was read is believed for a minute."""

    def __init__(self, parameters: Parameters, clock: Callable[[], float] = time.monotonic) -> None:
        self._parameters = parameters
        self._clock = clock
        self._lock = threading.Lock()
        self._users: Mapping[str, User] = {}
        self._read_at: float | None = None

    @property
    def where(self) -> str:
        return f"ssm:{self._parameters.path.split('/')[2]}"

    def users(self) -> Mapping[str, User]:
        with self._lock:
            if self._read_at is None or self._clock() - self._read_at > _FRESH_SECONDS:
                begin = self._clock()
                self._users = {name: self._user(name, text) for name, text in self._parameters.read().items()}
                self._read_at = begin
            return self._users

    def is_current(self, user: User) -> bool:
        with self._lock:
            fresh = self._read_at is not None and self._clock() - self._read_at <= _FRESH_SECONDS
            return fresh and self._users.get(user.name) == user

    def save(self, user: User) -> None:
        check_user_name(user.name)
        self._parameters.write(user.name, json.dumps(_document(user)))
        self._read_at = None

    def remove(self, name: str) -> bool:
        found = name in self.users()
        if found:
            self._parameters.delete(name)
            self._read_at = None
        return found

    def _user(self, name: str, text: str) -> User:
        where = f"{self.where}, {name}"
        try:
            document = json.loads(text)
        except ValueError as error:
            raise ConfigurationError(f"{where}: is no JSON object") from error
        if isinstance(document, dict) and "password_hash" in document:
            log.warning("%s: has a weak record (SHA-1) of s3pypi; give a new password: s3pypi user passwd", where)
            record = sha1_record(str(document["password_hash"]), str(document.get("password_salt", "")))
            return User(name, Role.READ, password=record)
        return user_of(name, _with_times(document), where)


def _document(user: User) -> dict[str, Any]:
    tokens = [
        {
            "name": one.name,
            "record": one.record,
            "created": one.created.isoformat(),
            **({"expires": one.expires.isoformat()} if one.expires else {}),
        }
        for one in user.tokens
    ]
    document: dict[str, Any] = {"role": user.role.name.lower(), "projects": list(user.projects)}
    return {
        **document,
        **({"password": user.password} if user.password else {}),
        **({"tokens": tokens} if tokens else {}),
    }


def _with_times(document: Any) -> Any:
    """The document with times as values, as TOML has them."""
    if isinstance(document, dict) and isinstance(document.get("tokens"), list):
        for token in document["tokens"]:
            for field in ("created", "expires"):
                if isinstance(token, dict) and isinstance(token.get(field), str):
                    try:
                        token[field] = datetime.fromisoformat(token[field])
                    except ValueError:
                        token[field] = None
    return document
