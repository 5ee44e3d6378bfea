"""``s3pypi unyank PROJECT VERSION``: take the mark of ``yank`` off."""

from __future__ import annotations

import argparse

from ..options import given
from ..terminal import Terminal
from .yank import lines, wanted, yank_parser

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
    from ...app import contents  # noqa: PLC0415
    from ...config.resolve import resolve  # noqa: PLC0415

    files = wanted(arguments)
    overseer = terminal.account.begin("unyanked")
    settings = resolve(command_line=given(arguments))
    terminal.use(settings)
    report = contents.unyank(settings, arguments.project, files, dry_run=arguments.dry_run, overseer=overseer)
    return terminal.show(report, lines(report, "unyank"))
