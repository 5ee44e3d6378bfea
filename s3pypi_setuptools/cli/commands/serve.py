"""``s3pypi serve [TARGET]``: the repository over HTTP, for installers, upload tools and people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...config.options import CONNECTION, SERVICE
from ...errors import MissingPackage
from ..command import TARGET, Call, Command
from ..options import CHANGING
from ..render.output import Output

if TYPE_CHECKING:
    from ...server.options import ServiceOptions

__all__ = ["SERVE"]


@dataclass(frozen=True, slots=True)
class ServeReport:
    """What was served."""

    target: str


def _serve(call: Call) -> Output:
    try:
        from ...server.options import options_of  # noqa: PLC0415 - an extra
        from ...server.run import run  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise MissingPackage.of(error.name or "uvicorn", "server") from error
    options = options_of(call.settings)

    def started(url: str) -> None:
        for line in _lines(call, options, url):
            call.terminal.remark(line)

    run(call.repository, call.settings.service, options, started=started)
    return Output(report=ServeReport(call.repository.target), lines=[])


def _lines(call: Call, options: ServiceOptions, url: str) -> list[str]:
    """What people want to know once the service answers."""
    users = "no users" if options.users is None else f"users of {options.users.where}"
    return [
        f"serving {call.repository.target}",
        f"index   {url}/simple/    ({'anybody reads' if options.anonymous_read else f'{users} read'})",
        f"upload  {url}/legacy/    ({'anybody uploads' if options.anonymous_upload else f'{users} upload'})",
        f"pages   {url}/",
        *([f"unknown projects are looked up at {options.fallback}"] if options.fallback else []),
    ]


SERVE = Command(
    program="s3pypi serve",
    usage="[TARGET] [--users STORE] [--host ADDRESS] [--port PORT] [options]",
    description="""\
Serve the repository over HTTP: pages and files for installers, uploads by twine and its like, and pages for people. The
repository is all that it keeps, so any number of services, builds and commands may work on it at once. On this machine
(127.0.0.1) everybody may read and upload unless there are users; beyond it, say with --users or --anonymous-read who
may. Ctrl-C or SIGTERM end it, after uploads that are under way.""",
    examples="""\
examples:
  s3pypi serve ./repo                                            try it on this machine
  s3pypi user add users.toml alice --role upload                 make a user
  s3pypi serve s3://bucket/simple --users users.toml             let users read and upload
  s3pypi serve s3://bucket --fallback pip --reserved 'acme-*'    one index URL for private and public projects

Exit status: 0 it was ended, 1 it cannot start, 2 the command line is wrong.""",
    arguments=(TARGET,),
    settings=CHANGING | SERVICE | CONNECTION,
    json=False,
    run=_serve,
)
