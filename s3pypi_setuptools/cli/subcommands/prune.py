"""``s3pypi prune [PROJECT…]``: delete what nothing lists, and old releases."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from ...errors import UsageError
from ...monitor import Monitor
from ...text import counted, size_text
from ..confirmation import Confirm, add_change_options, confirmation
from ..count_bar import count_bar
from ..durations import duration
from ..listing import cell, columns
from ..options import PUBLISHING, add_settings, given
from ..parser import ArgumentParser, add_output_options
from ..tables import Column, draw_table
from ..terminal import Terminal

if TYPE_CHECKING:
    from ...operations.prune import Pruned, PruneReport

__all__ = ["parser", "run"]

_DESCRIPTION = """\
Delete objects that no manifest lists, and, by rules of retention, old releases. Without rules it deletes orphans alone;
with rules, releases alone, or both with --orphans. A release goes only if every rule given lets it go. The newest
stable release of a project always stays, unless --last-stable is given. Without projects named, what was left of asking
the store (.s3pypi-probe-...) goes with the orphans.

Projects are names or globs, such as 'acme-*'; without any, all. It may run beside publishers."""

_EXAMPLES = """\
examples:
  s3pypi prune --dry-run                                   what nothing lists
  s3pypi prune --keep-last 5 --older-than 90d --dry-run    releases beyond the newest five, and older than 90 days
  s3pypi prune 'acme-*' --dev --older-than 2w --yes        old development releases, without asking

Exit status: 0 done, 1 something failed or the answer was no, 2 the command line is wrong or nobody can answer."""


def parser() -> argparse.ArgumentParser:
    """The parser of its arguments."""
    made = ArgumentParser(
        "s3pypi prune",
        usage="s3pypi prune [PROJECT...] [--keep-last N] [--older-than D] [--target TARGET] [options]",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
    )
    what = made.add_argument_group("what")
    what.add_argument("patterns", metavar="PROJECT", nargs="*", help="names or globs of projects (default: all)")
    what.add_argument("--orphans", action="store_true", help="objects that nothing lists (the default without rules)")
    what.add_argument(
        "--grace", metavar="D", type=duration, help="leave alone what was stored less than this ago (default: 24h)"
    )
    rules = made.add_argument_group("releases that may go")
    rules.add_argument("--keep-last", metavar="N", type=_count, help="those beyond the newest N of each project")
    rules.add_argument("--older-than", metavar="D", type=duration, help="those uploaded longer ago (90d, 12w, 36h)")
    rules.add_argument("--pre-releases", action="store_true", help="alphas, betas and release candidates")
    rules.add_argument("--dev", action="store_true", help="development releases")
    rules.add_argument("--last-stable", action="store_true", help="even the newest stable release")
    add_settings(made, without=PUBLISHING)
    add_change_options(made, asks=True)
    add_output_options(made)
    return made


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Prune; the exit status."""
    confirm = confirmation(arguments, terminal)

    from ...api import PackageRepository  # noqa: PLC0415
    from ...config.resolve import resolve  # noqa: PLC0415
    from ...operations.prune import GRACE  # noqa: PLC0415
    from ...operations.retention import Retention  # noqa: PLC0415

    retention = Retention(
        keep_last=arguments.keep_last,
        older_than=arguments.older_than,
        pre_releases=arguments.pre_releases,
        dev=arguments.dev,
        last_stable=arguments.last_stable,
    )
    if arguments.last_stable and not retention.removes:
        raise UsageError("--last-stable says what else may go: give --keep-last, --older-than, --pre-releases or --dev")
    observer = terminal.account.begin("deleted")
    settings = resolve(command_line=given(arguments))
    terminal.use(settings)
    with count_bar(terminal, "Looking", "projects") as count:
        report = PackageRepository(settings).prune_by(
            arguments.patterns,
            retention,
            orphans=arguments.orphans or not retention.removes,
            grace=GRACE if arguments.grace is None else arguments.grace,
            dry_run=arguments.dry_run,
            confirm=_asking(confirm),
            monitor=Monitor(count=count, observer=observer),
        )
    status = terminal.show(report, _lines(report), lambda: _draw(report))
    for project in report.projects:
        if project.error:
            terminal.error(str(project.error))
    return status


def _asking(confirm: Confirm | None) -> Callable[[PruneReport], None] | None:
    if confirm is None:
        return None
    return lambda report: confirm(_short_lines(report), "Delete this?")


def _short_lines(report: PruneReport) -> Iterator[str]:
    """What would be deleted, for a terminal: a line an object, without URLs."""
    gone = _gone(report)
    yield f"of {report.target}, would delete:"
    yield from columns([[f"  {one.name}", _size(one), one.reason.value] for one in gone])
    yield f"would delete {counted(len(gone), 'object')}, {size_text(sum(one.size or 0 for one in gone))}"


def _gone(report: PruneReport) -> list[Pruned]:
    return [one for project in report.projects if not project.error for one in project.pruned]


def _size(one: Pruned) -> str:
    return "-" if one.size is None else size_text(one.size)


def _lines(report: PruneReport) -> Iterator[str]:
    verb = "would delete" if report.dry_run else "deleted"
    gone = _gone(report)
    for one in gone:
        yield f"{verb} {one.name}  {one.url}  {_why(one)}"
    yield f"{verb} {counted(len(gone), 'object')}, {size_text(sum(one.size or 0 for one in gone))}"


def _why(one: Pruned) -> str:
    date = f"{one.time:%Y-%m-%d}" if one.time else "-"
    return f"{one.reason.value} {one.version or '-'} {date}"


def _draw(report: PruneReport) -> None:
    verb = "Would delete" if report.dry_run else "Deleted"
    names = (
        Column("File"),
        Column("Project", spare=2),
        Column("Version", spare=1),
        Column("Size", right=True),
        Column("Stored", spare=3),
        Column("Why"),
    )
    gone = _gone(report)
    dates = [f"{one.time:%Y-%m-%d}" if one.time else "-" for one in gone]
    rows = [
        [cell(text) for text in (one.name, one.project, one.version or "-", _size(one), date, one.reason.value)]
        for one, date in zip(gone, dates, strict=True)
    ]
    if rows:
        draw_table(cell(f"{verb} from {report.target}"), names, rows)
    print(f"{verb} {counted(len(gone), 'object')}, {size_text(sum(one.size or 0 for one in gone))}")


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError(f"{text!a} is not a number of releases")
    return int(text)
