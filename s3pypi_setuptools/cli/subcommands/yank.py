"""``s3pypi yank PROJECT VERSION``: mark files as ones that installers should avoid."""

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
    from ...operations.yank import YankReport

__all__ = ["check", "lines", "parser", "run", "yank_parser"]

_DESCRIPTION = """\
Mark a version, or single files, as yanked (PEP 592): installers take it only where it is pinned exactly, and show the
reason. Nothing is deleted; 's3pypi unyank' takes the mark off."""

_EXAMPLES = """\
examples:
  s3pypi yank demo 1.0 --reason "broken on Windows"
  s3pypi yank demo --file demo-1.0-py3-none-any.whl"""


def parser() -> argparse.ArgumentParser:
    """The parser of its arguments."""
    made = yank_parser("yank", _DESCRIPTION, _EXAMPLES)
    made.add_argument_group("why").add_argument(
        "--reason", metavar="TEXT", help="shown by installers; a mark that is there keeps its reason without this"
    )
    return made


def yank_parser(verb: str, description: str, examples: str) -> argparse.ArgumentParser:
    """A parser of what ``yank`` and ``unyank`` take both."""
    made = ArgumentParser(
        f"s3pypi {verb}",
        usage=f"s3pypi {verb} PROJECT (VERSION | --file NAME...) [--target TARGET] [options]",
        description=description,
        epilog=examples,
    )
    what = made.add_argument_group("what")
    what.add_argument("project", metavar="PROJECT", help="the project's name")
    what.add_argument("release", metavar="VERSION", nargs="?", help="all files of this version")
    what.add_argument(
        "--file", dest="filenames", metavar="NAME", action="append", default=[], help="this file; may be repeated"
    )
    add_settings(made, without=PUBLISHING)
    add_change_options(made)
    add_output_options(made)
    return made


def check(arguments: argparse.Namespace) -> None:
    """Raise `UsageError` unless the command line names either a version or files."""
    if (arguments.release is None) == (not arguments.filenames):
        raise UsageError("say which files: a VERSION, or --file NAME")


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Mark; the exit status."""
    from ...api import PackageRepository  # noqa: PLC0415
    from ...config.resolve import resolve  # noqa: PLC0415

    check(arguments)
    observer = terminal.account.begin("yanked")
    settings = resolve(command_line=given(arguments))
    terminal.use(settings)
    report = PackageRepository(settings).yank(
        arguments.project,
        arguments.release,
        filenames=arguments.filenames,
        reason=arguments.reason,
        dry_run=arguments.dry_run,
        monitor=Monitor(observer=observer),
    )
    return terminal.show(report, lines(report, "yank"))


def lines(report: YankReport, verb: str) -> Iterator[str]:
    """A line a file: ``yanked FILENAME  REASON``; ``already yanked`` or ``not yanked`` where nothing changes."""
    done = f"would {verb}" if report.dry_run else f"{verb}ed"
    for file in report.files:
        reason = f"  {file.yanked}" if file.yanked else ""
        unchanged = "not yanked" if file.yanked is None else "already yanked"
        yield f"{done if file.changed else unchanged} {file.filename}{reason}"
