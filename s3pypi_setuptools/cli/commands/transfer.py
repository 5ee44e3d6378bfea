"""``s3pypi promote``, ``mirror`` and ``import``: list files of one repository in another."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from ...text import counted
from ..command import DRY_RUN, PROJECT, PROJECTS, Argument, Call, Command, changing
from ..render.output import Output

if TYPE_CHECKING:
    from ...operations.transfer.transfer import ImportReport


def _promote(call: Call) -> Output:
    from ...report_lines import failures, file_line  # noqa: PLC0415

    arguments = call.arguments
    report = call.source.promote(
        arguments.project, arguments.release, call.repository, dry_run=arguments.dry_run, monitor=call.monitor
    )
    return Output(
        report=report,
        lines=[file_line(file, report.dry_run) for file in report.files if file.error is None],
        errors=failures(report),
        warnings=[f"{name} is yanked, as it is in {report.source}" for name in report.yanked],
    )


PROMOTE = Command(
    program="s3pypi promote",
    usage="PROJECT VERSION --from TARGET --to TARGET [options]",
    description="""\
List all files of a version in another repository too, in one commit.

The bytes, hashes, metadata files, attestations and yanks stay the same. S3 copies the files by itself if both
repositories are on one service and are reached with the same credentials; otherwise they pass through this machine.""",
    examples="""\
examples:
  s3pypi promote demo 1.0 --from s3://packages/staging --to s3://packages/prod
  s3pypi promote demo 1.0 --from staging --to prod    targets of pyproject.toml

Exit status: 0 the version is listed in both, 1 something failed, 2 the command line is wrong.""",
    arguments=(PROJECT, Argument("release", metavar="VERSION", help="all files of this version")),
    two_targets=True,
    needs_source="say where the version is listed",
    dry_run=DRY_RUN,
    done="listed",
    sends=True,
    run=_promote,
)


_WOULD = {"adopted": "would adopt", "completed": "would complete", "copied": "would copy"}


def _import(call: Call, *, elsewhere: bool) -> Output:
    """Run ``import``, or ``mirror`` if the source must be ``elsewhere``."""
    arguments = call.arguments
    report = call.repository.import_from(
        call.source if arguments.origin else None,
        projects=arguments.projects,
        strays=arguments.strays,
        elsewhere=elsewhere,
        dry_run=arguments.dry_run,
        monitor=call.monitor,
    )
    noted = [(file, file.outcome.value) for file in report.files if file.note is not None]
    warnings = [f"{file.source}: {outcome}: {file.note}" for file, outcome in noted if outcome != "failed"]
    left = [
        f"{folder}/ is no project's folder; its files are listed from copies, so it can be deleted"
        for folder in report.folders_left
    ]
    return Output(
        report=report,
        lines=_imported(report),
        errors=[f"{file.source}: {file.note}" for file, outcome in noted if outcome == "failed"],
        warnings=[*warnings, *left],
    )


def _imported(report: ImportReport) -> Iterator[str]:
    """``OUTCOME PROJECT FILENAME  WHERE`` for each file that did not fail, and how many there are of each."""
    counts: dict[str, int] = {}
    for file in report.files:
        outcome = file.outcome.value
        said = _WOULD.get(outcome, outcome) if report.dry_run else outcome
        counts[said] = counts.get(said, 0) + 1
        if outcome != "failed":
            yield f"{said} {file.project} {file.filename}  {file.source}"
    yield ", ".join(
        [counted(len(report.files), "file"), *(f"{count} {said}" for said, count in sorted(counts.items()))]
    )


IMPORT = changing(
    program="s3pypi import",
    usage="[PROJECT...] [--from TARGET] --to TARGET [options]",
    description="""\
Adopt a repository that s3pypi, ilabs.s3util, pypiprivate or elasticpypi made: in place, or --from another target.

Every file is listed under the project that its own metadata names. Hashes, sizes, requires-python and metadata files
that are missing are added, by reading the files. No file is overwritten, moved or deleted; a file outside its project's
folder is copied into it.""",
    examples="""\
examples:
  s3pypi import -t s3://packages --dry-run            show what would be adopted
  s3pypi import -t s3://packages                      adopt it in place
  s3pypi import demo --from s3://old --to s3://new    copy one project into another repository

Exit status: 0 all is listed, 1 something failed, 2 the command line is wrong.""",
    arguments=(
        PROJECTS,
        Argument(
            "--strays",
            action="store_true",
            help="also take files that another project lists, and files that lie in another project's folder even if "
            "their own project is listed already",
        ),
    ),
    two_targets=True,
    done="listed",
    sends=True,
    run=partial(_import, elsewhere=False),
)


MIRROR = IMPORT._replace(
    program="s3pypi mirror",
    usage="[PROJECT...] --from TARGET --to TARGET [options]",
    description="""\
Copy the files that a repository of this or another tool lists into another repository. Run it again to copy what is
new.

Hashes, upload times, yanks, statuses, metadata files and attestations are copied too. Files that the other repository
lists already are skipped if they have the same bytes; with other bytes they are an error. Nothing is deleted.""",
    examples="""\
examples:
  s3pypi mirror --from s3://packages/simple --to ./backup
  s3pypi mirror demo --from prod --to s3://packages-eu --region eu-west-1

Exit status: 0 all files are listed in both, 1 something failed, 2 the command line is wrong.""",
    needs_source="say what to mirror",
    run=partial(_import, elsewhere=True),
)
