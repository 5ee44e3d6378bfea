"""``s3pypi status PROJECT STATUS``: set a project's status marker."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..confirmation import add_change_options
from ..options import PUBLISHING, add_settings, given
from ..parser import ArgumentParser, add_output_options
from ..terminal import Terminal

if TYPE_CHECKING:
    from ...app.contents import StatusReport

__all__ = ["parser", "run"]

STATUSES = ("active", "archived", "quarantined", "deprecated")

_DESCRIPTION = """\
Set a project's status (PEP 792), which installers may show:

  active       as any project; the default
  archived     takes no more uploads
  quarantined  takes no uploads, and installers are offered none of its files
  deprecated   obsolete; works as before"""

_EXAMPLES = """\
examples:
  s3pypi status demo deprecated --reason "use demo-ng"
  s3pypi status demo active"""


def parser() -> argparse.ArgumentParser:
    """The parser of its arguments."""
    made = ArgumentParser(
        "s3pypi status",
        usage="s3pypi status PROJECT STATUS [--reason TEXT] [--target TARGET] [options]",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
    )
    what = made.add_argument_group("what")
    what.add_argument("project", metavar="PROJECT", help="the project's name")
    what.add_argument("status", metavar="STATUS", choices=STATUSES, help=", ".join(STATUSES))
    what.add_argument("--reason", metavar="TEXT", help="why, for people")
    add_settings(made, without=PUBLISHING)
    add_change_options(made)
    add_output_options(made)
    return made


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Set it; the exit status."""
    from ...app import contents  # noqa: PLC0415
    from ...config.resolve import resolve  # noqa: PLC0415

    overseer = terminal.account.begin("set the status of")
    settings = resolve(command_line=given(arguments))
    terminal.warnings(settings.notes)
    report = contents.set_status(
        settings,
        arguments.project,
        contents.Status(arguments.status),
        reason=arguments.reason,
        dry_run=arguments.dry_run,
        overseer=overseer,
    )
    return terminal.show(report, _lines(report))


def _lines(report: StatusReport) -> Iterator[str]:
    done = "present" if not report.changed else "would set" if report.dry_run else "set"
    yield f"{done} {report.project} {report.status.value}{f'  {report.reason}' if report.reason else ''}"
