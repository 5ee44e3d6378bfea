"""Who sent a request: HTTP Basic authentication (RFC 7617) and Bearer tokens (RFC 6750), checked off the event loop.

To check a password is slow on purpose, so who was verified is remembered for some minutes, under a key that this
process alone has; a user who is changed or removed is forgotten at once where the store of users tells, as a file does.
"""

from __future__ import annotations

import asyncio
import binascii
import hashlib
import hmac
import secrets
import time
from base64 import b64decode
from collections.abc import Callable
from concurrent.futures import Executor
from datetime import datetime, timezone
from typing import NamedTuple

from cachetools import TTLCache

from .password_records import dummy_record, is_token, verify
from .users import Identity, User, UserStore

__all__ = ["Authenticator", "BadCredentials", "Credentials", "TooManyFailures", "credentials_of"]

_REMEMBERED_SECONDS = 300
_REMEMBERED = 10_000
_FAILURES = 10
"""Wrong passwords of one address for one name, within `_WINDOW_SECONDS`, before more are refused unseen."""
_FAILURES_OF_ADDRESS = 100
"""Likewise, for all names together."""
_WINDOW_SECONDS = 60
_TOKEN_USER = "__token__"  # noqa: S105 - it is the name of a user


class BadCredentials(Exception):
    """No user has this name and password, or the header cannot be read."""


class TooManyFailures(Exception):
    """Somebody at this address has guessed too often."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Credentials(NamedTuple):
    """What a client sent; the name is empty for a bearer token."""

    name: str
    secret: str


def credentials_of(header: bytes) -> Credentials:
    """What an ``Authorization`` header holds; raises `BadCredentials`.

    ``__token__`` as the name, and a token as the name with an empty password, both mean the token alone.
    """
    scheme, _, rest = header.strip().partition(b" ")
    try:
        if scheme.lower() == b"bearer":
            return Credentials("", rest.strip().decode())
        if scheme.lower() != b"basic":
            raise BadCredentials
        text = _decoded(b64decode(rest.strip(), validate=True))
    except (binascii.Error, UnicodeDecodeError) as error:
        raise BadCredentials from error
    name, colon, password = text.partition(":")
    if not colon:
        raise BadCredentials
    if name == _TOKEN_USER:
        return Credentials("", password)
    return Credentials("", name) if not password and is_token(name) else Credentials(name, password)


def _decoded(data: bytes) -> str:
    """Name and password; requests, and so twine and poetry, sends Latin-1, and others what the challenge asks for."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


class _Verified(NamedTuple):
    """A user whose credentials were right, and when these expire, in UTC; None for never."""

    user: User
    identity: Identity
    expires: datetime | None


class Authenticator:
    """Tells who sends a request.

    :param users: None where there are none: every credential is wrong then.
    :param pool: where passwords are checked.
    :param short_lived: tells whose a short-lived token is; None for one that is none, or has expired.
    """

    def __init__(
        self,
        users: UserStore | None,
        pool: Executor,
        *,
        short_lived: Callable[[str], Identity | None] = lambda token: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._users = users
        self._pool = pool
        self._short_lived = short_lived
        self._key = secrets.token_bytes(32)
        self._verified: TTLCache[bytes, _Verified] = TTLCache(_REMEMBERED, _REMEMBERED_SECONDS, clock)
        self._failures: TTLCache[tuple[str, str | None], int] = TTLCache(_REMEMBERED, _WINDOW_SECONDS, clock)
        self._nobody = dummy_record()

    async def identify(self, header: bytes, address: str) -> Identity:
        """Whose credentials the ``Authorization`` header holds.

        Raises `BadCredentials`, `TooManyFailures`, and what the store of users raises.
        """
        sent = credentials_of(header)
        proof = hmac.digest(self._key, header, hashlib.sha256)
        if (known := self._verified.get(proof)) is not None and self._is_current(known):
            return known.identity
        limits = {(address, sent.name): _FAILURES, (address, None): _FAILURES_OF_ADDRESS}
        if any(self._failures.get(who, 0) >= limit for who, limit in limits.items()):
            raise TooManyFailures(_WINDOW_SECONDS)
        if (identity := self._short_lived(sent.secret)) is not None:
            return identity
        verified = await asyncio.get_running_loop().run_in_executor(self._pool, self._check, sent)
        if verified is None:
            for who in limits:
                self._failures[who] = self._failures.get(who, 0) + 1
            raise BadCredentials
        self._verified[proof] = verified
        return verified.identity

    def _is_current(self, known: _Verified) -> bool:
        if known.expires is not None and datetime.now(timezone.utc) >= known.expires:
            return False
        return self._users is not None and self._users.is_current(known.user)

    def _check(self, sent: Credentials) -> _Verified | None:
        """The user whose credentials they are.

        It takes as long for a name that nobody has as for a wrong password.
        """
        if self._users is None:
            return None
        if is_token(sent.secret):
            return _owner_of_token(self._users, sent)
        user = self._users.find(sent.name)
        matches = verify(user.password if user and user.password else self._nobody, sent.secret)
        return _Verified(user, user.identity, None) if matches and user and user.password else None


def _owner_of_token(users: UserStore, sent: Credentials) -> _Verified | None:
    now = datetime.now(timezone.utc)
    found = None
    for user in users.users().values():
        if sent.name in ("", user.name):
            for token in user.tokens:
                if verify(token.record, sent.secret) and token.is_valid(now):
                    found = _Verified(user, user.identity, token.expires)
    return found
