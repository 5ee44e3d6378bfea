"""``s3pypi reindex [PROJECT…]``: rebuild records and pages from the stored files."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ...monitor import Monitor
from ...text import counted
from ..command import DRY_RUN, PROJECTS, Argument, Call, Command
from ..confirmation import NOTHING_CHANGED, confirmation
from ..options import CHANGING
from ..render.output import Output

if TYPE_CHECKING:
    from ...errors import Error
    from ...operations.reindex.project_reindex import ReindexedProject
    from ...operations.reindex.reindex import ReindexReport

__all__ = ["REINDEX"]


def _reindex(call: Call) -> Output:
    report = _run(call, call.arguments.projects, unlist_missing=call.arguments.yes)
    missing = [f"{name} of {project.project}" for project in report.projects for name in project.missing]
    watched = sys.stdin is not None and sys.stdin.isatty()
    confirm = confirmation(call.arguments, call.terminal) if missing and watched and not call.terminal.json else None
    if confirm is None:
        return _output(report)
    others = _errors([project for project in report.projects if not project.missing])
    call.terminal.show(Output(report=report, lines=_lines(report), errors=others))
    question = f"These do not exist any more. Take them off the index of {report.target}?"
    confirm(missing, question, f"{_changes(report)}; {counted(len(missing), 'missing file')} still listed")
    report = _run(call, [project.project for project in report.projects if project.missing], unlist_missing=True)
    return _output(report, failed=bool(others))


def _run(call: Call, projects: Sequence[str], *, unlist_missing: bool) -> ReindexReport:
    with call.terminal.counting("Reindexing", "files") as count:
        return call.repository.reindex(
            *projects,
            deep=call.arguments.deep,
            unlist_missing=unlist_missing,
            dry_run=call.arguments.dry_run,
            monitor=Monitor(count=count, observer=call.terminal.journal),
        )


def _output(report: ReindexReport, *, failed: bool = False) -> Output:
    return Output(report=report, lines=_lines(report), errors=_errors(report.projects), failed=failed)


def _errors(projects: Sequence[ReindexedProject]) -> list[Error | str]:
    """What could not be put right."""
    missing = [
        f"{name}: {project.project} lists it, and it does not exist: restore it, or give --yes"
        for project in projects
        for name in project.missing
    ]
    return [*(error for project in projects for error in project.errors), *missing]


def _changes(report: ReindexReport) -> str:
    """What was changed, in numbers."""
    listed = sum(len(project.listed) for project in report.projects)
    completed = sum(len(project.completed) for project in report.projects)
    corrected = sum(len(project.corrected) for project in report.projects) + len(report.root)
    changes = {"listed": (listed, "file"), "completed": (completed, "file"), "corrected": (corrected, "record")}
    said = [f"{done} {counted(count, noun)}" for done, (count, noun) in changes.items() if count]
    return ", ".join(said) or NOTHING_CHANGED


def _lines(report: ReindexReport) -> Iterator[str]:
    def did(present: str, past: str) -> str:
        return f"would {present}" if report.dry_run else past

    listed, unlisted = did("list", "listed"), did("unlist", "unlisted")
    completed, corrected = did("complete", "completed"), did("correct", "corrected")
    for project in report.projects:
        changes = ((listed, project.listed), (unlisted, project.unlisted), (completed, project.completed))
        yield from (f"{done} {name}  {project.project}" for done, names in changes for name in names)
        yield from (f"{corrected} {line}" for line in project.corrected)
        yield from (f"left {line}" for line in project.left)
    yield from (f"{corrected} {line}" for line in report.root)
    reindexed = did("reindex", "reindexed")
    yield f"{reindexed} {counted(report.examined, 'project')}, {counted(report.files, 'file')}"


REINDEX = Command(
    program="s3pypi reindex",
    usage="[PROJECT...] [--deep] [--target TARGET] [options]",
    description="""\
Rebuild manifests, metadata files, pages and the list of projects from the stored files: list files that were put there
by hand or by other tools, and rebuild lost or damaged manifests. Yanks, upload times, removals and statuses that a
manifest or page still holds are kept. Publishers may work at the same time: files that they have stored and not listed
yet are left to them.

Listed files that no longer exist stay listed, with exit status 1, until you confirm that they are to be removed from
the index, or pass --yes. Files whose bytes differ from the listed hashes are never touched.""",
    examples="""\
examples:
  s3pypi reindex --dry-run           show what would be done
  s3pypi reindex                     the whole repository
  s3pypi reindex demo --yes          one project; missing files are unlisted

Exit status: 0 everything is right now, 1 something could not be put right, 2 the command line is wrong.""",
    arguments=(
        PROJECTS,
        Argument("--deep", action="store_true", help="read every file; correct metadata files by the wheels"),
    ),
    settings=CHANGING,
    dry_run=DRY_RUN,
    asks=lambda arguments: False,  # only after it has found that listed files are missing
    done="reindexed",
    run=_reindex,
)
