"""``s3pypi yank`` and ``unyank PROJECT VERSION``: mark files as ones that installers should avoid."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...errors import UsageError
from ..command import DRY_RUN, FILENAMES, PROJECT, VERSION, Argument, Call, Command
from ..options import CHANGING
from ..render.output import Output

if TYPE_CHECKING:
    from ...operations.yank import YankReport

__all__ = ["UNYANK", "YANK"]

_USAGE = "PROJECT (VERSION | --file NAME...) [--target TARGET] [options]"


def _check(arguments: argparse.Namespace) -> None:
    if (arguments.release is None) == (not arguments.filenames):
        raise UsageError("say which files: a VERSION, or --file NAME")


def _yank(call: Call) -> Output:
    arguments = call.arguments
    report = call.repository.yank(
        arguments.project,
        arguments.release,
        filenames=arguments.filenames,
        reason=arguments.reason,
        dry_run=arguments.dry_run,
        monitor=call.monitor,
    )
    return Output(report=report, lines=_lines(report, "yank"))


def _unyank(call: Call) -> Output:
    arguments = call.arguments
    report = call.repository.unyank(
        arguments.project,
        arguments.release,
        filenames=arguments.filenames,
        dry_run=arguments.dry_run,
        monitor=call.monitor,
    )
    return Output(report=report, lines=_lines(report, "unyank"))


def _lines(report: YankReport, verb: str) -> Iterator[str]:
    """A line a file: ``yanked FILENAME  REASON``; ``already yanked`` or ``not yanked`` where nothing changes."""
    done = f"would {verb}" if report.dry_run else f"{verb}ed"
    for file in report.files:
        reason = f"  {file.yanked}" if file.yanked else ""
        unchanged = "not yanked" if file.yanked is None else "already yanked"
        yield f"{done if file.changed else unchanged} {file.filename}{reason}"


YANK = Command(
    program="s3pypi yank",
    usage=_USAGE,
    description="""\
Mark a version, or single files, as yanked (PEP 592): installers use it only where it is pinned exactly, and show the
reason. Nothing is deleted; 's3pypi unyank' removes the mark.""",
    examples="""\
examples:
  s3pypi yank demo 1.0 --reason "broken on Windows"
  s3pypi yank demo --file demo-1.0-py3-none-any.whl""",
    arguments=(
        PROJECT,
        VERSION,
        FILENAMES,
        Argument(
            "--reason", metavar="TEXT", help="shown by installers; without it, a file that is yanked keeps its reason"
        ),
    ),
    settings=CHANGING,
    dry_run=DRY_RUN,
    takes_yes=True,
    done="yanked",
    check=_check,
    run=_yank,
)
UNYANK = Command(
    program="s3pypi unyank",
    usage=_USAGE,
    description="Remove the mark of 's3pypi yank' from a version, or from single files (PEP 592).",
    examples="examples:\n  s3pypi unyank demo 1.0",
    arguments=(PROJECT, VERSION, FILENAMES),
    settings=CHANGING,
    dry_run=DRY_RUN,
    takes_yes=True,
    done="unyanked",
    check=_check,
    run=_unyank,
)
