"""``s3pypi status PROJECT [STATUS]``: show a project's status marker, or set it."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from ...errors import UsageError
from ..command import DRY_RUN, PROJECT, Argument, Call, Command
from ..options import CHANGING
from ..render.output import Output

if TYPE_CHECKING:
    from ...operations.listing import ProjectReport
    from ...operations.status import StatusReport

__all__ = ["STATUS"]

_STATUSES = ("active", "archived", "quarantined", "deprecated")


def _check(arguments: argparse.Namespace) -> None:
    if arguments.status is None and arguments.reason is not None:
        raise UsageError("--reason goes with a STATUS to set: " + ", ".join(_STATUSES))


def _status(call: Call) -> Output:
    arguments = call.arguments
    if arguments.status is None:
        call.terminal.quiet = False  # the status is what was asked for
        project = call.repository.show(arguments.project)
        return Output(report=project, lines=[_line(project.name, project)])
    call.terminal.journal.begin("set the status of")
    report = call.repository.set_status(
        arguments.project,
        arguments.status,
        reason=arguments.reason,
        dry_run=arguments.dry_run,
        monitor=call.monitor,
    )
    done = "present" if not report.changed else "would set" if report.dry_run else "set"
    return Output(report=report, lines=[f"{done} {_line(report.project, report)}"])


def _line(project: str, report: ProjectReport | StatusReport) -> str:
    return f"{project} {report.status.value}{f'  {report.reason}' if report.reason else ''}"


STATUS = Command(
    program="s3pypi status",
    usage="PROJECT [STATUS] [--reason TEXT] [--target TARGET] [options]",
    description="""\
Show or set a project's status (PEP 792), which installers may show to users:

  active       takes uploads, and is installed; the default
  archived     takes no more uploads
  quarantined  takes no uploads, and installers are offered none of its files
  deprecated   obsolete; works as before""",
    examples="""\
examples:
  s3pypi status demo                                   show it
  s3pypi status demo deprecated --reason "use demo-ng"
  s3pypi status demo active""",
    arguments=(
        PROJECT,
        Argument("status", metavar="STATUS", nargs="?", choices=_STATUSES, help=", ".join(_STATUSES)),
        Argument("--reason", metavar="TEXT", help="the reason, which installers may show"),
    ),
    settings=CHANGING,
    dry_run=DRY_RUN,
    takes_yes=True,
    check=_check,
    run=_status,
)
