"""``s3pypi user ACTION STORE [NAME]``: the users of a service."""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from ...config.options import CONNECTION
from ...errors import NotListed, UsageError, needs_extra
from ..command import Argument, Call, Command
from ..passwords import SALT_BYTES, asks, check_password_options, password_of
from ..render.columns import columns, time_text
from ..render.output import Output

if TYPE_CHECKING:
    from ...server.users import User, UserStore

__all__ = ["USER"]

_ACTIONS = ("add", "list", "show", "remove", "passwd", "token")
_ROLES = ("read", "upload", "admin")
_LIFETIME = re.compile(r"(\d{1,4})(d|h|w)")
_HOURS = {"h": 1, "d": 24, "w": 24 * 7}
_PASSWORDS = "user add, user passwd"
_OF_PASSWORDS = ("add", "passwd")
_ONLY_WITH = {
    "role": ("add",),
    "projects": ("add",),
    "overwrite": ("add",),
    "password_stdin": _OF_PASSWORDS,
    "random_password": _OF_PASSWORDS,
    "no_password": _OF_PASSWORDS,
    "salt_nbytes": _OF_PASSWORDS,
    "token_name": ("token",),
    "expires": ("token",),
    "remove": ("token",),
}
"""The actions that an option is for."""


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
    if name is not None and not _is_name(name):
        raise UsageError(
            f"{name!r} is no name of a user: it may hold no ':', begin or end with no space, and not begin with '__'"
        )
    for attribute, actions in _ONLY_WITH.items():
        if action not in actions and getattr(arguments, attribute) not in (None, False, []):
            option = attribute.replace("_", "-")
            raise UsageError(f"--{option} goes with user {' and user '.join(actions)}, not with user {action}")
    check_password_options(arguments)
    if arguments.remove and arguments.expires:
        raise UsageError("give one of --remove and --expires")


def _is_name(name: str) -> bool:
    return bool(name) and name.isprintable() and ":" not in name and name == name.strip() and not name.startswith("__")


def _user(call: Call) -> Output:
    with needs_extra("server"):
        from ...server.user_stores import existing_users, open_users  # noqa: PLC0415
    arguments = call.arguments
    opened = existing_users if arguments.action == "list" else open_users
    store = opened(arguments.store, call.settings)
    return _WORK[arguments.action](call, store)


def _list(call: Call, store: UserStore) -> Output:
    del call
    rows = tuple(map(_row, store.users().values()))
    lines = columns([(row.name, row.role, ",".join(row.projects), _credentials(row)) for row in rows])
    return Output(report=UsersReport(store.where, rows), lines=lines)


def _show(call: Call, store: UserStore) -> Output:
    name = call.arguments.name
    row = _row(_existing(store.find(name), store, name))
    lines = [f"{row.name} {row.role} {','.join(row.projects)} {_credentials(row)}"]
    for token in row.tokens:
        expires = f", expires {time_text(token.expires)}" if token.expires else ""
        lines.append(f"  token {token.name}, made {time_text(token.created)}{expires}")
    return Output(report=UsersReport(store.where, (row,)), lines=lines)


def _add(call: Call, store: UserStore) -> Output:
    from ...server.users import Role, User, exists_already  # noqa: PLC0415

    arguments = call.arguments
    if asks(arguments) and not arguments.overwrite and store.find(arguments.name) is not None:
        raise exists_already(store.where, arguments.name)
    role, projects = Role.named(arguments.role or "read"), tuple(arguments.projects) or ("*",)
    password = password_of(arguments)
    user = User(arguments.name, role, projects, password.record)
    store.add(user, overwrite=arguments.overwrite)
    return _with_secret(call, store, user, f"added {user.name}", password.shown)


def _passwd(call: Call, store: UserStore) -> Output:
    name = call.arguments.name
    if asks(call.arguments):
        _existing(store.find(name), store, name)
    password = password_of(call.arguments)
    user = _existing(store.change(name, lambda before: replace(before, password=password.record)), store, name)
    return _with_secret(call, store, user, f"changed the password of {name}", password.shown)


def _remove(call: Call, store: UserStore) -> Output:
    name = call.arguments.name
    if not store.remove(name):
        raise _no_user(store, name)
    return Output(report=UsersReport(store.where, ()), lines=[f"removed {name}"])


