"""``s3pypi locks``: who holds which lock; ``s3pypi force-unlock TABLE LOCK_ID``: remove a lock whose holder is gone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ...config.options import CONNECTION
from ...tables import Cell, Column, Table
from ..command import DRY_RUN, Argument, Call, Command
from ..options import LOCK_TABLE, READING
from ..render.columns import columns, time_text
from ..render.output import Output

if TYPE_CHECKING:
    from ...operations.locks import LockInfo, LocksReport


def _locks(call: Call) -> Output:
    report = call.repository.locks()
    rows = [[lock.id, lock.project, lock.owner, time_text(lock.since), _expiry(lock)] for lock in report.locks]
    return Output(report=report, lines=columns(rows), drawn=lambda: _drawn(report))


def _force_unlock(call: Call) -> Output:
    report = call.repository.force_unlock(
        call.arguments.lock,
        dry_run=call.arguments.dry_run,
        confirm=call.asking(
            lambda report: ([_holder(report.lock)], f"Remove this lock from the table {report.table}?")
        ),
    )
    return Output(report=report, lines=[f"{'would remove' if report.dry_run else 'removed'} {_holder(report.lock)}"])


def _holder(lock: LockInfo) -> str:
    """Whose lock it is, in one line."""
    what = "the list of projects" if lock.project == "/" else lock.project or "an unknown project"
    expiry = _expiry(lock)
    facts = [f"held by {lock.owner or 'someone unknown'} since {time_text(lock.since) or 'an unknown time'}"]
    facts.append("never expires" if expiry is None else expiry if lock.expired else f"expires {expiry}")
    return f"{lock.id} ({what}): {', '.join(facts)}"


def _expiry(lock: LockInfo) -> str | None:
    return "expired" if lock.expired else time_text(lock.expires)


def _drawn(report: LocksReport) -> Table | Iterable[str]:
    if not report.locks:
        return [f"{report.table}: nothing is locked"]
    rows = []
    for lock in report.locks:
        since = f"{lock.since:%Y-%m-%d %H:%M:%S}" if lock.since else ""
        expires = "never" if lock.expires is None else "expired" if lock.expired else f"{lock.expires:%H:%M:%S}"
        texts = (lock.project or "?", lock.owner or "?", since)
        rows.append([*map(Cell, texts), Cell(expires, "yellow" if lock.expired else ""), Cell(lock.id)])
    # All fold: nothing of a name may be lost.
    names = ("Project", "Owner", "Since (UTC)", "Expires", "Lock ID")
    return Table((report.table,), [Column(name, folds=True) for name in names], rows)


LOCKS = Command(
    program="s3pypi locks",
    usage="[--locks-table TABLE] [options]",
    description="""\
List the locks in the DynamoDB lock table, as a table. When piped, the output has a line for each lock, the oldest
first: ID PROJECT OWNER SINCE EXPIRES, with times in UTC and '-' for unknown values. The project / is the list of
projects. An expired lock was not released by its holder; the next publisher takes it over. Locks of s3pypi 2
never expire.""",
    examples="""\
examples:
  s3pypi locks                              the configured table
  s3pypi locks --locks-table packages-locks --json
  s3pypi force-unlock packages-locks demo   remove a lock""",
    settings={*READING, *LOCK_TABLE, "locks-table", "lock-indexes"},
    titles={"where": "the repository whose projects' names are shown", "locking": "the lock table"},
    answers=True,
    run=_locks,
)
FORCE_UNLOCK = Command(
    program="s3pypi force-unlock",
    usage="TABLE LOCK_ID [options]",
    description="""\
Remove a lock from the DynamoDB lock table, whoever holds it. Locks taken by this s3pypi expire by themselves, a minute
after their holder dies; those of s3pypi 2 never do. A holder that is still alive notices, and commits nothing more.""",
    examples="""\
examples:
  s3pypi locks --locks-table packages-locks   list the locks, and their ids
  s3pypi force-unlock packages-locks demo     the lock of the project demo
  s3pypi force-unlock packages-locks 89e495e7941cf9e40e6980d14a16bf023ccd4c91

Exit status: 0 removed, 1 there is no such lock, something failed or the answer was no, 2 the command line is wrong or
confirmation is needed and stdin is not a terminal.""",
    arguments=(
        Argument("locks_table", metavar="TABLE", help="the DynamoDB table"),  # named as the setting that it gives
        Argument("lock", metavar="LOCK_ID", help="the lock's id, or the project's name; / for the list of projects"),
    ),
    settings={*CONNECTION, *LOCK_TABLE} - {"endpoint-url", "no-sign-request"},
    titles={"connection to S3": "credentials", "locking": "connection to DynamoDB"},
    dry_run=DRY_RUN,
    asks=lambda arguments: True,
    run=_force_unlock,
)
