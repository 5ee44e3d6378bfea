"""``s3pypi status PROJECT [STATUS]``: show a project's status marker, or set it."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...errors import UsageError
from ...monitor import Monitor
from ..confirmation import add_change_options
from ..options import PUBLISHING, add_settings, given
from ..parser import ArgumentParser, add_output_options
from ..terminal import Terminal

if TYPE_CHECKING:
    from ...index.model import Status
    from ...operations.status import StatusReport

__all__ = ["parser", "run"]

STATUSES = ("active", "archived", "quarantined", "deprecated")

_DESCRIPTION = """\
Show a project's status (PEP 792), which installers may show, or set it:

  active       as any project; the default
  archived     takes no more uploads
  quarantined  takes no uploads, and installers are offered none of its files
  deprecated   obsolete; works as before"""

_EXAMPLES = """\
examples:
  s3pypi status demo                                        show it
  s3pypi status demo deprecated --reason "use demo-ng"
  s3pypi status demo active"""


def parser() -> argparse.ArgumentParser:
    """The parser of its arguments."""
    made = ArgumentParser(
        "s3pypi status",
        usage="s3pypi status PROJECT [STATUS] [--reason TEXT] [--target TARGET] [options]",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
    )
    what = made.add_argument_group("what")
    what.add_argument("project", metavar="PROJECT", help="the project's name")
    what.add_argument("status", metavar="STATUS", nargs="?", choices=STATUSES, help=", ".join(STATUSES))
    what.add_argument("--reason", metavar="TEXT", help="why, for people")
    add_settings(made, without=PUBLISHING)
    add_change_options(made)
    add_output_options(made)
    return made


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Show or set it; the exit status."""
    if arguments.status is None and arguments.reason is not None:
        raise UsageError("--reason goes with a STATUS to set: " + ", ".join(STATUSES))
    from ...api import PackageRepository  # noqa: PLC0415
    from ...config.resolve import resolve  # noqa: PLC0415

    settings = resolve(command_line=given(arguments))
    terminal.use(settings)
    repository = PackageRepository(settings)
    if arguments.status is None:
        terminal.quiet = False  # the status is all there is to say
        project = repository.show(arguments.project)
        return terminal.show(project, [_line(project.name, project.status, project.reason)])
    observer = terminal.account.begin("set the status of")
    report = repository.set_status(
        arguments.project,
        arguments.status,
        reason=arguments.reason,
        dry_run=arguments.dry_run,
        monitor=Monitor(observer=observer),
    )
    return terminal.show(report, _lines(report))


def _lines(report: StatusReport) -> Iterator[str]:
    done = "present" if not report.changed else "would set" if report.dry_run else "set"
    yield f"{done} {_line(report.project, report.status, report.reason)}"


def _line(project: str, status: Status, reason: str | None) -> str:
    return f"{project} {status.value}{f'  {reason}' if reason else ''}"
