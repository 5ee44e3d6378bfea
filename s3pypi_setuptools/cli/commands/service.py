"""``s3pypi serve`` and ``exec``: the repository over HTTP, for everybody or for one command."""

from __future__ import annotations

import argparse
import os
import threading
from typing import TYPE_CHECKING

from ...config.options import CONNECTION, SERVICE
from ...errors import Error, RepositoryError, UsageError, needs_extra
from ..command import TARGET, Argument, Call, Command
from ..options import CHANGING, READING, resolved
from ..render.output import Output

if TYPE_CHECKING:
    from ...config.settings import Settings
    from ...server.options import ServiceOptions


def _resolve(arguments: argparse.Namespace) -> Settings:
    from ...config.elasticpypi import with_elasticpypi  # noqa: PLC0415

    return with_elasticpypi(resolved(arguments), os.environ)


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
    return Output()


def _look(call: Call) -> None:
    """Warn if the repository cannot be read, before the first request; the service runs in any case."""
    try:
        _require_repository(call)
    except RepositoryError as error:
        call.terminal.warning(str(error))  # requests do not fail: the first upload makes a repository
    except Error as error:
        call.terminal.warning(f"{error}; requests fail until that is fixed")


def _require_repository(call: Call) -> None:
    """Raise `RepositoryError` if there is no repository, neither of ours nor of another tool."""
    if not call.repository.reader().probe():
        call.repository.names()


def _lines(call: Call, options: ServiceOptions, url: str) -> list[str]:
    """The lines that are printed once the service answers: its URLs, and who may use them."""
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


def _check(arguments: argparse.Namespace) -> None:
    if not arguments.passed_on:
        raise UsageError("give the command to run after --, such as: s3pypi exec -- pip install demo")


def _exec(call: Call) -> Output:
    with needs_extra("server"):
        from ...server.exec import run_beside  # noqa: PLC0415
    _require_repository(call)  # an installer would only say that it finds nothing
    status = run_beside(call.repository, call.settings, call.arguments.passed_on, extra=call.arguments.extra)
    return Output(status=status)


EXEC = Command(
    program="s3pypi exec",
    usage="[TARGET] [--extra] [options] -- COMMAND...",
    description="""\
Run a command that installs from the repository with pip, uv, pdm or pipenv. It may also be a tool that calls them. For
poetry, name the source http://127.0.0.1:PORT/simple/ in pyproject.toml, and give the same port with --port.

While the command runs, a service for it alone listens on this machine and reads the bucket with your AWS credentials.
The exit status is the command's.""",
    examples="""\
examples:
  s3pypi exec -- pip install demo                          from the configured target
  s3pypi exec s3://bucket/simple -- uv sync
  s3pypi exec --port 8642 -- poetry install                the same URLs in lock files each time
  s3pypi exec --fallback pip -- pip install demo requests  public projects from the index of pip""",
    arguments=(
        TARGET,
        Argument("--extra", action="store_true", help="use the repository in addition to the configured indexes"),
    ),
    settings={*READING, *CONNECTION, "port", "fallback", "reserved"},
    json=False,
    passes_on=True,
    check=_check,
    run=_exec,
)
