"""``s3pypi download PROJECT[==VERSION]``: the files of a version, verified by their hashes."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ...monitor import Monitor
from ..count_bar import count_bar
from ..options import READING, add_settings, given
from ..parser import ArgumentParser, add_output_options
from ..terminal import Terminal

if TYPE_CHECKING:
    from ...operations.download import DownloadReport

__all__ = ["parser", "run"]

_DESCRIPTION = """\
Download all files of a version into a folder, and verify each by the hash that the repository lists. AWS credentials
alone are needed, no server. Without a version: the newest that is neither yanked nor a pre-release.

A file appears under its name when it is complete. A file that is there with the same bytes is kept; with other bytes it
is an error."""

_EXAMPLES = """\
examples:
  s3pypi download demo                                    the newest version, into this folder
  s3pypi download demo==1.0 -d wheels -t s3://packages    another one, into a folder that may be new

Exit status: 0 every file is there, 1 something failed, 2 the command line is wrong."""


def parser() -> argparse.ArgumentParser:
    """The parser of its arguments."""
    made = ArgumentParser(
        "s3pypi download",
        usage="s3pypi download PROJECT[==VERSION] [-d FOLDER] [--target TARGET] [options]",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
    )
    what = made.add_argument_group("what")
    what.add_argument("project", metavar="PROJECT[==VERSION]", help="the project's name, and the version")
    what.add_argument("-d", "--dest", metavar="FOLDER", default=".", help="where the files go (default: this folder)")
    add_settings(made, only=READING)
    add_output_options(made)
    return made


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Download; the exit status."""
    from ...api import PackageRepository  # noqa: PLC0415
    from ...config.resolve import resolve  # noqa: PLC0415

    observer = terminal.account.begin("downloaded")
    settings = resolve(command_line=given(arguments))
    terminal.use(settings)
    project, equals, version = arguments.project.partition("==")
    with count_bar(terminal, "Downloading", "files") as count:
        report = PackageRepository(settings).download(
            project.strip(),
            version.strip() if equals else None,
            Path(arguments.dest).expanduser(),
            monitor=Monitor(count=count, observer=observer),
        )
    status = terminal.show(report, _lines(report))
    for file in report.files:
        if file.error is not None:
            terminal.error(f"{file.filename}: {file.error}")
    return status


def _lines(report: DownloadReport) -> Iterator[str]:
    yield from (f"{file.outcome.value} {file.filename}  {file.path}" for file in report.files if file.error is None)
