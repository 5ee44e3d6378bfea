"""``s3pypi prune [PROJECT…]``: delete files that are not listed, and old releases."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from ...errors import UsageError
from ...tables import Cell, Column, Table
from ...text import counted, size_text
from ..command import Argument, Call, changing, no_target
from ..render.columns import ABSENT, columns, day, size
from ..render.output import Output

if TYPE_CHECKING:
    from ...operations.prune_plan import Pruned, PruneReport

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DURATION = re.compile(r"(\d{1,6})([smhdw])", re.ASCII)


def _rules(arguments: argparse.Namespace) -> dict[str, Any]:
    """The rules for releases, as `PackageRepository.prune` and `Retention` take them."""
    names = ("keep_last", "older_than", "pre_releases", "dev", "last_stable")
    return {name: getattr(arguments, name) for name in names}


def _removes_releases(arguments: argparse.Namespace) -> bool:
    from ...operations.retention import Retention  # noqa: PLC0415

    return Retention(**_rules(arguments)).removes


def _check(arguments: argparse.Namespace) -> None:
    if arguments.last_stable and not _removes_releases(arguments):
        raise UsageError("--last-stable needs another rule: --keep-last, --older-than, --pre-releases or --dev")


def _prune(call: Call) -> Output:
    arguments = call.arguments
    report = call.repository.prune(
        *arguments.patterns,
        **_rules(arguments),
        orphans=arguments.orphans or not _removes_releases(arguments),
        grace=arguments.grace,
        dry_run=arguments.dry_run,
        confirm=call.asking(lambda report: (_short_lines(report), "Delete this?")),
        monitor=call.monitor,
    )
    return Output(
        report=report,
        lines=_lines(report),
        drawn=lambda: _drawn(report),
        errors=[project.error for project in report.projects if project.error],
    )


def _short_lines(report: PruneReport) -> Iterator[str]:
    """What would be deleted, for a terminal: a line an object, without URLs."""
    deleted = _deleted(report)
    yield f"of {report.target}, would delete:"
    yield from columns([[f"  {one.name}", size(one.size, ABSENT), one.reason.value] for one in deleted])
    yield f"would delete {_sum(deleted)}"


def _lines(report: PruneReport) -> Iterator[str]:
    done = "would delete" if report.dry_run else "deleted"
    deleted = _deleted(report)
    for one in deleted:
        yield f"{done} {one.name}  {one.url}  {one.reason.value} {one.version or ABSENT} {day(one.time, ABSENT)}"
    yield f"{done} {_sum(deleted)}"


def _drawn(report: PruneReport) -> Table | Iterable[str]:
    done = "Would delete" if report.dry_run else "Deleted"
    deleted = _deleted(report)
    if not deleted:
        return [f"{done} {_sum(deleted)}"]
    columns = (
        Column("File", folds=True),
        Column("Project", spare=2),
        Column("Version", spare=1),
        Column("Size", right=True),
        Column("Stored", spare=3),
        Column("Why"),
    )
    rows = []
    for one in deleted:
        facts = (one.version or ABSENT, size(one.size, ABSENT), day(one.time, ABSENT), one.reason.value)
        rows.append([*map(Cell, (one.name, one.project, *facts))])
    return Table((f"{done} from {report.target}",), columns, rows, below=(Cell(f"{done} {_sum(deleted)}"),))


def _deleted(report: PruneReport) -> list[Pruned]:
    return [one for project in report.projects if not project.error for one in project.pruned]


def _sum(deleted: list[Pruned]) -> str:
    return f"{counted(len(deleted), 'object')}, {size_text(sum(one.size or 0 for one in deleted))}"


def _duration(text: str) -> timedelta:
    """``90d`` and the like: a number with one of s, m, h, d, w; ``0`` needs none."""
    match = _DURATION.fullmatch(text.strip().lower())
    if match:
        return timedelta(**{_UNITS[match[2]]: int(match[1])})
    if text.strip() == "0":
        return timedelta()
    raise argparse.ArgumentTypeError(f"{text!a} is no length of time: write a number and s, m, h, d or w, as in 90d")


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError(f"{text!a} is not a number of releases")
    return int(text)


_rule = partial(Argument, group="rules for releases to delete")

PRUNE = changing(
    program="s3pypi prune",
    usage="[PROJECT...] [--keep-last N] [--older-than D] [--target TARGET] [options]",
    description="""\
Delete old releases by rules, and orphans: stored files that the repository does not list. Without rules, only
orphans are deleted; with rules, only releases; with rules and --orphans, both. A release is deleted only if it meets
every given rule. The newest stable release of a project is kept, unless --last-stable is given. If no project is
named, test objects that s3pypi left in the store (.s3pypi-probe-...) are deleted with the orphans. Publishers may
work at the same time.""",
    examples="""\
examples:
  s3pypi prune --dry-run                               show orphans
  s3pypi prune --keep-last 5 --older-than 90d          releases beyond the newest five that are older than 90 days
  s3pypi prune 'acme-*' --dev --older-than 2w --yes    old development releases of some projects, without asking

Exit status: 0 done, 1 something failed or the answer was no, 2 the command line is wrong or confirmation is needed
and stdin is not a terminal.""",
    arguments=(
        Argument(
            "patterns",
            metavar="PROJECT",
            nargs="*",
            type=no_target,
            help="names of projects, or globs such as 'acme-*' (default: all)",
        ),
        Argument(
            "--orphans", action="store_true", help="delete orphans, too (they are always deleted if no rule is given)"
        ),
        Argument(
            "--grace", metavar="D", type=_duration, help="keep orphans that were stored within this time (default: 24h)"
        ),
        _rule("--keep-last", metavar="N", type=_count, help="those beyond the newest N of each project"),
        _rule("--older-than", metavar="D", type=_duration, help="those uploaded longer ago (90d, 12w, 36h)"),
        _rule("--pre-releases", action="store_true", help="alphas, betas and release candidates"),
        _rule("--dev", action="store_true", help="development releases"),
        _rule("--last-stable", action="store_true", help="also the newest stable release, which is kept otherwise"),
    ),
    asks=lambda arguments: True,
    done="deleted",
    counts=("Looking", "projects"),
    check=_check,
    run=_prune,
)
