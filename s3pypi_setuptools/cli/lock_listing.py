"""Locks, for people and for scripts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .listing import cell, columns, time_text

if TYPE_CHECKING:
    from ..operations.locks import HeldLock, LocksReport

__all__ = ["draw_locks", "holder", "lock_lines"]


def lock_lines(report: LocksReport) -> Iterator[str]:
    """A line a lock."""
    rows = [[lock.id, lock.project, lock.owner, time_text(lock.since), _expiry(lock)] for lock in report.locks]
    yield from columns(rows)


def holder(lock: HeldLock) -> str:
    """Whose lock it is, in one line."""
    what = "the list of projects" if lock.project == "/" else lock.project or "an unknown project"
    expiry = _expiry(lock)
    facts = [f"held by {lock.owner or 'someone unknown'} since {time_text(lock.since) or 'an unknown time'}"]
    facts.append("never expires" if expiry is None else expiry if lock.expired else f"expires {expiry}")
    return f"{lock.id} ({what}): {', '.join(facts)}"


def draw_locks(report: LocksReport) -> None:
    """Print the locks as a table."""
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    console = Console()
    if not report.locks:
        console.print(cell(f"{report.table}: nothing is locked"))
        return
    table = Table("Project", "Owner", "Since (UTC)", "Expires", "Lock ID", title=cell(report.table))
    table.title_justify = "left"
    for column in table.columns:  # nothing of a name may be lost
        column.overflow = "fold"
    for lock in report.locks:
        since = f"{lock.since:%Y-%m-%d %H:%M:%S}" if lock.since else ""
        expires = "never" if lock.expires is None else "expired" if lock.expired else f"{lock.expires:%H:%M:%S}"
        cells = [lock.project or "?", lock.owner or "?", since]
        style = "yellow" if lock.expired else ""
        table.add_row(*map(cell, cells), cell(expires, style), cell(lock.id))
    console.print(table)


def _expiry(lock: HeldLock) -> str | None:
    return "expired" if lock.expired else time_text(lock.expires)
