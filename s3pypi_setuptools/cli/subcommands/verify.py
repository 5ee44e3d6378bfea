"""``s3pypi verify [PROJECT…]``: hold a repository's records against what it holds."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...monitor import Monitor
from ...text import counted
from ..count_bar import count_bar
from ..options import READING, add_settings, given
from ..parser import ArgumentParser, add_output_options
from ..terminal import Terminal

if TYPE_CHECKING:
    from ...operations.verify.verify import VerifyReport

__all__ = ["parser", "run"]

_DESCRIPTION = """\
Verify that everything listed is there, that nothing else is, and that the pages say what the records say. Nothing is
written. One listing tells of all files; their sizes, times and noted hashes are compared, and what looks overwritten is
looked at. With --deep every file is read, and its hash compared, and wheels' metadata files with the wheels.

A line for each finding, and one at the end: PROBLEM KEY: what is the matter, and what to do."""

_EXAMPLES = """\
examples:
  s3pypi verify                      the whole repository
  s3pypi verify demo other --deep    two projects, reading every file
  s3pypi verify --json               for programs

Exit status: 0 all is well, 1 something was found, 2 the command line is wrong."""


def parser() -> argparse.ArgumentParser:
    """The parser of its arguments."""
    made = ArgumentParser(
        "s3pypi verify",
        usage="s3pypi verify [PROJECT...] [--deep] [--target TARGET] [options]",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
    )
    what = made.add_argument_group("what")
    what.add_argument("projects", metavar="PROJECT", nargs="*", help="only these projects (default: all)")
    what.add_argument("--deep", action="store_true", help="read every file, and compare its hash")
    add_settings(made, only=READING)
    add_output_options(made)
    return made


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Verify; the exit status."""
    from ...api import PackageRepository  # noqa: PLC0415
    from ...config.resolve import resolve  # noqa: PLC0415

    settings = resolve(command_line=given(arguments))
    terminal.use(settings)
    with count_bar(terminal, "Verifying", "files") as count:
        report = PackageRepository(settings).verify(
            *arguments.projects, deep=arguments.deep, monitor=Monitor(count=count)
        )
    found, verdict = [*_findings(report)], _verdict(report)
    return terminal.show(report, [*found, *_pending(report), verdict], failures=[*found, verdict])


def _findings(report: VerifyReport) -> Iterator[str]:
    for finding in report.findings:
        about = f" ({finding.project})" if finding.project and f"/{finding.project}/" not in f"/{finding.key}" else ""
        yield f"{finding.problem.value} {finding.key}{about}: {finding.detail}"


def _pending(report: VerifyReport) -> Iterator[str]:
    if report.pending:
        yield f"pending {counted(report.pending, 'object')} that a publisher has stored of late and not listed yet"


def _verdict(report: VerifyReport) -> str:
    looked_at = f"{counted(report.projects, 'project')}, {counted(report.files, 'file')}"
    found = counted(len(report.findings), "finding") if report.findings else "all is well"
    return f"verified {looked_at}{' (read all)' if report.deep else ''}: {found}"
