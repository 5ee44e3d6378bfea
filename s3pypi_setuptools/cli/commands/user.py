"""``s3pypi user ACTION STORE [NAME]``: the users of a service."""

from __future__ import annotations

import argparse
import getpass
import re
import secrets
import sys
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from ...config.options import CONNECTION
from ...errors import MissingPackage, NotListed, RepositoryError, UsageError
from ..command import Argument, Call, Command
from ..render.columns import columns, time_text
from ..render.output import Output

if TYPE_CHECKING:
    from ...server.users import User, UserStore

__all__ = ["USER"]

_ACTIONS = ("add", "list", "show", "remove", "passwd", "token")
_ROLES = ("read", "upload", "admin")
_LIFETIME = re.compile(r"(\d{1,4})(d|h|w)")
_HOURS = {"h": 1, "d": 24, "w": 24 * 7}
_SHORTEST = 8
"""Characters of a random password."""
_LONGEST = 1024
_SALT = 16
"""Bytes of salt, as NIST SP 800-132 asks for."""


@dataclass(frozen=True, slots=True)
class UserRow:
    """One user, without what proves who they are."""

    name: str
    role: str
    projects: tuple[str, ...]
    password: bool
    tokens: tuple[TokenRow, ...]


@dataclass(frozen=True, slots=True)
class TokenRow:
    """One token of a user, without the token."""

    name: str
    created: datetime
    expires: datetime | None


@dataclass(frozen=True, slots=True)
class UsersReport:
    """Users of a store.

    :param secret: the password or token that was made; shown once.
    """

    store: str
    users: tuple[UserRow, ...]
    secret: str | None = None


def _check(arguments: argparse.Namespace) -> None:
    action, name = arguments.action, arguments.name
    if (name is None) != (action == "list"):
        raise UsageError(f"user {action} takes {'a STORE alone' if name else 'a STORE and a NAME'}")
    if name is not None and (not name or ":" in name or not name.isprintable() or name.startswith("__")):
        raise UsageError(f"{name!r} is no name of a user: it may hold no ':', and not begin with '__'")
    if arguments.password_stdin and arguments.random_password is not None:
        raise UsageError("give one of --password-stdin and --random-password")
    if arguments.random_password is not None and not _SHORTEST <= arguments.random_password <= _LONGEST:
        raise UsageError(f"--random-password takes a number of characters from {_SHORTEST} to {_LONGEST}")
    if not _SALT // 2 <= arguments.salt_nbytes <= _LONGEST:
        raise UsageError(f"--salt-nbytes takes a number of bytes from {_SALT // 2} to {_LONGEST}")


def _user(call: Call) -> Output:
    try:
        from ...server.options import open_users  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        raise MissingPackage.of(error.name or "uvicorn", "server") from error
    arguments = call.arguments
    store = open_users(arguments.store, call.settings)
    return _WORK[arguments.action](call, store)


def _list(call: Call, store: UserStore) -> Output:
    del call
    rows = tuple(map(_row, store.users().values()))
    lines = columns([(row.name, row.role, ",".join(row.projects), _credentials(row)) for row in rows])
    return Output(report=UsersReport(store.where, rows), lines=lines)


def _show(call: Call, store: UserStore) -> Output:
    row = _row(_existing(store, call.arguments.name))
    lines = [f"{row.name} {row.role} {','.join(row.projects)} {_credentials(row)}"]
    for token in row.tokens:
        expires = f", expires {time_text(token.expires)}" if token.expires else ""
        lines.append(f"  token {token.name}, made {time_text(token.created)}{expires}")
    return Output(report=UsersReport(store.where, (row,)), lines=lines)


def _add(call: Call, store: UserStore) -> Output:
    from ...server.users import Role, User  # noqa: PLC0415

    arguments = call.arguments
    if store.find(arguments.name) is not None and not arguments.overwrite:
        raise RepositoryError(
            f"{store.where}: there is a user {arguments.name} already; pass --overwrite to replace it"
        )
    role, projects = Role.named(arguments.role or "read"), tuple(arguments.projects) or ("*",)
    user = User(arguments.name, role, projects)
    return _with_password(call, store, user, f"added {user.name}")


def _passwd(call: Call, store: UserStore) -> Output:
    user = _existing(store, call.arguments.name)
    return _with_password(call, store, user, f"changed the password of {user.name}")


def _remove(call: Call, store: UserStore) -> Output:
    user = _existing(store, call.arguments.name)
    store.remove(user.name)
    return Output(report=UsersReport(store.where, (_row(user),)), lines=[f"removed {user.name}"])


def _token(call: Call, store: UserStore) -> Output:
    from ...server.password_records import new_token, token_record  # noqa: PLC0415
    from ...server.users import Token  # noqa: PLC0415

    arguments = call.arguments
    user = _existing(store, arguments.name)
    now = datetime.now(timezone.utc).replace(microsecond=0)
    secret = new_token(user.name)
    token = Token(arguments.token_name, token_record(secret), now, _expiry(arguments.expires, now))
    changed = user.with_token(token)
    store.save(changed)
    until = f", valid until {time_text(token.expires)}" if token.expires else ""
    call.terminal.remark(f"made the token {token.name} of {user.name}{until}; it is shown this once:")
    return Output(report=UsersReport(store.where, (_row(changed),), secret), lines=[secret])


