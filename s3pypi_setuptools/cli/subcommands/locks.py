"""``s3pypi locks``: who holds which lock of the lock table."""

from __future__ import annotations

import argparse

from ..options import LOCK_TABLE, READING, add_settings, given
from ..parser import ArgumentParser, add_output_options
from ..terminal import Terminal

__all__ = ["parser", "run"]

_DESCRIPTION = """\
List the locks that are held in the DynamoDB lock table, as a table; piped, as lines of columns, the oldest first, with
'-' for what is not known: ID PROJECT OWNER SINCE EXPIRES, times in UTC. The project / is the list of projects. An
expired lock is one whose holder is gone: the next publisher takes it over. Locks of s3pypi 2 never expire."""

_EXAMPLES = """\
examples:
  s3pypi locks                                       the table that is configured
  s3pypi locks --locks-table packages-locks --json
  s3pypi force-unlock packages-locks demo            remove one whose holder is gone"""


def parser() -> argparse.ArgumentParser:
    """The parser of its arguments."""
    made = ArgumentParser(
        "s3pypi locks",
        usage="s3pypi locks [--locks-table TABLE] [options]",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
    )
    add_settings(
        made,
        only={*READING, *LOCK_TABLE, "locks-table", "lock-indexes"},
        titles={"where": "the repository whose projects are told by name", "locking": "the lock table"},
    )
    add_output_options(made)
    return made


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """List them; the exit status."""
    from ...api import PackageRepository  # noqa: PLC0415
    from ...config.resolve import resolve  # noqa: PLC0415
    from .. import lock_listing  # noqa: PLC0415

    settings = resolve(command_line=given(arguments))
    terminal.use(settings)
    terminal.quiet = False  # the list is all there is to say
    report = PackageRepository(settings).locks_report()
    return terminal.show(report, lock_listing.lock_lines(report), lambda: lock_listing.draw_locks(report))
