# ruff: noqa: D102 (the contract, in users.py, says what the methods promise)
"""Users in a file, ``users.toml``, and in htpasswd files, which are only read.

::

    [users.alice]
    role = "upload"
    projects = ["acme-*"]
    password = "scrypt$…"

    [[users.alice.tokens]]
    name = "ci"
    record = "sha256$…"
    created = 2026-11-30T12:00:00Z
    expires = 2027-11-30T12:00:00Z
"""

from __future__ import annotations

import contextlib
import importlib
import os
import secrets
import sys
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, NamedTuple

import tomli_w

from ..errors import ConfigurationError
from ..stores.local.lock import exclusive
from .users import Publisher, Publishing, Role, Token, User, UserStore

__all__ = ["HtpasswdFile", "UserFile", "publishing_entry", "publishing_of", "user_of"]

_SHORTEST_KEY = 32


class _Contents(NamedTuple):
    """What a file says."""

    users: Mapping[str, User]
    publishing: Publishing = Publishing()


class _File:
    """A file that is read again whenever it has changed; an absent one is empty."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._seen: tuple[int, ...] = ()
        self._contents = _Contents({})

    @property
    def where(self) -> str:
        return str(self.path)

    def users(self) -> Mapping[str, User]:
        return self._current().users

    def publishing(self) -> Publishing:
        return self._current().publishing

    def is_current(self, user: User) -> bool:
        return self.users().get(user.name) == user

    def _current(self) -> _Contents:
        with self._lock:
            try:
                status = self.path.stat()
            except FileNotFoundError:
                self._seen, self._contents = (), _Contents({})
                return self._contents
            except OSError as error:
                raise ConfigurationError(f"{self.path}: cannot be read: {error.strerror}") from error
            seen = (status.st_ino, status.st_mtime_ns, status.st_size)
            if seen != self._seen:
                self._contents = self._parse()
                self._seen = seen
            return self._contents

    def _parse(self) -> _Contents:
        raise NotImplementedError

    def _text(self) -> str:
        try:
            return self.path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is no UTF-8 text"
            raise ConfigurationError(f"{self.path}: cannot be read: {reason}") from error


class UserFile(_File, UserStore):
    """The file ``users.toml`` at ``path``; only its owner may read it."""

    def save(self, user: User) -> None:
        self._change(lambda contents: contents._replace(users={**contents.users, user.name: user}))

    def remove(self, name: str) -> bool:
        if self.find(name) is None:
            return False
        self._change(
            lambda contents: contents._replace(
                users={other: user for other, user in contents.users.items() if other != name}
            )
        )
        return True

    def save_publishing(self, publishing: Publishing) -> None:
        self._change(lambda contents: contents._replace(publishing=publishing))

    def _parse(self) -> _Contents:
        toml = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
        try:
            document = toml.loads(self._text())
        except toml.TOMLDecodeError as error:
            raise ConfigurationError(f"{self.path}: {error}") from error
        users, publishing = document.get("users", {}), document.get("publishing", {})
        if not isinstance(users, dict) or not isinstance(publishing, dict) or set(document) - {"users", "publishing"}:
            raise ConfigurationError(f"{self.path}: must hold [users.NAME] and [publishing] tables, and nothing else")
        return _Contents(
            {name: user_of(name, entry, f"{self.path}: [users.{name}]") for name, entry in users.items()},
            publishing_of(publishing, str(self.path)),
        )

    def _change(self, change: Callable[[_Contents], _Contents]) -> None:
        """Write what ``change`` makes of the contents; of several at once, each sees what those before it wrote."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with exclusive(self.path.with_name(f".{self.path.name}.lock")):
                self._seen = ()
                self._replace(change(self._current()))
        except OSError as error:
            raise ConfigurationError(f"{self.path}: cannot be written: {error.strerror}") from error

    def _replace(self, contents: _Contents) -> None:
        document: dict[str, Any] = {"users": {name: _entry(user) for name, user in sorted(contents.users.items())}}
        if contents.publishing != Publishing():
            document["publishing"] = publishing_entry(contents.publishing)
        temporary = self.path.with_name(f".{self.path.name}.{secrets.token_hex(8)}")
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
                stream.write(tomli_w.dumps(document))
                stream.flush()
                os.fsync(descriptor)
            temporary.replace(self.path)
        finally:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)


