"""``s3pypi import``: adopt a repository that another tool made."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from ...text import counted
from ..command import DRY_RUN, PROJECTS, Argument, Call, Command
from ..options import CHANGING
from ..render.output import Output

if TYPE_CHECKING:
    from ...operations.transfer.transfer import ImportReport

__all__ = ["IMPORT", "import_files"]

_STRAYS = Argument(
    "--strays",
    action="store_true",
    help="also take files that another project lists, and files that lie in another project's folder even if their own "
    "project is listed already",
)
_WOULD = {"adopted": "would adopt", "completed": "would complete", "copied": "would copy"}


def import_files(call: Call, *, elsewhere: bool) -> Output:
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
        lines=_lines(report),
        errors=[f"{file.source}: {file.note}" for file, outcome in noted if outcome == "failed"],
        warnings=[*warnings, *left],
    )


def _lines(report: ImportReport) -> Iterator[str]:
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


IMPORT = Command(
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
    arguments=(PROJECTS, _STRAYS),
    settings=CHANGING,
    two_targets=True,
    dry_run=DRY_RUN,
    takes_yes=True,
    done="listed",
    sends=True,
    run=partial(import_files, elsewhere=False),
)
