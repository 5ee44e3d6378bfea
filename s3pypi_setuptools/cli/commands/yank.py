"""``s3pypi yank`` and ``unyank PROJECT VERSION``: mark files as ones that installers should avoid."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from ...errors import UsageError
from ..command import DRY_RUN, FILENAMES, PROJECT, VERSION, Argument, Call, Command
from ..options import CHANGING
from ..render.output import Output

if TYPE_CHECKING:
    from ...operations.yank import YankReport

__all__ = ["UNYANK", "YANK"]


def _check(arguments: argparse.Namespace) -> None:
    if (arguments.release is None) == (not arguments.filenames):
        raise UsageError("say which files: a VERSION, or --file NAME")


def _yank(call: Call, *, undo: bool) -> Output:
    arguments, repository = call.arguments, call.repository
    change = repository.unyank if undo else partial(repository.yank, reason=arguments.reason)
    report = change(
        arguments.project,
        arguments.release,
        filenames=arguments.filenames,
        dry_run=arguments.dry_run,
        monitor=call.monitor,
    )
    return Output(report=report, lines=_lines(report, "unyank" if undo else "yank"))


def _lines(report: YankReport, word: str) -> Iterator[str]:
    """A line a file: ``yanked FILENAME  REASON``; ``already yanked`` or ``not yanked`` where nothing changes."""
    done = f"would {word}" if report.dry_run else f"{word}ed"
    for file in report.files:
        reason = f"  {file.yanked}" if file.yanked else ""
        unchanged = "not yanked" if file.yanked is None else "already yanked"
        yield f"{done if file.changed else unchanged} {file.filename}{reason}"


YANK = Command(
    program="s3pypi yank",
    usage="PROJECT (VERSION | --file NAME...) [--target TARGET] [options]",
    description="""\
Mark a version, or single files, as yanked (PEP 592): installers use it only where it is pinned exactly, and show the
reason. Nothing is deleted; 's3pypi unyank' undoes it.""",
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
    run=partial(_yank, undo=False),
)
UNYANK = YANK._replace(
    program="s3pypi unyank",
    description="Undo 's3pypi yank' for a version, or for single files (PEP 592).",
    examples="examples:\n  s3pypi unyank demo 1.0",
    arguments=(PROJECT, VERSION, FILENAMES),
    done="unyanked",
    run=partial(_yank, undo=True),
)
