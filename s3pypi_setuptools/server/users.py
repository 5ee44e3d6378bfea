"""Who may read and upload: users, their records and permissions, and the stores that keep them."""

from __future__ import annotations

import enum
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from fnmatch import fnmatchcase
from functools import cached_property

from ..errors import ConfigurationError, RepositoryError
from ..naming import normalize_name


class Role(enum.IntEnum):
    """What a user may do; each role may do what those before it may."""

    NONE = 0
    READ = 1
    UPLOAD = 2
    ADMIN = 3

    @classmethod
    def named(cls, name: str) -> Role:
        """The role of that name, in lower case; raises `KeyError`."""
        return cls[name.upper()]


@dataclass(frozen=True, slots=True)
class Identity:
    """Who sent a request, and what they may do.

    :param name: for logs; empty for anybody.
    :param projects: glob patterns of normalized names that the role holds for.
    :param also: somebody whose rights they have, too.
    """

    name: str
    role: Role
    projects: tuple[str, ...] = ("*",)
    also: Identity | None = None

    def may(self, role: Role, project: str | None = None) -> bool:
        """Whether the role holds, for ``project`` (normalized), or for some project where it is None."""
        if self.also is not None and self.also.may(role, project):
            return True
        if self.role < role:
            return False
        return project is None or any(fnmatchcase(project, pattern) for pattern in self.projects)

    @property
    def sees_all(self) -> bool:
        """Whether every project may be read."""
        own = self.role >= Role.READ and "*" in self.projects
        return own or (self.also is not None and self.also.sees_all)

    def may_read(self, project: str) -> bool:
        """Whether ``project`` (normalized) may be read."""
        return self.may(Role.READ, project)


@dataclass(frozen=True, slots=True)
class Token:
    """One token of a user.

    :param record: as `password_records.token_record`.
    :param expires: in UTC; None for never.
    """

    name: str
    record: str
    created: datetime
    expires: datetime | None = None

    def is_valid(self, now: datetime) -> bool:
        """Whether it has not expired."""
        return self.expires is None or now < self.expires


@dataclass(frozen=True, slots=True)
class User:
    """One user.

    :param password: the password's record; None where only tokens are taken.
    :param projects: glob patterns of project names, as people write them.
    """

    name: str
    role: Role = Role.READ
    projects: tuple[str, ...] = ("*",)
    password: str | None = field(default=None, repr=False)
    tokens: tuple[Token, ...] = field(default=(), repr=False)

    @property
    def identity(self) -> Identity:
        """Who they are, and what they may do."""
        patterns = tuple(normalized_pattern(pattern) for pattern in self.projects)
        return Identity(self.name, self.role, patterns)

    def with_token(self, token: Token) -> User:
        """With one more token; one of the same name is replaced, and tokens that had expired by then are dropped."""
        others = (one for one in self.without_token(token.name).tokens if one.is_valid(token.created))
        return replace(self, tokens=(*others, token))

    def without_token(self, name: str) -> User:
        """Without the token of that name."""
        return replace(self, tokens=tuple(one for one in self.tokens if one.name != name))


def normalized_pattern(pattern: str) -> str:
    """The pattern for normalized names: outside of wildcards it may be spelt in any way."""
    return normalize_name(pattern) if "[" not in pattern else pattern.lower()


@dataclass(frozen=True, slots=True)
class Publisher:
    """A CI job that may upload: what its provider's token has to claim, and for which projects (Trusted Publishing).

    :param issuer: the provider's URL.
    :param claims: what the token must claim, such as ``repository``; each text exactly.
    :param projects: glob patterns of project names, as people write them.
    """

    name: str
    issuer: str
    claims: Mapping[str, str]
    projects: tuple[str, ...]

    @property
    def patterns(self) -> tuple[str, ...]:
        """The patterns for normalized names."""
        return tuple(map(normalized_pattern, self.projects))

    def matches(self, claims: Mapping[str, object]) -> bool:
        """Whether a token with these ``claims`` is such a job's."""
        return bool(self.claims) and all(claims.get(name) == value for name, value in self.claims.items())


@dataclass(frozen=True, slots=True)
class Publishing:
    """What Trusted Publishing needs.

    :param audience: what providers make tokens for.
    :param key: with which upload tokens are signed.
    """

    publishers: tuple[Publisher, ...] = ()
    audience: str = "s3pypi"
    key: str = field(default="", repr=False)


@dataclass(frozen=True)
class Contents:
    """What a store holds: all users, by name, and the publishers."""

    users: Mapping[str, User]
    publishing: Publishing = Publishing()

    @cached_property
    def tokens(self) -> Mapping[str, tuple[User, Token]]:
        """Every token, with the user who has it, by its record."""
        return {token.record: (user, token) for user in self.users.values() for token in user.tokens}


class UserStore(ABC):
    """Where users are kept. Every method raises `ConfigurationError`, and `StoreError` where it gives no answer.

    :param where: the place, as people write it.
    :param advice: how users are changed, for a store that only reads them: `add`, `change` and `remove` refuse there.
    """

    def __init__(self, where: str, advice: str = "") -> None:
        self.where = where
        self._advice = advice

    @abstractmethod
    def contents(self) -> Contents:
        """All users, and the publishers; none where the store keeps none."""

    def users(self) -> Mapping[str, User]:
        """All users, by name."""
        return self.contents().users

    def find(self, name: str) -> User | None:
        """The user of that name."""
        return self.users().get(name)

    def owner_of(self, record: str) -> tuple[User, Token] | None:
        """The token with that record, and the user who has it."""
        return self.contents().tokens.get(record)

    def publishing(self) -> Publishing:
        """The publishers."""
        return self.contents().publishing

    def is_current(self, user: User) -> bool:  # noqa: ARG002
        """Whether the store still has exactly this user; False if only a request could tell. It does not wait."""
        return True

    def add(self, user: User, *, overwrite: bool) -> None:  # noqa: ARG002
        """Add the user.

        :param overwrite: replace a user of that name; without it, one raises `RepositoryError`.
        """
        raise self._only_read()

    def change(self, name: str, change: Callable[[User], User]) -> User | None:  # noqa: ARG002
        """Replace the user of that name by what ``change`` makes of them; the new user, or None if there is none."""
        raise self._only_read()

    def remove(self, name: str) -> bool:  # noqa: ARG002
        """Remove the user; whether there was one."""
        raise self._only_read()

    def change_publishing(self, change: Callable[[Publishing], Publishing]) -> Publishing:  # noqa: ARG002
        """Replace the publishers and the key by what ``change`` makes of them; the new ones."""
        raise ConfigurationError(f"{self.where}: keeps no publishers; use a file such as users.toml")

    def save(self, user: User) -> None:
        """Add the user, or replace the one of that name."""
        self.add(user, overwrite=True)

    def _only_read(self) -> ConfigurationError:
        return ConfigurationError(f"{self.where}: is only read here; {self._advice}")


class FixedUsers(UserStore):
    """Users that are only read here; the arguments are as `UserStore` has them."""

    def __init__(self, where: str, users: Mapping[str, User], advice: str) -> None:
        super().__init__(where, advice)
        self._users = users

    def contents(self) -> Contents:
        """As `UserStore.contents`."""
        return Contents(self._users)


def exists_already(where: str, name: str) -> RepositoryError:
    """The error of `UserStore.add` for a name that is taken."""
    return RepositoryError(f"{where}: there is a user {name} already; pass --overwrite to replace it")