def _with_password(call: Call, store: UserStore, user: User, done: str) -> Output:
    from ...server.password_records import password_record  # noqa: PLC0415

    arguments = call.arguments
    shown = None
    if arguments.random_password is not None:
        password = shown = secrets.token_urlsafe(arguments.random_password)[: arguments.random_password]
    elif arguments.password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    elif arguments.no_password:
        password = ""
    else:
        password = _asked(user.name)
    if not password and not arguments.no_password:
        raise UsageError("the password is empty; with --no-password the user has tokens alone")
    record = password_record(password, arguments.salt_nbytes) if password else None
    changed = replace(user, password=record)
    store.save(changed)
    if shown is None:
        return Output(report=UsersReport(store.where, (_row(changed),)), lines=[done])
    call.terminal.remark(f"{done}; the password is shown this once:")
    return Output(report=UsersReport(store.where, (_row(changed),), shown), lines=[shown])


def _asked(name: str) -> str:
    if sys.stdin is None or not sys.stdin.isatty():
        raise UsageError("nobody can be asked for a password here; pass --password-stdin or --random-password N")
    first = getpass.getpass(f"Password of {name}: ")
    if first != getpass.getpass("Again: "):
        raise RepositoryError("the passwords differ; nothing was changed")
    return first


def _existing(store: UserStore, name: str) -> User:
    user = store.find(name)
    if user is None:
        raise NotListed(f"{store.where}: there is no user {name}")
    return user


def _expiry(text: str | None, now: datetime) -> datetime | None:
    if text is None:
        return None
    if match := _LIFETIME.fullmatch(text):
        return now + timedelta(hours=int(match[1]) * _HOURS[match[2]])
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=timezone.utc)
    except ValueError:
        raise UsageError(f"--expires takes a time such as 90d, 12h or 2027-01-31, not {text!r}") from None
    return day + timedelta(days=1)


def _row(user: User) -> UserRow:
    tokens = tuple(TokenRow(one.name, one.created, one.expires) for one in user.tokens)
    return UserRow(user.name, user.role.name.lower(), user.projects, user.password is not None, tokens)


def _credentials(row: UserRow) -> str:
    found = [*(["password"] if row.password else []), *(f"token:{token.name}" for token in row.tokens)]
    return ",".join(found) or "-"


_WORK = {"add": _add, "list": _list, "show": _show, "remove": _remove, "passwd": _passwd, "token": _token}

USER = Command(
    program="s3pypi user",
    usage="ACTION STORE [NAME] [options]",
    description="""\
The users of a service, in a file that this command makes, or in AWS Systems Manager (ssm:HOST, where s3pypi's Terraform
keeps those of its basic authentication).

  add      add a user; asks for the password
  list     list the users
  show     show a user, and the names of their tokens
  remove   remove a user
  passwd   give a user a new password
  token    make a token, which is shown once, for a machine""",
    examples="""\
examples:
  s3pypi user add users.toml alice --role upload --projects 'acme-*'
  s3pypi user token users.toml alice --token-name ci --expires 90d
  pwgen -s 20 1 | s3pypi user add ssm:packages.example.com bob --password-stdin""",
    arguments=(
        Argument("action", metavar="ACTION", choices=_ACTIONS, help=", ".join(_ACTIONS)),
        Argument("store", metavar="STORE", help="a file such as users.toml, or ssm:HOST"),
        Argument("name", metavar="NAME", nargs="?", help="the user's name"),
        Argument("--role", choices=_ROLES, metavar="ROLE", help="read (the default), upload or admin; with add"),
        Argument(
            "--projects",
            metavar="PATTERN",
            action="append",
            default=[],
            help="only projects of such names; may be repeated; with add",
        ),
        Argument("--overwrite", action="store_true", help="replace a user of that name; with add"),
        Argument("--password-stdin", action="store_true", help="read the password from stdin", group="passwords"),
        Argument(
            "--random-password", type=int, metavar="N", help="make one of N characters, and show it", group="passwords"
        ),
        Argument("--no-password", action="store_true", help="tokens alone", group="passwords"),
        Argument(
            "--salt-nbytes",
            type=int,
            metavar="N",
            default=_SALT,
            help=f"bytes of salt (default: {_SALT})",
            group="passwords",
        ),
        Argument("--token-name", metavar="NAME", default="token", help="what the token is called", group="tokens"),
        Argument("--expires", metavar="WHEN", help="such as 90d, 12h or 2027-01-31", group="tokens"),
    ),
    settings=CONNECTION - {"endpoint-url", "no-sign-request"},
    titles={"connection to S3": "credentials for ssm:"},
    answers=True,
    check=_check,
    run=_user,
)
