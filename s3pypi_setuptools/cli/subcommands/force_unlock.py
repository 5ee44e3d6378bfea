"""``s3pypi force-unlock TABLE LOCK_ID``: remove a lock whose holder is gone."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

from ...config.options import CONNECTION
from ..confirmation import Confirm, add_change_options, confirmation
from ..lock_listing import holder
from ..options import LOCK_TABLE, add_settings, given
from ..parser import ArgumentParser, add_output_options
from ..terminal import Terminal

if TYPE_CHECKING:
    from ...operations.locks import UnlockReport

__all__ = ["parser", "run"]

_DESCRIPTION = """\
Remove a lock from the DynamoDB lock table, whoever holds it. Locks taken by this s3pypi expire by themselves, a minute
after their holder died; those of s3pypi 2 never do. A holder that still lives notices, and commits nothing more."""

_EXAMPLES = """\
examples:
  s3pypi locks --locks-table packages-locks                        who holds which
  s3pypi force-unlock packages-locks demo                          the lock of the project demo
  s3pypi force-unlock packages-locks 89e495e7941cf9e40e6980d14a16bf023ccd4c91 --yes

Exit status: 0 removed, 1 there is no such lock, something failed or the answer was no, 2 the command line is wrong or
nobody can answer."""


def parser() -> argparse.ArgumentParser:
    """The parser of its arguments."""
    made = ArgumentParser(
        "s3pypi force-unlock",
        usage="s3pypi force-unlock TABLE LOCK_ID [options]",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
    )
    what = made.add_argument_group("what")
    what.add_argument("table", metavar="TABLE", help="the DynamoDB table")
    what.add_argument(
        "lock", metavar="LOCK_ID", help="the lock's id, or the project's name; / for the list of projects"
    )
    add_settings(
        made,
        only={*CONNECTION, *LOCK_TABLE} - {"endpoint-url", "no-sign-request"},
        titles={"connection to S3": "credentials", "locking": "connection to DynamoDB"},
    )
    add_change_options(made, asks=True)
    add_output_options(made)
    return made


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Remove it; the exit status."""
    confirm = confirmation(arguments, terminal)

    from ...api import PackageRepository  # noqa: PLC0415
    from ...config.resolve import resolve  # noqa: PLC0415

    settings = resolve(command_line={**given(arguments), "locks-table": arguments.table})
    terminal.use(settings)
    repository = PackageRepository(settings)
    report = repository.force_unlock(arguments.lock, dry_run=arguments.dry_run, confirm=_asking(confirm))
    verb = "would remove" if report.dry_run else "removed"
    return terminal.show(report, [f"{verb} {holder(report.lock)}"])


def _asking(confirm: Confirm | None) -> Callable[[UnlockReport], None] | None:
    if confirm is None:
        return None
    return lambda report: confirm([holder(report.lock)], f"Remove this lock from the table {report.table}?")
