# ruff: noqa: D102 (the contract, in users.py, says what the methods promise)
"""Users in a file of Apache's ``htpasswd -B``, which is only read.

https://httpd.apache.org/docs/current/misc/password_encryptions.html
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from pathlib import Path

from ..config.files import read_text
from ..errors import ConfigurationError
from ..text import listed, quoted
from .users import FixedUsers, Role, Token, User
from .watched_file import Contents, WatchedFile

__all__ = ["HtpasswdFile"]

_BCRYPT = ("$2a$", "$2b$", "$2y$")
_OTHERS = {"$apr1$": "MD5", "{SHA}": "SHA-1", "$1$": "MD5", "$5$": "SHA-256", "$6$": "SHA-512"}
_MOST_NAMES = 5
"""Names that an error tells."""


class HtpasswdFile(FixedUsers):
    """The file at ``path``: every user in it may read and upload.

    Other records than bcrypt's are refused: MD5, SHA-1 and crypt are fast to guess.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(str(path), {}, f"change its users with htpasswd -B {path} NAME, or htpasswd -D {path} NAME")
        self.path = path
        self._file = WatchedFile(path, _parse)

    def users(self) -> Mapping[str, User]:
        return self._file.current().users

    def owner_of(self, record: str) -> tuple[User, Token] | None:  # noqa: ARG002
        return None

    def is_current(self, user: User) -> bool:
        contents = self._file.unchanged()
        return contents is not None and contents.users.get(user.name) == user


def _parse(path: Path) -> Contents:
    if importlib.util.find_spec("bcrypt") is None:
        raise ConfigurationError(f"{path}: to check the passwords of an htpasswd file, pip install bcrypt")
    users, refused = {}, []
    for number, line in enumerate((read_text(path) or "").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, colon, record = line.strip().partition(":")
        if not colon or not name:
            raise ConfigurationError(f"{path}: line {number} is not NAME:RECORD, as htpasswd -B writes it")
        if record.startswith(_BCRYPT):
            users[name] = User(name, Role.UPLOAD, password=f"bcrypt{record}")
        else:
            kind = next((kind for start, kind in _OTHERS.items() if record.startswith(start)), "crypt")
            refused.append(f"{quoted(name)} ({kind})")
    if refused:
        raise ConfigurationError(
            f"{path}: only bcrypt records are read, others are fast to guess; give new passwords with htpasswd -B "
            f"{path} NAME: {listed(refused, _MOST_NAMES)}"
        )
    return Contents(users)
