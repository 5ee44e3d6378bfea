"""``s3pypi user ACTION STORE [NAME]``: the users of a service."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import TYPE_CHECKING

from ...config.options import CONNECTION
from ...errors import NotListed, UsageError, needs_extra
from ...tables import Column
from ..command import Argument, Call, Command
from ..passwords import SALT_BYTES, asks, check_password_options, password_of
from ..render.columns import listing, time_text
from ..render.output import Output

if TYPE_CHECKING:
    from ...server.users import User, UserStore

_ACTIONS = ("add", "list", "show", "remove", "passwd", "token")
_ROLES = ("read", "upload", "admin")
_LIFETIME = re.compile(r"(\d{1,4})(d|h|w)")
_HOURS = {"h": 1, "d": 24, "w": 24 * 7}
_COLUMNS = tuple(Column(name, folds=True) for name in ("Name", "Role", "Projects", "Credentials"))
# The groups of the help are the actions that an option is for.
_added = partial(Argument, group="user add")
_password = partial(Argument, group="user add, user passwd")
_token_option = partial(Argument, group="user token")


def _check(arguments: argparse.Namespace) -> None:
    action, name = arguments.action, arguments.name
    if (name is None) != (action == "list"):
        raise UsageError(f"user {action} takes {'a STORE alone' if name else 'a STORE and a NAME'}")
    if name is not None and not _is_name(name):
        raise UsageError(
            f"{name!r} is no name of a user: it may hold no ':', begin or end with no space, and not begin with '__'"
        )
    for argument in USER.arguments:
        option, actions = argument.strings[0], argument.group.split(", ")
        value = getattr(arguments, option.removeprefix("--").replace("-", "_"))
        if actions != ["what"] and f"user {action}" not in actions and value not in (None, False, []):
            raise UsageError(f"{option} goes with {' and '.join(actions)}, not with user {action}")
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
    users = store.users().values()
    rows = [(user.name, _role(user), ",".join(user.projects), _credentials(user)) for user in users]
    return listing(_report(store, users), [store.where], _COLUMNS, rows)


def _show(call: Call, store: UserStore) -> Output:
    name = call.arguments.name
    user = _existing(store.find(name), store, name)
    lines = [f"{user.name} {_role(user)} {','.join(user.projects)} {_credentials(user) or '-'}"]
    for token in user.tokens:
        expires = f", expires {time_text(token.expires)}" if token.expires else ""
        lines.append(f"  token {token.name}, made {time_text(token.created)}{expires}")
    return Output(report=_report(store, [user]), lines=lines)


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
    return Output(report=_report(store, []), lines=[f"removed {name}"])


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
    report = _report(store, [user], secret)
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


def _report(store: UserStore, users: Iterable[User], secret: str | None = None) -> dict[str, object]:
    """Users of a store as ``--json`` shows them: without their passwords and tokens.

    :param secret: the password or token that was made; shown once.
    """
    rows = []
    for user in users:
        tokens = [{"name": one.name, "created": one.created, "expires": one.expires} for one in user.tokens]
        shown = {"name": user.name, "role": _role(user), "projects": user.projects}
        rows.append({**shown, "password": user.password is not None, "tokens": tokens})
    return {"store": store.where, "users": rows, "secret": secret}


def _role(user: User) -> str:
    return user.role.name.lower()


def _credentials(user: User) -> str | None:
    found = [*(["password"] if user.password is not None else []), *(f"token:{token.name}" for token in user.tokens)]
    return ",".join(found) or None


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
        _added("--role", choices=_ROLES, metavar="ROLE", help="read, upload or admin (default: read)"),
        _added(
            "--projects",
            metavar="PATTERN",
            action="append",
            default=[],
            help="only projects with such names, for example 'acme-*'; may be repeated",
        ),
        _added("--overwrite", action="store_true", help="replace a user of that name"),
        _password("--password-stdin", action="store_true", help="read the password from stdin"),
        _password("--random-password", type=int, metavar="N", help="make a password of N characters, and print it"),
        _password("--no-password", action="store_true", help="no password: only tokens"),
        _password("--salt-nbytes", type=int, metavar="N", help=f"bytes of salt (default: {SALT_BYTES})"),
        _token_option("--token-name", metavar="NAME", help="the name of the token (default: token)"),
        _token_option(
            "--expires", metavar="WHEN", help="when the token expires, such as 90d, 12h or 2027-01-31 (default: never)"
        ),
        _token_option("--remove", action="store_true", help="remove the token of that name"),
    ),
    settings=CONNECTION - {"endpoint-url", "no-sign-request", "region"},
    titles={"connection to S3": "credentials for ssm:HOST"},
    answers=True,
    check=_check,
    run=_user,
)
