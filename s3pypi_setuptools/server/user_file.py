# ruff: noqa: D102 (the contract, in users.py, says what the methods promise)
"""Users in a file, ``users.toml``; or ``users.json``, with the same tables, which Terraform reads.

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
import json
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import tomli_w

from ..config.files import read_text, toml_parser
from ..errors import ConfigurationError
from ..stores.local.lock import exclusive
from .user_documents import publishing_entry, publishing_of, user_entry, user_of
from .users import Contents, Publishing, User, exists_already
from .watched_file import WatchedFile

_OWNER = 0o600
_OWNER_AND_GROUP = 0o660
_JSON = ".json"


class UserFile(WatchedFile):
    """The file at ``path``, JSON if its name ends so, else TOML.

    It is made for its owner alone, and later keeps the owner and group that it has.
    """

    def parse(self) -> Contents:
        path = self.path
        document = _document(path)
        users, publishing = document.get("users", {}), document.get("publishing", {})
        if not isinstance(users, dict) or not isinstance(publishing, dict) or set(document) - {"users", "publishing"}:
            raise ConfigurationError(f"{path}: must hold [users.NAME] and [publishing] tables, and nothing else")
        return Contents(
            {name: user_of(name, entry, f"{path}: [users.{name}]") for name, entry in users.items()},
            publishing_of(publishing, str(path)),
        )

    def add(self, user: User, *, overwrite: bool) -> None:
        def added(before: User | None) -> User:
            if before is not None and not overwrite:
                raise exists_already(self.where, user.name)
            return user

        self._change_user(user.name, added)

    def change(self, name: str, change: Callable[[User], User]) -> User | None:
        if name not in self.users():
            return None
        return self._change_user(name, lambda before: before and change(before))[1].users.get(name)

    def remove(self, name: str) -> bool:
        return name in self.users() and name in self._change_user(name, lambda before: None)[0].users

    def change_publishing(self, change: Callable[[Publishing], Publishing]) -> Publishing:
        return self._change(lambda contents: replace(contents, publishing=change(contents.publishing)))[1].publishing

    def _change_user(self, name: str, change: Callable[[User | None], User | None]) -> tuple[Contents, Contents]:
        """Put what ``change`` makes of the user of that name in their place; None stands for no user."""

        def changed(contents: Contents) -> Contents:
            user = change(contents.users.get(name))
            others = {other: one for other, one in contents.users.items() if other != name}
            return replace(contents, users={**others, name: user} if user else others)

        return self._change(changed)

    def _change(self, change: Callable[[Contents], Contents]) -> tuple[Contents, Contents]:
        """Write what ``change`` makes of the contents; those before and after.

        Of several changes at once, each sees what those before it wrote.
        """
        path = self.path.resolve()  # a symbolic link stays one
        lock = path.with_name(f".{path.name}.lock")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with exclusive(lock):
                before = self.reread()
                contents = change(before)
                if contents != before:
                    _write(path, lock, contents)
                return before, contents
        except OSError as error:
            raise ConfigurationError(f"{self.where}: cannot be written: {error.strerror}") from error


def _document(path: Path) -> dict[str, Any]:
    text = read_text(path) or ""
    try:
        if path.suffix != _JSON:
            return dict(toml_parser().loads(text))
        document = json.loads(text or "{}")
    except (ValueError, RecursionError) as error:  # of TOML, too
        hint = "" if path.suffix in (".toml", _JSON) else "; the name of an htpasswd file must hold htpasswd"
        raise ConfigurationError(f"{path}: {error}{hint}") from error
    if not isinstance(document, dict):
        raise ConfigurationError(f"{path}: is no JSON object")
    return document


def _text(path: Path, document: Mapping[str, Any]) -> str:
    if path.suffix != _JSON:
        return tomli_w.dumps(document)
    return json.dumps(document, indent=2, default=datetime.isoformat) + "\n"


def _write(path: Path, lock: Path, contents: Contents) -> None:
    document: dict[str, Any] = {"users": {name: user_entry(user) for name, user in sorted(contents.users.items())}}
    if contents.publishing != Publishing():
        document["publishing"] = publishing_entry(contents.publishing)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(_text(path, document))
            stream.flush()
            os.fsync(descriptor)
        if os.name != "nt" and path.exists():
            _give_to_owner(path, temporary, lock)
        temporary.replace(path)
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def _give_to_owner(path: Path, temporary: Path, lock: Path) -> None:
    """Let ``temporary`` and ``lock`` belong to whom ``path`` belongs to: a service that is another user reads it."""
    status, own = path.stat(), temporary.stat()
    if (status.st_uid, status.st_gid) != (own.st_uid, own.st_gid):
        try:
            os.chown(temporary, status.st_uid, status.st_gid)
        except OSError as error:
            raise ConfigurationError(f"{path}: belongs to another user or group; run this as its owner") from error
        with contextlib.suppress(OSError):
            os.chown(lock, status.st_uid, status.st_gid)
    temporary.chmod(status.st_mode & _OWNER_AND_GROUP | _OWNER)
