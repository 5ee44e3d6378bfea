"""The password that a command line asks for, reads from stdin, or makes."""

from __future__ import annotations

import argparse
import getpass
import secrets
import sys
import unicodedata
from typing import NamedTuple

from ..errors import RepositoryError, UsageError

_SHORTEST = 8
"""The fewest characters of a random password."""
_LONGEST = 1024
"""The most characters of a password, and bytes of salt: servers limit the size of a request's header."""
_BYTES_OF_LETTER = 4
"""The most bytes of one character in UTF-8."""
SALT_BYTES = 16
"""As NIST SP 800-132 asks for: https://csrc.nist.gov/pubs/sp/800/132/final."""


def check_password_options(arguments: argparse.Namespace) -> None:
    """Raise `UsageError` for options about passwords that do not go together."""
    if sum((arguments.password_stdin, arguments.random_password is not None, arguments.no_password)) > 1:
        raise UsageError("give one of --password-stdin, --random-password and --no-password")
    if arguments.random_password is not None and not _SHORTEST <= arguments.random_password <= _LONGEST:
        raise UsageError(f"--random-password takes a number of characters from {_SHORTEST} to {_LONGEST}")
    if arguments.salt_nbytes is not None and not SALT_BYTES // 2 <= arguments.salt_nbytes <= _LONGEST:
        raise UsageError(f"--salt-nbytes takes a number of bytes from {SALT_BYTES // 2} to {_LONGEST}")


def asks(arguments: argparse.Namespace) -> bool:
    """Whether the user is asked for the password; other errors are reported before that."""
    return not (arguments.password_stdin or arguments.no_password or arguments.random_password is not None)


class Password(NamedTuple):
    """A password's record, None for none; and the password itself where it has to be shown."""

    record: str | None
    shown: str | None = None


def password_of(arguments: argparse.Namespace) -> Password:
    """The password that the options ask for; raises `UsageError` for one that no request could send."""
    from ..server.password_records import password_record  # noqa: PLC0415

    salt = arguments.salt_nbytes or SALT_BYTES
    if arguments.no_password:
        return Password(None)
    if arguments.random_password is not None:
        made = secrets.token_urlsafe(arguments.random_password)[: arguments.random_password]
        return Password(password_record(made, salt), made)
    password = _from_stdin() if arguments.password_stdin else _asked(arguments.name)
    if not password:
        raise UsageError("the password is empty; with --no-password the user has tokens alone")
    if len(password) > _LONGEST:
        raise UsageError(f"the password is longer than {_LONGEST} characters")
    if any(unicodedata.category(letter) == "Cc" for letter in password):
        raise UsageError(
            "the password holds a line break or another control character, which HTTP cannot send (RFC 7617)"
        )
    return Password(password_record(password, salt))


def _from_stdin() -> str:
    """The whole of stdin without the line break at its end."""
    if sys.stdin is None:
        raise UsageError("--password-stdin: there is no stdin")
    try:
        text = sys.stdin.buffer.read(_LONGEST * _BYTES_OF_LETTER + 2).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError("--password-stdin: the password is not UTF-8 text") from None
    return text.removesuffix("\n").removesuffix("\r")


def _asked(name: str) -> str:
    if sys.stdin is None or not sys.stdin.isatty():
        raise UsageError("nobody can be asked for a password here; pass --password-stdin or --random-password N")
    first = getpass.getpass(f"Password of {name}: ")
    if first != getpass.getpass("Again: "):
        raise RepositoryError("the passwords differ; nothing was changed")
    return first
