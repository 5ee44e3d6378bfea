"""``s3pypi exec [TARGET] -- COMMAND``: let an installer read a private bucket with the AWS credentials at hand."""

from __future__ import annotations

import argparse
from dataclasses import dataclass

from ...config.options import CONNECTION
from ...errors import UsageError, needs_extra
from ..command import TARGET, Argument, Call, Command
from ..options import READING
from ..render.output import Output

__all__ = ["EXEC"]


@dataclass(frozen=True, slots=True)
class ExecReport:
    """The exit status of the command that was run."""

    status: int


def _check(arguments: argparse.Namespace) -> None:
    if not arguments.passed_on:
        raise UsageError("give the command to run after --, such as: s3pypi exec -- pip install demo")


def _exec(call: Call) -> Output:
    with needs_extra("server"):
        from ...server.exec import run_beside  # noqa: PLC0415
    if not call.repository.reader().probe():  # an installer would only say that it finds nothing
        call.repository.names()  # raises RepositoryError, unless another tool made the repository
    status = run_beside(call.repository, call.settings, call.arguments.passed_on, extra=call.arguments.extra)
    return Output(report=ExecReport(status), lines=[], status=status)


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
