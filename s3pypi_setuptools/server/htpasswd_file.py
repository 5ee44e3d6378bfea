"""Users in a file of Apache's ``htpasswd -B``, which is only read.

https://httpd.apache.org/docs/current/misc/password_encryptions.html
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

from ..config.files import read_text
from ..errors import ConfigurationError
from ..text import listed, quoted
from .users import Contents, Role, User
from .watched_file import WatchedFile

_BCRYPT = ("$2a$", "$2b$", "$2y$")
_OTHERS = {"$apr1$": "MD5", "{SHA}": "SHA-1", "$1$": "MD5", "$5$": "SHA-256", "$6$": "SHA-512"}
_MOST_NAMES = 5
"""Names that an error tells."""


class HtpasswdFile(WatchedFile):
    """The file at ``path``: every user in it may read and upload.

    Other records than bcrypt's are refused: MD5, SHA-1 and crypt are fast to guess.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path, f"change its users with htpasswd -B {path} NAME, or htpasswd -D {path} NAME")

    def parse(self) -> Contents:
        """As `WatchedFile.parse`."""
        path = self.path
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
