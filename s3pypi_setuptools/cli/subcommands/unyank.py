"""``s3pypi unyank PROJECT VERSION``: take the mark of ``yank`` off."""

from __future__ import annotations

import argparse

from ...monitor import Monitor
from ..options import given
from ..terminal import Terminal
from .yank import check, lines, yank_parser

__all__ = ["parser", "run"]

_EXAMPLES = """\
examples:
  s3pypi unyank demo 1.0"""


def parser() -> argparse.ArgumentParser:
    """The parser of its arguments."""
    return yank_parser(
        "unyank", "Take the mark of 's3pypi yank' off a version, or off single files (PEP 592).", _EXAMPLES
    )


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Unmark; the exit status."""
    from ...api import PackageRepository  # noqa: PLC0415
    from ...config.resolve import resolve  # noqa: PLC0415

    check(arguments)
    observer = terminal.account.begin("unyanked")
    settings = resolve(command_line=given(arguments))
    terminal.use(settings)
    report = PackageRepository(settings).unyank(
        arguments.project,
        arguments.release,
        filenames=arguments.filenames,
        dry_run=arguments.dry_run,
        monitor=Monitor(observer=observer),
    )
    return terminal.show(report, lines(report, "unyank"))
