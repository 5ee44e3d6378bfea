"""Who sent a request: HTTP Basic authentication (RFC 7617) and Bearer tokens (RFC 6750), checked off the event loop.

To check a password is slow on purpose, so who was verified is remembered for some minutes, under a key that this
process alone has, and requests that bring the same credentials at once share one check. A user or token that is changed
or removed is refused at once where users are in a file, and within a minute where they are in the Parameter Store.
"""

from __future__ import annotations

import asyncio
import binascii
import hashlib
import hmac
import ipaddress
import secrets
import time
from base64 import b64decode
from collections.abc import Callable
from concurrent.futures import Executor
from datetime import datetime, timezone
from http import HTTPStatus
from typing import NamedTuple, TypeAlias

from cachetools import TTLCache

from .password_records import dummy_record, is_token, is_weak, token_record, verify
from .problems import Problem
from .users import Identity, User, UserStore

CHALLENGE = (b"www-authenticate", b'Basic realm="Python packages", charset="UTF-8"')
"""The header of an answer that asks for credentials (RFC 7617)."""
_REMEMBERED_SECONDS = 300
_REMEMBERED = 10_000
_FAILURES = 10
"""Wrong passwords of one address for one name, within `_WINDOW_SECONDS`, before more are refused unseen."""
_FAILURES_OF_ADDRESS = 100
"""Likewise, for all names together."""
_WINDOW_SECONDS = 60
_IPV6_PREFIX = 64
_TOKEN_USER = "__token__"  # noqa: S105 - it is the name of a user


class BadCredentials(Problem):
    """No user has this name and password, or the header cannot be read."""

    def __init__(self) -> None:
        super().__init__(HTTPStatus.UNAUTHORIZED, "bad-credentials", "The user name or password is wrong", (CHALLENGE,))


class TooManyFailures(Problem):
    """Somebody at this address has guessed too often."""

    def __init__(self, seconds: int) -> None:
        after = (b"retry-after", str(seconds).encode())
        message = "Too many wrong passwords; try again later"
        super().__init__(HTTPStatus.TOO_MANY_REQUESTS, "too-many-failures", message, (after,))


class Credentials(NamedTuple):
    """What a client sent; the name is empty for a token alone."""

    name: str
    secret: str

    @property
    def is_token(self) -> bool:
        """Whether the secret is a token, and no password."""
        return not self.name or is_token(self.secret)


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
    expires: datetime | None = None

    @property
    def has_expired(self) -> bool:
        return self.expires is not None and datetime.now(timezone.utc) >= self.expires


class Authenticator:
    """Identifies who sends a request. Its methods are called in one event loop.

    :param pool: where passwords are checked.
    :param short_lived: finds out who has a short-lived token; None for any other text, and for an expired one.
    """

    def __init__(
        self,
        users: UserStore,
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
        self._checks: dict[bytes, asyncio.Future[_Verified | None]] = {}
        self._guesses = _Guesses(clock)
        self._nobody = dummy_record()

    async def identify(self, header: bytes, address: str) -> Identity:
        """Whose credentials the ``Authorization`` header holds.

        :param address: of the client; empty where it is not known.

        Raises `BadCredentials`, `TooManyFailures`, and what the store of users raises.
        """
        proof = hmac.digest(self._key, header, hashlib.sha256)
        known = self._verified.get(proof)
        if known is not None and not known.has_expired and self._users.is_current(known.user):
            return known.identity
        sent = credentials_of(header)
        if (identity := self._short_lived(sent.secret)) is not None:
            return identity
        if proof not in self._checks:
            # Tokens are too long to be guessed, and what was verified once was no guess.
            guess = None if sent.is_token or known is not None else self._guesses.begin(address, sent.name)
            check = asyncio.ensure_future(self._check_once(proof, sent, known, guess))
            check.add_done_callback(lambda done: done.cancelled() or done.exception())  # all who waited may be gone
            self._checks[proof] = check
        verified = await asyncio.shield(self._checks[proof])  # one request that ends does not end those of others
        if verified is None:
            raise BadCredentials
        return verified.identity

    async def _check_once(
        self, proof: bytes, sent: Credentials, known: _Verified | None, guess: _Guess | None
    ) -> _Verified | None:
        """Check the credentials for all requests that bring them meanwhile; a guess that was right is forgiven."""
        wrong = False
        try:
            loop = asyncio.get_running_loop()
            verified = await loop.run_in_executor(self._pool, self._check, sent, known)
            wrong = verified is None
        finally:
            del self._checks[proof]
            if guess is not None and not wrong:
                self._guesses.forgive(guess)
        if verified is not None:
            self._verified[proof] = verified
        return verified

    def _check(self, sent: Credentials, known: _Verified | None) -> _Verified | None:
        """The user whose credentials they are; ``known`` is whose they were some minutes ago.

        It does the same work for a name that nobody has as for a wrong password.
        """
        if known is not None and not known.has_expired and self._users.find(known.user.name) == known.user:
            return known
        if sent.is_token:
            return _owner_of_token(self._users, sent)
        user = self._users.find(sent.name)
        record = user.password if user else None
        matches = verify(record or self._decoy(), sent.secret)
        if record and is_weak(record):
            verify(self._nobody, sent.secret)
        return _Verified(user, user.identity) if user and record and matches else None

    def _decoy(self) -> str:
        """A record to check for a name that has none: bcrypt's where the store has such records."""
        records = (user.password for user in self._users.users().values())
        return next((record for record in records if record and record.startswith("bcrypt$")), self._nobody)


def _owner_of_token(users: UserStore, sent: Credentials) -> _Verified | None:
    owner = users.owner_of(token_record(sent.secret))
    if owner is None:
        return None
    user, token = owner
    found = _Verified(user, user.identity, token.expires)
    return None if sent.name not in ("", user.name) or found.has_expired else found


_Guess: TypeAlias = "tuple[_Who, _Who]"
_Who: TypeAlias = "tuple[str, bytes | None]"


class _Guesses:
    """Counts wrong passwords by address, and by address and name; what is not checked yet counts as wrong."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._key = secrets.token_bytes(32)
        self._counts: TTLCache[_Who, list[int]] = TTLCache(_REMEMBERED, _WINDOW_SECONDS, clock)

    def begin(self, address: str, name: str) -> _Guess:
        """Count one more; raises `TooManyFailures`, where there were too many."""
        network = _network(address)
        short = hmac.digest(self._key, name.encode("utf-8", "surrogatepass"), hashlib.sha256)  # a name may be long
        guess = (network, short), (network, None)
        counts = [self._counts.setdefault(who, [0]) for who in guess]
        if counts[0][0] >= _FAILURES or counts[1][0] >= _FAILURES_OF_ADDRESS:
            raise TooManyFailures(_WINDOW_SECONDS)
        for count in counts:
            count[0] += 1
        return guess

    def forgive(self, guess: _Guess) -> None:
        """Count one less: it was right, or could not be checked."""
        for who in guess:
            if (count := self._counts.get(who)) is not None:
                count[0] -= 1


def _network(address: str) -> str:
    """The address; of IPv6, the network that one customer has: https://www.rfc-editor.org/rfc/rfc6177."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, ipaddress.IPv6Address) or parsed.ipv4_mapped:
        return address
    return str(ipaddress.ip_network((parsed, _IPV6_PREFIX), strict=False))
