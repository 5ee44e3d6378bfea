"""Users and publishers as documents: tables of ``users.toml``, JSON objects of ``users.json`` and ``ssm:HOST``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from ..errors import ConfigurationError
from .users import Publisher, Publishing, Role, Token, User

_SHORTEST_KEY = 32
"""Characters: a key of 256 bits in base64 has more."""


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
        name, record, expires = entry.get("name"), entry.get("record"), entry.get("expires")
        created, end = _time(entry.get("created")), _time(expires)
        if isinstance(name, str) and isinstance(record, str) and created and (end or expires is None):
            return Token(name, record, created, end)
    raise ConfigurationError(f"{where}: each token needs name, record and created, and may have expires")


def _time(value: object) -> datetime | None:
    """A time of TOML, or the text of one in JSON, in UTC; None for what is neither."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    return value.replace(tzinfo=timezone.utc) if value.tzinfo is None else value.astimezone(timezone.utc)


def user_entry(user: User) -> dict[str, Any]:
    """The table of ``user``, with times as `datetime`."""
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