def _token(call: Call, store: UserStore) -> Output:
    from ...server.password_records import new_token, token_record  # noqa: PLC0415
    from ...server.users import Token  # noqa: PLC0415

    arguments = call.arguments
    name, token_name = arguments.name, arguments.token_name or "token"
    if arguments.remove:
        found = _existing(store.find(name), store, name)
        if token_name not in {token.name for token in found.tokens}:
            raise NotListed(f"{store.where}: {name} has no token {token_name}")
        user = _existing(store.change(name, lambda before: before.without_token(token_name)), store, name)
        return _with_secret(call, store, user, f"removed the token {token_name} of {name}", None)
    now = datetime.now(timezone.utc).replace(microsecond=0)
    secret = new_token(name)
    token = Token(token_name, token_record(secret), now, _expiry(arguments.expires, now))
    user = _existing(store.change(name, lambda before: before.with_token(token)), store, name)
    until = f", valid until {time_text(token.expires)}" if token.expires else ""
    return _with_secret(call, store, user, f"made the token {token.name} of {name}{until}", secret)


def _with_secret(call: Call, store: UserStore, user: User, done: str, secret: str | None) -> Output:
    report = UsersReport(store.where, (_row(user),), secret)
    if secret is None:
        return Output(report=report, lines=[done])
    call.terminal.remark(f"{done}; it is shown only once:")
    return Output(report=report, lines=[secret])


def _existing(user: User | None, store: UserStore, name: str) -> User:
    if user is None:
        raise _no_user(store, name)
    return user


def _no_user(store: UserStore, name: str) -> NotListed:
    return NotListed(f"{store.where}: there is no user {name}")


def _expiry(text: str | None, now: datetime) -> datetime | None:
    if text is None:
        return None
    if match := _LIFETIME.fullmatch(text):
        end = now + timedelta(hours=int(match[1]) * _HOURS[match[2]])
    else:
        try:
            end = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=timezone.utc) + timedelta(days=1)
        except (ValueError, OverflowError):
            raise UsageError(f"--expires takes a time such as 90d, 12h or 2027-01-31, not {text!r}") from None
    if end <= now:
        raise UsageError(f"--expires {text}: that is over already")
    return end


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
Manage the users of a service. They are kept in a file that this command makes, or in AWS Systems Manager (ssm:HOST,
where s3pypi's Terraform configuration keeps the users of its basic authentication).

  add      add a user; asks for the password
  list     list the users
  show     show a user, and the names of their tokens
  remove   remove a user
  passwd   give a user a new password
  token    make a token for a machine, which is shown once, or remove one""",
    examples="""\
examples:
  s3pypi user add users.toml alice --role upload --projects 'acme-*'
  s3pypi user token users.toml alice --token-name ci --expires 90d
  s3pypi user token users.toml alice --token-name ci --remove
  pwgen -s 20 1 | s3pypi user add ssm:pkg.example.com bob --password-stdin""",
    arguments=(
        Argument("action", metavar="ACTION", choices=_ACTIONS, help=", ".join(_ACTIONS)),
        Argument("store", metavar="STORE", help="a file such as users.toml or users.json, or ssm:HOST"),
        Argument("name", metavar="NAME", nargs="?", help="the user's name"),
        Argument(
            "--role", choices=_ROLES, metavar="ROLE", help="read, upload or admin (default: read)", group="user add"
        ),
        Argument(
            "--projects",
            metavar="PATTERN",
            action="append",
            default=[],
            help="only projects with such names, for example 'acme-*'; may be repeated",
            group="user add",
        ),
        Argument("--overwrite", action="store_true", help="replace a user of that name", group="user add"),
        Argument("--password-stdin", action="store_true", help="read the password from stdin", group=_PASSWORDS),
        Argument(
            "--random-password",
            type=int,
            metavar="N",
            help="make a password of N characters, and print it",
            group=_PASSWORDS,
        ),
        Argument("--no-password", action="store_true", help="no password: only tokens", group=_PASSWORDS),
        Argument(
            "--salt-nbytes", type=int, metavar="N", help=f"bytes of salt (default: {SALT_BYTES})", group=_PASSWORDS
        ),
        Argument("--token-name", metavar="NAME", help="the name of the token (default: token)", group="user token"),
        Argument(
            "--expires",
            metavar="WHEN",
            help="when the token expires, such as 90d, 12h or 2027-01-31 (default: never)",
            group="user token",
        ),
        Argument("--remove", action="store_true", help="remove the token of that name", group="user token"),
    ),
    settings=CONNECTION - {"endpoint-url", "no-sign-request", "region"},
    titles={"connection to S3": "credentials for ssm:HOST"},
    answers=True,
    check=_check,
    run=_user,
)
