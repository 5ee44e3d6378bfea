"""``s3pypi publisher ACTION STORE [NAME]``: CI jobs that may upload to a service without a password."""

from __future__ import annotations

import argparse
import secrets
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from ...errors import NotListed, RepositoryError, UsageError, needs_extra
from ...tables import Column
from ..command import Argument, Call, Command
from ..render.columns import listing
from ..render.output import Output

if TYPE_CHECKING:
    from ...server.users import Publisher, Publishing, UserStore

_ACTIONS = ("add", "list", "remove")
_ISSUERS = {"github": "https://token.actions.githubusercontent.com", "gitlab": "https://gitlab.com"}
_KEY_BYTES = 48
_COLUMNS = tuple(Column(name, folds=True) for name in ("Name", "Issuer", "Claims", "Projects"))
_added = partial(Argument, group="publisher add")


def _check(arguments: argparse.Namespace) -> None:
    if (arguments.name is None) != (arguments.action == "list"):
        raise UsageError(
            f"publisher {arguments.action} takes {'a STORE alone' if arguments.name else 'a STORE and a NAME'}"
        )
    if arguments.action == "add":
        if not (arguments.issuer and arguments.claims and arguments.projects):
            raise UsageError("publisher add needs --issuer, --claim and --projects")
        if not all(name and value for name, _, value in (claim.partition("=") for claim in arguments.claims)):
            raise UsageError("--claim takes NAME=VALUE, such as repository=acme/tools")
        names = [claim.partition("=")[0] for claim in arguments.claims]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise UsageError(f"--claim {twice} is given twice; add one publisher for each value")
        if "://" not in arguments.issuer and arguments.issuer not in _ISSUERS:
            raise UsageError("--issuer takes github, gitlab, or the issuer's URL")


def _publisher(call: Call) -> Output:
    with needs_extra("server"):
        from ...server.user_stores import open_users  # noqa: PLC0415
        from ...server.users import Publisher  # noqa: PLC0415
    arguments = call.arguments
    store = open_users(arguments.store, call.settings)
    if arguments.action == "list":
        publishing = store.publishing()
        rows = [(one.name, one.issuer, _claims(one), ",".join(one.projects)) for one in publishing.publishers]
        return listing(_report(store, publishing), [store.where], _COLUMNS, rows)
    if arguments.action == "remove":
        publisher, done = None, f"removed {arguments.name}"
    else:
        claims = dict(claim.split("=", 1) for claim in arguments.claims)
        issuer = _ISSUERS.get(arguments.issuer, arguments.issuer)
        publisher = Publisher(arguments.name, issuer, claims, tuple(arguments.projects))
        done = f"added {arguments.name}"
    changed = store.change_publishing(lambda before: _changed(before, publisher, arguments, store.where))
    return Output(report=_report(store, changed), lines=[done])


def _report(store: UserStore, publishing: Publishing) -> dict[str, object]:
    return {"store": store.where, "audience": publishing.audience, "publishers": publishing.publishers}


def _changed(
    publishing: Publishing, publisher: Publisher | None, arguments: argparse.Namespace, where: str
) -> Publishing:
    """The publishers with ``publisher``, or without the named one.

    Raises `RepositoryError` for one that exists already, and `NotListed` for one that does not exist.
    """
    known = {one.name: one for one in publishing.publishers}
    if publisher is None:
        if known.pop(arguments.name, None) is None:
            raise NotListed(f"{where}: there is no publisher {arguments.name}")
    else:
        if publisher.name in known and not arguments.overwrite:
            raise RepositoryError(f"{where}: there is a publisher {publisher.name} already; pass --overwrite")
        known[publisher.name] = publisher
    return replace(
        publishing,
        publishers=tuple(known.values()),
        audience=arguments.audience or publishing.audience,
        key=publishing.key or secrets.token_urlsafe(_KEY_BYTES),
    )


def _claims(publisher: Publisher) -> str:
    return ",".join(f"{name}={value}" for name, value in publisher.claims.items())


PUBLISHER = Command(
    program="s3pypi publisher",
    usage="ACTION STORE [NAME] [options]",
    description="""\
Manage the publishers of a service: CI jobs that may upload without a password (Trusted Publishing). A publisher says
which claims the token of a job must have, and which projects the job may upload. Restart the service after the first
publisher is added.

  add      add a publisher
  list     list the publishers
  remove   remove a publisher""",
    examples="""\
examples:
  s3pypi publisher add users.toml tools --issuer github \\
      --claim repository=acme/tools --projects 'acme-tools*'
  s3pypi publisher list users.toml""",
    arguments=(
        Argument("action", metavar="ACTION", choices=_ACTIONS, help=", ".join(_ACTIONS)),
        Argument("store", metavar="STORE", help="a file such as users.toml"),
        Argument("name", metavar="NAME", nargs="?", help="the publisher's name"),
        _added("--issuer", metavar="ISSUER", help="github, gitlab, or the URL of another issuer"),
        _added(
            "--claim",
            dest="claims",
            metavar="NAME=VALUE",
            action="append",
            default=[],
            help="a claim that the token must have, such as repository=acme/tools; may be repeated",
        ),
        _added(
            "--projects",
            metavar="PATTERN",
            action="append",
            default=[],
            help="projects that it may upload, such as 'acme-*'; may be repeated",
        ),
        _added("--audience", metavar="TEXT", help="the audience that tokens must have (default: s3pypi)"),
        _added("--overwrite", action="store_true", help="replace a publisher of that name"),
    ),
    settings=(),
    answers=True,
    check=_check,
    run=_publisher,
)
