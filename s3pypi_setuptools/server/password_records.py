"""Records from which a password or a token can be checked, and not told; the standard library alone is needed.

A password's record is ``scrypt$N$r$p$SALT$HASH`` (RFC 7914; salt and hash in base64): slow to guess. A token is made by
`new_token`, long and random, so a plain SHA-256 is enough: ``sha256$HASH``. Records of gorilla's s3pypi,
``{"password_hash": …, "password_salt": …}``, hold the SHA-1 of password and salt: they are read, and are weak.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from base64 import b64decode, b64encode

TOKEN_PREFIX = "s3pypi-"  # noqa: S105 - it is in front of every token
_COST = 2**14
_BLOCK, _PARALLEL = 8, 1
"""With `_COST`: 16 MiB and 50 ms on one core in 2026; the edge's function has 128 MB and must answer quickly."""
_MEMORY = 64 * 1024 * 1024
_TOKEN_BYTES = 32
_TOKEN_LETTERS = 43
"""Letters of 32 bytes in base64: the random end of a token, and the signature at the end of an upload token."""
_TOKEN_END = re.compile(rf"[A-Za-z0-9_-]{{{_TOKEN_LETTERS}}}")
_BCRYPT_BYTES = 72
"""Bytes of a password that bcrypt uses; htpasswd ignores the others, and the package bcrypt refuses them."""


def password_record(password: str, salt_bytes: int = 16) -> str:
    """The record of ``password``.

    :param salt_bytes: random bytes that make the records of equal passwords differ.
    """
    salt = secrets.token_bytes(salt_bytes)
    return (
        f"scrypt${_COST}${_BLOCK}${_PARALLEL}${_text(salt)}${_text(_scrypt(password, salt, _COST, _BLOCK, _PARALLEL))}"
    )


def new_token(name: str) -> str:
    """A random token; ``name`` in it is for people who find it somewhere."""
    return f"{TOKEN_PREFIX}{name}-{secrets.token_urlsafe(_TOKEN_BYTES)}"


def is_token(secret: str) -> bool:
    """Whether ``secret`` has the form of `new_token`, or of an upload token of Trusted Publishing."""
    return secret.startswith(TOKEN_PREFIX) and _TOKEN_END.fullmatch(secret[-_TOKEN_LETTERS:]) is not None


def token_record(token: str) -> str:
    """The record of a token that `new_token` made."""
    return f"sha256${_text(hashlib.sha256(token.encode()).digest())}"


def is_weak(record: str) -> bool:
    """Whether the record's hash is fast, so that passwords can be guessed from it."""
    return not record.startswith(("scrypt$", "bcrypt$"))


def sha1_record(password_hash: str, salt: str) -> str:
    """The record that gorilla's s3pypi wrote as ``password_hash`` (hexadecimal) and ``password_salt``."""
    return f"sha1${salt}${password_hash}"


def dummy_record() -> str:
    """A record of a password that nobody has; to check it takes as long as to check another."""
    return password_record(secrets.token_urlsafe())


def verify(record: str, secret: str) -> bool:
    """Whether ``record`` is that of ``secret``; false for a record of an unknown kind. In constant time."""
    kind, _, rest = record.partition("$")
    try:
        match kind:
            case "scrypt":
                cost, block, parallel, salt, expected = rest.split("$")
                found = _scrypt(secret, b64decode(salt), int(cost), int(block), int(parallel))
                return hmac.compare_digest(found, b64decode(expected))
            case "sha256":
                return hmac.compare_digest(token_record(secret), record)
            case "sha1":
                salt, _, expected = rest.rpartition("$")
                digest = hashlib.sha1((secret + salt).encode(), usedforsecurity=False).hexdigest()
                return hmac.compare_digest(digest, expected.lower())
            case "bcrypt":
                import bcrypt  # noqa: PLC0415 - for htpasswd files alone

                return bcrypt.checkpw(secret.encode()[:_BCRYPT_BYTES], f"${rest}".encode())
            case _:
                return False
    except (ValueError, TypeError, ModuleNotFoundError):
        return False


def _scrypt(password: str, salt: bytes, cost: int, block: int, parallel: int) -> bytes:
    return hashlib.scrypt(
        password.encode("utf-8", "surrogatepass"), salt=salt, n=cost, r=block, p=parallel, maxmem=_MEMORY, dklen=32
    )


def _text(data: bytes) -> str:
    return b64encode(data).decode("ascii")
