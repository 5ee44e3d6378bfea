"""``s3pypi promote PROJECT VERSION --from T1 --to T2``: list a version in another repository, too."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...errors import UsageError
from ...monitor import Monitor
from ..confirmation import add_change_options
from ..parser import ArgumentParser, add_output_options
from ..terminal import Terminal
from ..two_targets import add_two_targets, source_settings, target_settings

if TYPE_CHECKING:
    from ...operations.transfer.promote import PromoteReport

__all__ = ["parser", "run"]

_DESCRIPTION = """\
List all files of a version, as one repository lists them, in another one, too, in one step.

The same bytes under the same hashes, with metadata files, attestations and yanks. S3 copies by itself where both lie
on one service and are reached with the same credentials; otherwise the files pass through this machine."""

_EXAMPLES = """\
examples:
  s3pypi promote demo 1.0 --from s3://packages/staging --to s3://packages/simple
  s3pypi promote demo 1.0 --from staging --to prod --dry-run      names of [tool.s3pypi.targets]

Exit status: 0 the version is listed there, 1 something failed, 2 the command line is wrong."""


def parser() -> argparse.ArgumentParser:
    """The parser of its arguments."""
    made = ArgumentParser(
        "s3pypi promote",
        usage="s3pypi promote PROJECT VERSION --from TARGET --to TARGET [options]",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
    )
    what = made.add_argument_group("what")
    what.add_argument("project", metavar="PROJECT", help="the project's name")
    what.add_argument("release", metavar="VERSION", help="the version")
    add_two_targets(made)
    add_change_options(made)
    add_output_options(made)
    return made


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Promote; the exit status."""
    source = source_settings(arguments)
    if source is None:
        raise UsageError("say where the version is listed: --from TARGET")
    observer = terminal.account.begin("listed")
    target = target_settings(arguments)
    terminal.use(target, source)

    from ...api import PackageRepository  # noqa: PLC0415

    with terminal.progress() as progress:
        origin = PackageRepository(source)
        report = origin.promote(
            arguments.project,
            arguments.release,
            PackageRepository(target, beside=origin),
            dry_run=arguments.dry_run,
            monitor=Monitor(progress, observer=observer),
        )
    from ...reports import error_line  # noqa: PLC0415

    status = terminal.show(report, _lines(report))
    for file in report.files:
        if file.error is not None:
            terminal.error(error_line(file))
    for name in report.yanked:
        terminal.warning(f"{name} is yanked, there as in {report.source}")
    return status


def _lines(report: PromoteReport) -> Iterator[str]:
    from ...reports import file_line  # noqa: PLC0415

    for file in report.files:
        if file.error is None:
            yield file_line(file, report.dry_run)
