# ruff: noqa: N999 (the command's own name)
"""``s3pypi import``: adopt a repository that another tool made."""

from __future__ import annotations

import argparse

from ...monitor import Monitor
from ..confirmation import add_change_options
from ..import_lines import import_lines
from ..options import PUBLISHING
from ..parser import ArgumentParser, add_output_options
from ..terminal import Terminal
from ..two_targets import add_strays, add_two_targets, source_settings, target_settings

__all__ = ["parser", "run"]

_DESCRIPTION = """\
Adopt what s3pypi, ilabs.s3util, pypiprivate or elasticpypi stored, in place or from another target.

Every file goes to the project that its own metadata names. Hashes, sizes, requires-python and metadata files that are
missing are filled in, by reading the files. No file is overwritten, moved or deleted: one that lies in no folder of its
project is copied there."""

_EXAMPLES = """\
examples:
  s3pypi import -t s3://packages/simple --dry-run             say what would be adopted, in place
  s3pypi import -t s3://packages/simple                       adopt it
  s3pypi import demo --from s3://old-bucket --to s3://new     one project, into a new repository

Exit status: 0 all is listed, 1 something failed, 2 the command line is wrong."""


def parser() -> argparse.ArgumentParser:
    """The parser of its arguments."""
    made = ArgumentParser(
        "s3pypi import",
        usage="s3pypi import [PROJECT...] [--from TARGET] --to TARGET [options]",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
    )
    made.add_argument_group("what").add_argument(
        "projects", metavar="PROJECT", nargs="*", help="only these projects (default: all)"
    )
    add_strays(made)
    add_two_targets(made, without=PUBLISHING)
    add_change_options(made)
    add_output_options(made)
    made.set_defaults(elsewhere=False)
    return made


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Import; the exit status."""
    observer = terminal.account.begin("listed")
    target = target_settings(arguments)
    source = source_settings(arguments)
    terminal.use(target, source)

    from ...api import PackageRepository  # noqa: PLC0415
    from ...operations.transfer.report import ImportOutcome  # noqa: PLC0415

    with terminal.progress() as progress:
        destination = PackageRepository(target)
        report = destination.import_from(
            PackageRepository(source, beside=destination) if source else None,
            projects=arguments.projects,
            strays=arguments.strays,
            elsewhere=arguments.elsewhere,
            dry_run=arguments.dry_run,
            monitor=Monitor(progress, observer=observer),
        )
    status = terminal.show(report, import_lines(report))
    for file in report.files:
        if file.outcome is ImportOutcome.FAILED:
            terminal.error(f"{file.source}: {file.note}")
        elif file.note is not None:
            terminal.warning(f"{file.source}: {file.outcome.value}: {file.note}")
    for folder in report.folders_left:
        terminal.warning(f"{folder}/ is no project's folder; its files are listed from copies, and it can go")
    return status