class HtpasswdFile(_File, UserStore):
    """A file of Apache's ``htpasswd -B``: every user in it may read and upload.

    Other than bcrypt's records are refused: MD5 and crypt are weak.
    """

    def save(self, user: User) -> None:
        raise ConfigurationError(f"{self.path}: is only read; change {user.name} with htpasswd -B")

    def remove(self, name: str) -> bool:
        raise ConfigurationError(f"{self.path}: is only read; remove {name} with htpasswd -D")

    def _parse(self) -> _Contents:
        users = {}
        for number, line in enumerate(self._text().splitlines(), 1):
            if not line.strip() or line.startswith("#"):
                continue
            name, colon, record = line.strip().partition(":")
            if not colon or not record.startswith(("$2a$", "$2b$", "$2y$")):
                raise ConfigurationError(f"{self.path}: line {number}: is no bcrypt record; write it with htpasswd -B")
            users[name] = User(name, Role.UPLOAD, password=f"bcrypt{record}")
        return _Contents(users)


def user_of(name: str, entry: object, where: str) -> User:
    """The user of that name whose table is ``entry``; raises `ConfigurationError` that begins with ``where``."""
    if not isinstance(entry, dict):
        raise ConfigurationError(f"{where}: must be a table")
    if unknown := set(entry) - {"role", "projects", "password", "tokens"}:
        raise ConfigurationError(f"{where}: does not know {', '.join(sorted(unknown))}")
    role, projects = entry.get("role", "read"), entry.get("projects", ["*"])
    password, tokens = entry.get("password"), entry.get("tokens", [])
    try:
        parsed = Role.named(role)
    except (KeyError, AttributeError):
        raise ConfigurationError(f"{where}: role must be read, upload or admin") from None
    if not isinstance(projects, list) or not all(isinstance(pattern, str) for pattern in projects):
        raise ConfigurationError(f"{where}: projects must be a list of name patterns")
    if password is not None and not isinstance(password, str):
        raise ConfigurationError(f"{where}: password must be a record that s3pypi user wrote")
    if not isinstance(tokens, list):
        raise ConfigurationError(f"{where}: tokens must be a list of tables")
    return User(name, parsed, tuple(projects), password, tuple(_token(one, where) for one in tokens))


def publishing_of(entry: Mapping[str, Any], where: str) -> Publishing:
    """What the table ``[publishing]`` says; raises `ConfigurationError` that begins with ``where``."""
    audience, key, publishers = entry.get("audience", "s3pypi"), entry.get("key", ""), entry.get("publishers", {})
    texts = isinstance(audience, str) and isinstance(key, str)
    if not texts or not isinstance(publishers, dict) or set(entry) - {"audience", "key", "publishers"}:
        raise ConfigurationError(f"{where}: [publishing] may have texts audience and key, and publishers.NAME tables")
    if publishers and len(key) < _SHORTEST_KEY:
        raise ConfigurationError(f"{where}: [publishing] needs a key; add publishers with s3pypi publisher")
    found = (_publisher(name, one, f"{where}: [publishing.publishers.{name}]") for name, one in publishers.items())
    return Publishing(tuple(found), audience, key)


def publishing_entry(publishing: Publishing) -> dict[str, Any]:
    """The table ``[publishing]``."""
    publishers = {
        one.name: {"issuer": one.issuer, "claims": dict(one.claims), "projects": list(one.projects)}
        for one in publishing.publishers
    }
    return {"audience": publishing.audience, "key": publishing.key, "publishers": publishers}


def _publisher(name: str, entry: object, where: str) -> Publisher:
    if isinstance(entry, dict) and set(entry) == {"issuer", "claims", "projects"}:
        issuer, claims, projects = entry["issuer"], entry["claims"], entry["projects"]
        texts = isinstance(issuer, str) and isinstance(claims, dict) and isinstance(projects, list)
        if texts and claims and all(isinstance(text, str) for text in (*claims.values(), *projects)):
            return Publisher(name, issuer, claims, tuple(projects))
    raise ConfigurationError(f"{where}: must have issuer (a URL), claims (a table of texts) and projects (a list)")


def _token(entry: object, where: str) -> Token:
    if isinstance(entry, dict):
        name, record = entry.get("name"), entry.get("record")
        created, expires = entry.get("created"), entry.get("expires")
        known_end = expires is None or isinstance(expires, datetime)
        if isinstance(name, str) and isinstance(record, str) and isinstance(created, datetime) and known_end:
            return Token(name, record, _utc(created), _utc(expires) if expires else None)
    raise ConfigurationError(f"{where}: each token needs name, record and created, and may have expires")


def _utc(time: datetime) -> datetime:
    return time.replace(tzinfo=timezone.utc) if time.tzinfo is None else time.astimezone(timezone.utc)


def _entry(user: User) -> dict[str, Any]:
    entry: dict[str, Any] = {"role": user.role.name.lower(), "projects": list(user.projects)}
    if user.password is not None:
        entry["password"] = user.password
    if user.tokens:
        entry["tokens"] = [
            {"name": one.name, "record": one.record, "created": one.created}
            | ({"expires": one.expires} if one.expires else {})
            for one in user.tokens
        ]
    return entry
