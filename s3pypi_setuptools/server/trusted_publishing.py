"""Trusted Publishing: a CI job proves what it is by a token of its provider, and gets an upload token for minutes.

The provider signs an OpenID Connect token (https://openid.net/specs/openid-connect-core-1_0.html) whose claims say
which repository and workflow runs. Where they are those of a configured publisher, the job is given a token for the
publisher's projects. That token is signed with the key of the user store, so every replica knows it. Clients speak as
they do to PyPI (https://github.com/pypi/warehouse, under docs/user/trusted-publishers).
"""

from __future__ import annotations

import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import jwt
import requests
from cachetools import TTLCache

from ..text import one_line, quoted
from .problems import Problem, Untrusted
from .users import Identity, Publisher, Role, UserStore

MINUTES = 15
"""For how long an upload token is valid."""
PREFIX = "s3pypi-ci-"
_ISSUER = "s3pypi"
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Those with a public key; none that a secret of ours, or no key at all, would do for."""
_LEEWAY_SECONDS = 60
"""How far clocks may be apart."""
_LONGEST_LIFE_SECONDS = 24 * 3600
_KEYS_SECONDS = 600
_TIMEOUT_SECONDS = 10
_LONGEST_ANSWER = 1024 * 1024
_LONGEST_TOKEN = 16 * 1024
_BURNED = 10_000
_READS_OF_KEYS = 10
"""How often the keys of one issuer are read in a minute: anybody can send tokens that name keys it does not have."""
_UNREADABLE = (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError)
"""What PyJWT raises for tokens and keys of strangers."""


class TrustedPublishing:
    """Makes upload tokens, and knows them again.

    :param take_once: called with an opaque name; returns whether no replica has called it with that name before.
    """

    def __init__(self, users: UserStore, take_once: Callable[[str], bool]) -> None:
        self._users = users
        self._take_once = take_once
        self._keys: TTLCache[str, jwt.PyJWKSet] = TTLCache(64, _KEYS_SECONDS)
        self._reads: TTLCache[str, list[None]] = TTLCache(64, 60)
        self._burned: TTLCache[str, bool] = TTLCache(_BURNED, MINUTES * 60)
        self._lock = threading.Lock()

    @property
    def audience(self) -> str:
        """What tokens of providers have to be made for."""
        return self._users.publishing().audience

    def mint(self, body: bytes) -> Mapping[str, object]:
        """Make an upload token for the token in a request: ``token``, and when it ``expires`` (seconds since 1970).

        It asks the provider and the store. Raises `Untrusted`, and what they raise.
        """
        token = _token_of(body)
        publishers = self._users.publishing().publishers
        issuer = _unverified(token).get("iss")
        known = [publisher for publisher in publishers if publisher.issuer == issuer]
        if not known:
            raise Untrusted("invalid-issuer", f"no publisher is configured for the issuer {quoted(str(issuer))}")
        claims = self._verified(token, str(issuer))
        matching = [publisher for publisher in known if publisher.matches(claims)]
        if not matching:
            raise Untrusted(
                "invalid-publisher", f"no publisher is configured for these claims: {_shown(claims, known)}"
            )
        if not self._take_once(_identity_of(claims, token)):
            raise Untrusted("invalid-reuse-token", "this token was used before; ask the provider for another one")
        expires = int(time.time()) + MINUTES * 60
        projects = sorted({pattern for publisher in matching for pattern in publisher.patterns})
        made = {
            "iss": _ISSUER,
            "sub": matching[0].name,
            "projects": projects,
            "exp": expires,
            "jti": secrets.token_hex(16),
        }
        signed = jwt.encode(made, self._users.publishing().key, algorithm="HS256")
        return {"token": PREFIX + signed, "expires": expires}

    def burn(self, body: bytes) -> Mapping[str, object]:
        """Take the upload token in a request no more, in this process. Raises `Untrusted` for what is none."""
        token = _token_of(body)
        if self.identify(token) is None:
            raise Untrusted("invalid-token", "this is no upload token, or it has expired")
        with self._lock:
            self._burned[token] = True
        return {}

    def identify(self, token: str) -> Identity | None:
        """Who may do what with the upload token; None for what is none, or has expired."""
        if not token.startswith(PREFIX) or len(token) > _LONGEST_TOKEN or token in self._burned:
            return None
        try:
            claims = jwt.decode(
                token.removeprefix(PREFIX),
                self._users.publishing().key,
                algorithms=["HS256"],
                issuer=_ISSUER,
                options={"require": ["exp", "sub", "projects", "jti"], "verify_exp": False},
            )
        except _UNREADABLE:
            return None
        if time.time() >= claims["exp"]:
            return None
        return Identity(str(claims["sub"]), Role.UPLOAD, tuple(map(str, claims["projects"])))

    def _verified(self, token: str, issuer: str) -> Mapping[str, Any]:
        try:
            header = jwt.get_unverified_header(token)
            if header.get("alg") not in _ALGORITHMS:
                raise Untrusted("invalid-signature", f"the algorithm {quoted(str(header.get('alg')))} is not taken")
            claims: dict[str, Any] = jwt.decode(
                token,
                self._key(issuer, header.get("kid")),
                algorithms=list(_ALGORITHMS),
                audience=self.audience,
                issuer=issuer,
                leeway=_LEEWAY_SECONDS,
                options={"require": ["exp", "iat", "iss", "aud"]},
            )
        except jwt.InvalidAudienceError as error:
            raise Untrusted("invalid-audience", f"the token must be made for the audience {self.audience}") from error
        except jwt.ExpiredSignatureError as error:
            raise Untrusted("expired", "the token has expired") from error
        except jwt.PyJWTError as error:
            raise Untrusted("invalid-token", f"the token is not valid: {one_line(str(error))}") from error
        except _UNREADABLE as error:
            raise Untrusted("invalid-token", "the token has claims of wrong types") from error
        if int(claims["exp"]) - int(claims["iat"]) > _LONGEST_LIFE_SECONDS:
            raise Untrusted("invalid-token", "the token is valid for longer than a day, as no CI provider's is")
        return claims

    def _key(self, issuer: str, key_id: object) -> jwt.PyJWK:
        """The provider's key of that id; keys are read again where it is not among those that are known.

        :param key_id: None is allowed where the provider has one key alone
            (https://openid.net/specs/openid-connect-core-1_0.html#Signing).
        """
        for keys in (self._keys.get(issuer), None):
            found = keys or self._read_keys(issuer)
            for key in found.keys:
                if key.key_id == key_id or (key_id is None and len(found.keys) == 1):
                    return key
        raise Untrusted("invalid-signature", "the issuer has no key with which this token could be signed")

    def _read_keys(self, issuer: str) -> jwt.PyJWKSet:
        with self._lock:
            reads = self._reads.setdefault(issuer, [])
            reads.append(None)
        if len(reads) > _READS_OF_KEYS:
            raise _unreachable(issuer)
        configuration = _fetch(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if configuration.get("issuer") != issuer:
            raise _unreachable(issuer)
        try:
            keys = jwt.PyJWKSet.from_dict(_fetch(str(configuration.get("jwks_uri"))))
        except _UNREADABLE as error:
            raise _unreachable(issuer) from error
        with self._lock:
            self._keys[issuer] = keys
        return keys


def _fetch(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost"):
        raise _unreachable(url)
    try:
        with requests.get(url, timeout=_TIMEOUT_SECONDS, allow_redirects=False, stream=True) as answer:
            data = answer.raw.read(_LONGEST_ANSWER + 1, decode_content=True)
            if answer.status_code != HTTPStatus.OK or len(data) > _LONGEST_ANSWER:
                raise _unreachable(url)
        document = json.loads(data)
    except (requests.RequestException, OSError, ValueError) as error:
        raise _unreachable(url) from error
    if not isinstance(document, dict):
        raise _unreachable(url)
    return document


def _unreachable(url: str) -> Problem:
    message = f"The provider of the token does not answer as it should at {quoted(url)}; try again"
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, "provider-unavailable", message)


def _token_of(body: bytes) -> str:
    try:
        token = json.loads(body)["token"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise Untrusted("invalid-payload", 'the request must be a JSON object {"token": "…"}') from error
    if not isinstance(token, str) or not token.isascii() or not 0 < len(token) <= _LONGEST_TOKEN:
        raise Untrusted("invalid-payload", "the token must be a text")
    return token


def _unverified(token: str) -> Mapping[str, Any]:
    try:
        claims: Mapping[str, Any] = jwt.decode(token, options={"verify_signature": False})
    except _UNREADABLE as error:
        raise Untrusted("invalid-token", "the token is no JSON Web Token") from error
    return claims


def _identity_of(claims: Mapping[str, Any], token: str) -> str:
    """A name of letters and digits that this token has, and none that another job gets.

    Where the provider gives it no id, what is signed identifies it: the text of a signature can be changed.
    """
    what = [claims["iss"], claims["jti"]] if claims.get("jti") else [token.rpartition(".")[0]]
    return hashlib.sha256(json.dumps(what).encode()).hexdigest()


def _shown(claims: Mapping[str, Any], publishers: list[Publisher]) -> str:
    """The claims that publishers are configured by, as the token has them."""
    names = sorted({name for publisher in publishers for name in publisher.claims})
    return ", ".join(f"{name}={quoted(str(claims.get(name)))}" for name in names)
