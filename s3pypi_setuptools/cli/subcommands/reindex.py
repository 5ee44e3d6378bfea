"""``s3pypi reindex [PROJECT…]``: rebuild records and pages from what lies in the repository."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ...monitor import Monitor
from ...text import counted
from ..confirmation import NOTHING_CHANGED, add_change_options, confirmation
from ..count_bar import count_bar
from ..options import PUBLISHING, add_settings, given
from ..parser import ArgumentParser, add_output_options
from ..terminal import Terminal

if TYPE_CHECKING:
    from ...operations.reindex.rebuild import ReindexedProject
    from ...operations.reindex.reindex import ReindexReport

__all__ = ["parser", "run"]

_DESCRIPTION = """\
Rebuild manifests, metadata files, pages and the list of projects from what lies in the repository: files that were put
there by hand or by other tools are listed, what is lost or damaged is made anew. Yanks, upload times, removals and
statuses that any record or page still knows are kept. It may run beside publishers: what they have stored and not
listed is left to them.

Files that are listed and do not exist any more stay listed, with exit status 1, until --yes (or your answer) takes
them off the index. Files whose bytes are not those listed are never touched."""

_EXAMPLES = """\
examples:
  s3pypi reindex --dry-run           say what would be done
  s3pypi reindex                     the whole repository
  s3pypi reindex demo --yes          one project; files that are gone are unlisted without asking

Exit status: 0 all is right now, 1 something could not be put right, 2 the command line is wrong."""


def parser() -> argparse.ArgumentParser:
    """The parser of its arguments."""
    made = ArgumentParser(
        "s3pypi reindex",
        usage="s3pypi reindex [PROJECT...] [--deep] [--target TARGET] [options]",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
    )
    what = made.add_argument_group("what")
    what.add_argument("projects", metavar="PROJECT", nargs="*", help="only these projects (default: all)")
    what.add_argument("--deep", action="store_true", help="read every file; correct metadata files by the wheels")
    add_settings(made, without=PUBLISHING)
    add_change_options(made, asks=True)
    add_output_options(made)
    return made


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Reindex; the exit status."""
    from ...api import PackageRepository  # noqa: PLC0415
    from ...config.resolve import resolve  # noqa: PLC0415

    observer = terminal.account.begin("reindexed")
    settings = resolve(command_line=given(arguments))
    terminal.use(settings)
    repository = PackageRepository(settings)

    def reindex(projects: list[str], *, unlist_missing: bool) -> ReindexReport:
        with count_bar(terminal, "Reindexing", "files") as count:
            return repository.reindex(
                *projects,
                deep=arguments.deep,
                unlist_missing=unlist_missing,
                dry_run=arguments.dry_run,
                monitor=Monitor(count=count, observer=observer),
            )

    report = reindex(arguments.projects, unlist_missing=arguments.yes)
    failed = False
    gone = [f"{name} of {project.project}" for project in report.projects for name in project.missing]
    watched = sys.stdin is not None and sys.stdin.isatty()
    if gone and watched and not terminal.json and (confirm := confirmation(arguments, terminal)):
        terminal.show(report, _lines(report))
        others = [project for project in report.projects if not project.missing]
        failed = _say_errors(terminal, others)
        question = f"These do not exist any more. Take them off the index of {report.target}?"
        confirm(gone, question, f"{_changes(report)}; {counted(len(gone), 'missing file')} still listed")
        report = reindex([project.project for project in report.projects if project.missing], unlist_missing=True)
    status = terminal.show(report, _lines(report))
    _say_errors(terminal, report.projects)
    return 1 if failed else status


def _say_errors(terminal: Terminal, projects: Sequence[ReindexedProject]) -> bool:
    """Show what could not be put right; whether there is anything."""
    errors = [error for project in projects for error in project.errors]
    errors += [
        f"{name}: {project.project} lists it, and it does not exist: restore it, or give --yes"
        for project in projects
        for name in project.missing
    ]
    for error in errors:
        terminal.error(error)
    return bool(errors)


def _changes(report: ReindexReport) -> str:
    """What was changed, in numbers."""
    listed = sum(len(project.listed) for project in report.projects)
    completed = sum(len(project.completed) for project in report.projects)
    corrected = sum(len(project.corrected) for project in report.projects) + len(report.root)
    changes = {"listed": (listed, "file"), "completed": (completed, "file"), "corrected": (corrected, "record")}
    said = [f"{verb} {counted(count, noun)}" for verb, (count, noun) in changes.items() if count]
    return ", ".join(said) or NOTHING_CHANGED


def _lines(report: ReindexReport) -> Iterator[str]:
    would = "would " if report.dry_run else ""
    past = "" if report.dry_run else "ed"
    for project in report.projects:
        for verb, names in (("list", project.listed), ("unlist", project.unlisted), ("complet", project.completed)):
            end = "e" if verb == "complet" and report.dry_run else past
            yield from (f"{would}{verb}{end} {name}  {project.project}" for name in names)
        yield from (f"{would}correct{past} {line}" for line in project.corrected)
        yield from (f"left {line}" for line in project.left)
    yield from (f"{would}correct{past} {line}" for line in report.root)
    yield f"{would}reindex{past} {counted(report.examined, 'project')}, {counted(report.files, 'file')}"
