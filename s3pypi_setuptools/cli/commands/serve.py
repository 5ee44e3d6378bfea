"""``s3pypi serve [TARGET]``: the repository over HTTP, for installers, upload tools and people."""

from __future__ import annotations

import argparse
import os
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...config.options import CONNECTION, SERVICE
from ...errors import Error, RepositoryError, needs_extra
from ..command import TARGET, Call, Command
from ..options import CHANGING, resolved
from ..render.output import Output

if TYPE_CHECKING:
    from ...config.settings import Settings
    from ...server.options import ServiceOptions

__all__ = ["SERVE"]


@dataclass(frozen=True, slots=True)
class ServeReport:
    """What was served."""

    target: str


def _resolve(arguments: argparse.Namespace) -> Settings:
    from ...config.elasticpypi import with_elasticpypi  # noqa: PLC0415

    return with_elasticpypi(resolved(arguments, arguments.place), os.environ)


def _serve(call: Call) -> Output:
    with needs_extra("server"):
        from ...server.options import options_of  # noqa: PLC0415
        from ...server.run import run  # noqa: PLC0415
    options = options_of(call.settings)

    def started(url: str) -> None:
        for line in _lines(call, options, url):
            call.terminal.remark(line)
        threading.Thread(target=_look, args=(call,), name="s3pypi-look", daemon=True).start()

    run(call.repository, call.settings.service, options, started=started)
    return Output(report=ServeReport(call.repository.target), lines=[])


def _look(call: Call) -> None:
    """Say what keeps the repository from being read, before somebody asks for it. The service runs in any case."""
    try:
        if not call.repository.reader().probe():
            call.repository.names()  # raises RepositoryError, unless another tool made the repository
    except RepositoryError as error:
        call.terminal.warning(str(error))  # requests do not fail: the first upload makes a repository
    except Error as error:
        call.terminal.warning(f"{error}; requests fail until that is fixed")


def _lines(call: Call, options: ServiceOptions, url: str) -> list[str]:
    """What people want to know once the service answers."""
    lines = [
        f"serving {call.repository.target}",
        f"index   {url}/simple/    ({_who(options, anybody=options.anonymous_read)} may read)",
        f"upload  {url}/legacy/    ({_who(options, anybody=options.anonymous_upload)} may upload)",
        f"pages   {url}/",
    ]
    if options.fallback:
        lines.append(f"unknown projects are looked up at {options.fallback}")
    return lines


def _who(options: ServiceOptions, *, anybody: bool) -> str:
    if anybody:
        return "anybody"
    if options.users is not None:
        return f"users of {options.users.where}"
    return "anybody on this machine" if options.open_locally else "nobody"


SERVE = Command(
    program="s3pypi serve",
    usage="[TARGET] [--users STORE] [--host ADDRESS] [--port PORT] [options]",
    description="""\
Serve the repository over HTTP: pages and files for installers, uploads by twine and similar tools, and pages for
people. The service keeps no data outside the repository, so any number of services, builds and commands may work on it
at once. On this machine (127.0.0.1), anybody may read and upload unless there are users; for other addresses, name
users with --users or give --anonymous-read. Ctrl-C or SIGTERM end it when uploads under way are finished.""",
    examples="""\
examples:
  s3pypi serve ./repo                                            try it on this machine
  s3pypi user add users.toml alice --role upload                 add a user
  s3pypi serve s3://bucket/simple --users users.toml             let users read and upload
  s3pypi serve s3://bucket --fallback pip --reserved 'acme-*'    one index URL for private and public projects

Exit status: 0 it was stopped, 1 it cannot start, 2 the command line is wrong.""",
    arguments=(TARGET,),
    settings=CHANGING | SERVICE | CONNECTION,
    json=False,
    resolve=_resolve,
    run=_serve,
)
