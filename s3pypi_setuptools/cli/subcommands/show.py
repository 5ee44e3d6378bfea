"""``s3pypi show PROJECT [VERSION]``: all that the repository knows of them."""

from __future__ import annotations

import argparse

from ..options import READING, add_settings, given
from ..parser import ArgumentParser, add_output_options
from ..terminal import Terminal

__all__ = ["parser", "run"]

_DESCRIPTION = """\
Show all about a project: its status, versions and files, and for each file its hashes and where it lies. With a
version, only that one's files."""


def parser() -> argparse.ArgumentParser:
    """The parser of its arguments."""
    made = ArgumentParser(
        "s3pypi show",
        usage="s3pypi show PROJECT [VERSION] [--target TARGET] [options]",
        description=_DESCRIPTION,
    )
    what = made.add_argument_group("what")
    what.add_argument("project", metavar="PROJECT", help="the project's name")
    what.add_argument("release", metavar="VERSION", nargs="?", help="only the files of this version")
    add_settings(made, only=READING)
    add_output_options(made)
    return made


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Show it; the exit status."""
    from ...api import PackageRepository  # noqa: PLC0415
    from ...config.resolve import resolve  # noqa: PLC0415
    from .. import listing  # noqa: PLC0415

    settings = resolve(command_line=given(arguments))
    terminal.use(settings)
    terminal.quiet = False  # what is shown is all there is to say
    report = PackageRepository(settings).show(arguments.project, arguments.release)
    return terminal.show(report, listing.detail_lines(report))
