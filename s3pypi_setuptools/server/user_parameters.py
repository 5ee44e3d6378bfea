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
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from ..aws.parameter_store import Parameters
from ..errors import ConfigurationError, StoreError
from .password_records import is_weak, sha1_record
from .user_documents import user_entry, user_of
from .users import Contents, Role, User, UserStore, exists_already

log = logging.getLogger(__name__)

REGION = "us-east-1"
"""Where s3pypi keeps them: functions at CloudFront's edge run with a copy of their code from there."""
_FRESH_SECONDS = 60
_AGAIN_SECONDS = 10
"""How long to wait after a failed read before the next one."""
_BELIEVED_SECONDS = 600
"""For how long users are believed while the Parameter Store gives no answer."""
_NAME = re.compile(r"[A-Za-z0-9._-]{1,128}")
_HOST = re.compile(r"[A-Za-z0-9.-]{1,253}")
_LARGEST = 8192
"""Bytes of a parameter at most: https://docs.aws.amazon.com/general/latest/gr/ssm.html#limits_ssm."""


def parameters_path(host: str) -> str:
    """The path of the parameters of ``host``; raises `ConfigurationError` for what is no host's name."""
    if not _HOST.fullmatch(host):
        raise ConfigurationError(f"users: ssm:{host} must be ssm: and the name of a host")
    return f"/s3pypi/{host}/users"


def check_user_name(name: str) -> None:
    """Raise `ConfigurationError` for a name that no parameter can have."""
    if not _NAME.fullmatch(name):
        raise ConfigurationError(f"{name!r} is no name that a user in ssm: can have: letters, digits, . _ and - alone")


class _State(NamedTuple):
    """What was read.

    :param read_at: when the read began; None before the first one.
    :param next_read: when to read again.
    """

    contents: Contents
    read_at: float | None
    next_read: float


class UserParameters(UserStore):
    """The users that ``parameters`` hold; what was read is believed for a minute, and longer if a read fails."""

    def __init__(self, parameters: Parameters, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(f"ssm:{parameters.path.split('/')[2]}")
        self._parameters = parameters
        self._clock = clock
        self._reading = threading.Lock()
        self._state = _State(Contents({}), None, clock())
        self._warned: set[str] = set()

    def contents(self) -> Contents:
        if not self._is_fresh(self._state):
            with self._reading:
                if not self._is_fresh(self._state):
                    self._state = self._read()
        return self._state.contents

    def is_current(self, user: User) -> bool:
        state = self._state
        return self._is_fresh(state) and state.contents.users.get(user.name) == user

    def add(self, user: User, *, overwrite: bool) -> None:
        check_user_name(user.name)
        if not self._parameters.write(user.name, self._text(user), overwrite=overwrite):
            raise exists_already(self.where, user.name)

    def change(self, name: str, change: Callable[[User], User]) -> User | None:
        check_user_name(name)
        text = self._parameters.read_one(name)
        if text is None:
            return None
        changed = change(self._user(name, text))
        self._parameters.write(name, self._text(changed), overwrite=True)
        return changed

    def remove(self, name: str) -> bool:
        check_user_name(name)
        return self._parameters.delete(name)

    def _is_fresh(self, state: _State) -> bool:
        return state.read_at is not None and self._clock() < state.next_read

    def _read(self) -> _State:
        begin, before = self._clock(), self._state
        try:
            texts = self._parameters.read()
        except StoreError as error:
            if before.read_at is None or begin - before.read_at > _BELIEVED_SECONDS:
                raise
            log.warning("%s; the users stay as they were", error)
            return before._replace(next_read=self._clock() + _AGAIN_SECONDS)
        users = {}
        for name, text in texts.items():
            try:
                users[name] = self._user(name, text)
            except ConfigurationError as error:
                self._warn(str(error), f"{error}; this user cannot sign in")
        if weak := sorted(name for name, user in users.items() if user.password and is_weak(user.password)):
            self._warn(
                ",".join(weak),
                f"{self.where}: weak records (SHA-1) of s3pypi: {', '.join(weak)}; give them new passwords with s3pypi "
                f"user passwd {self.where} NAME",
            )
        return _State(Contents(users), begin, begin + _FRESH_SECONDS)

    def _warn(self, subject: str, message: str) -> None:
        """Warn once of a subject, and not at every read."""
        if subject not in self._warned:
            self._warned.add(subject)
            log.warning("%s", message)

    def _user(self, name: str, text: str) -> User:
        where = f"{self.where}, {name}"
        try:
            document = json.loads(text)
        except ValueError as error:
            raise ConfigurationError(f"{where}: is no JSON object") from error
        if isinstance(document, dict) and "password_hash" in document:
            record = sha1_record(str(document["password_hash"]), str(document.get("password_salt", "")))
            return User(name, Role.READ, password=record)
        return user_of(name, document, where)

    def _text(self, user: User) -> str:
        text = json.dumps(user_entry(user), default=datetime.isoformat)
        if len(text) > _LARGEST:
            raise ConfigurationError(
                f"{self.where}, {user.name}: has more tokens and projects than a parameter holds ({_LARGEST} bytes); "
                "remove tokens with s3pypi user token --remove"
            )
        return text
