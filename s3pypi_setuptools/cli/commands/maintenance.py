"""``s3pypi verify``, ``reindex`` and ``migrate-index``: look after a whole repository."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ...config.choices import PageStyle
from ...text import counted
from ..command import DRY_RUN, PROJECTS, Argument, Call, Command, changing, must_ask
from ..options import CHANGING, READING
from ..render.output import Output
from ..terminal import NOTHING_CHANGED

if TYPE_CHECKING:
    from ...errors import Error
    from ...operations.migrate_index import MigrateReport
    from ...operations.reindex.project_reindex import ReindexedProject
    from ...operations.reindex.reindex import ReindexReport
    from ...operations.verify.verify import VerifyReport


def _verify(call: Call) -> Output:
    report = call.repository.verify(*call.arguments.projects, deep=call.arguments.deep, monitor=call.monitor)
    found, verdict = [*_findings(report)], _verdict(report)
    return Output(report=report, lines=[*found, *_pending(report), verdict], failures=[*found, verdict])


def _findings(report: VerifyReport) -> Iterator[str]:
    for finding in report.findings:
        about = f" ({finding.project})" if finding.project and f"/{finding.project}/" not in f"/{finding.key}" else ""
        yield f"{finding.problem.value} {finding.key}{about}: {finding.detail}"


def _pending(report: VerifyReport) -> Iterator[str]:
    if report.pending:
        yield f"pending {counted(report.pending, 'object')} that a publisher has stored of late and not listed yet"


def _verdict(report: VerifyReport) -> str:
    looked_at = f"{counted(report.projects, 'project')}, {counted(report.files, 'file')}"
    found = counted(len(report.findings), "finding") if report.findings else "all is well"
    return f"verified {looked_at}{' (read all)' if report.deep else ''}: {found}"


VERIFY = Command(
    program="s3pypi verify",
    usage="[PROJECT...] [--deep] [--target TARGET] [options]",
    description="""\
Check that every listed file exists, that no other file exists, and that the pages agree with the manifests. Nothing
is written. Sizes, times and recorded hashes come from a listing of the store; a file that looks overwritten is read.
With --deep every file is read and hashed, and wheels' metadata files are compared with the wheels.

The output has a line for each finding, PROBLEM KEY: what is wrong, and what to do; and a summary at the end.""",
    examples="""\
examples:
  s3pypi verify                      the whole repository
  s3pypi verify demo other --deep    two projects, reading every file
  s3pypi verify --json               for programs

Exit status: 0 all is well, 1 something was found, 2 the command line is wrong.""",
    arguments=(PROJECTS, Argument("--deep", action="store_true", help="read every file, and compare its hash")),
    settings=READING,
    counts=("Verifying", "files"),
    run=_verify,
)


def _reindex(call: Call) -> Output:
    report = _run(call, call.arguments.projects, unlist_missing=call.arguments.yes)
    missing = [f"{name} of {project.project}" for project in report.projects for name in project.missing]
    watched = sys.stdin is not None and sys.stdin.isatty()
    if not (missing and watched and not call.terminal.json and must_ask(call.arguments)):
        return _output(report)
    others = _errors([project for project in report.projects if not project.missing])
    call.terminal.show(Output(report=report, lines=_reindexed(report), errors=others))
    question = f"These do not exist any more. Take them off the index of {report.target}?"
    declined = f"{_changes(report)}; {counted(len(missing), 'missing file')} still listed"
    call.terminal.confirm(missing, question, declined)
    report = _run(call, [project.project for project in report.projects if project.missing], unlist_missing=True)
    return _output(report, failed=bool(others))


def _run(call: Call, projects: Sequence[str], *, unlist_missing: bool) -> ReindexReport:
    with call.terminal.monitoring(counts=("Reindexing", "files")) as monitor:
        return call.repository.reindex(
            *projects,
            deep=call.arguments.deep,
            unlist_missing=unlist_missing,
            dry_run=call.arguments.dry_run,
            monitor=monitor,
        )


def _output(report: ReindexReport, *, failed: bool = False) -> Output:
    return Output(report=report, lines=_reindexed(report), errors=_errors(report.projects), failed=failed)


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


def _reindexed(report: ReindexReport) -> Iterator[str]:
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


REINDEX = changing(
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
    asks=lambda arguments: False,  # only after it has found that listed files are missing
    done="reindexed",
    run=_reindex,
)


_STYLES = tuple(style.value for style in PageStyle)
_REMOVING = tuple(style for style in _STYLES if style not in ("both", "json"))


def _migrate(call: Call) -> Output:
    report = call.repository.migrate_index(
        call.arguments.style,
        dry_run=call.arguments.dry_run,
        confirm=call.asking(
            lambda report: (_migrated(report), f"Remove these pages from {report.target}?") if report.removed else None
        ),
        monitor=call.monitor,
    )
    return Output(
        report=report,
        lines=_migrated(report),
        warnings=[
            f"{key}: stays, because another tool wrote it; remove it by hand when nobody reads it"
            for key in report.left
        ],
    )


def _migrated(report: MigrateReport) -> Iterator[str]:
    for key in report.removed:
        yield f"{'would remove' if report.dry_run else 'removed'} {key}"
    pages = ", ".join(report.pages)
    has = "would have" if report.dry_run else "has"
    projects, before = counted(report.projects, "project"), ", ".join(report.before)
    yield f"{report.target} {has} the pages {pages} of {projects} (before: {before})"


MIGRATE_INDEX = Command(
    program="s3pypi migrate-index",
    usage="(both | index.html | / | json) [--target TARGET] [options]",
    description="""\
Change which pages a repository has. Every style also has PROJECT/index.json.

  both        HTML at PROJECT/index.html and at PROJECT/
  index.html  HTML at PROJECT/index.html alone
  /           HTML at PROJECT/ alone
  json        JSON at PROJECT/, for installers; HTML at PROJECT/index.html, for people

S3 website endpoints and most web servers need index.html; CloudFront without a function, and uv reading S3 itself, need
keys that end in /. With json, installers see upload times, so release-age settings work; it needs pip 22.2, poetry 2 or
later. Run it while nobody publishes. If a publisher wrote pages in the old style meanwhile, run it again.""",
    examples="""\
examples:
  s3pypi migrate-index both               add the pages that are missing
  s3pypi migrate-index index.html --yes   remove pages at /, without asking
  s3pypi migrate-index json               JSON for installers

Exit status: 0 done, 1 something failed or the answer was no, 2 the command line is wrong or confirmation is needed
and stdin is not a terminal.""",
    arguments=(Argument("style", metavar="STYLE", choices=_STYLES, help="both, index.html, / or json"),),
    settings=CHANGING - {"pages", "index-html"},
    dry_run=DRY_RUN,
    asks=lambda arguments: arguments.style in _REMOVING,
    done="migrated",
    run=_migrate,
)
