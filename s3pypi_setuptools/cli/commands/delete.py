"""``s3pypi delete PROJECT VERSION``: take files out of the repository."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...errors import UsageError
from ...text import counted, size_text
from ..command import DRY_RUN, FILENAMES, PROJECT, VERSION, Argument, Call, Command
from ..options import CHANGING
from ..render.columns import columns, size
from ..render.output import Output

if TYPE_CHECKING:
    from ...operations.delete import DeletedFile, DeleteReport

__all__ = ["DELETE"]


def _check(arguments: argparse.Namespace) -> None:
    if (arguments.release is not None) + bool(arguments.filenames) + arguments.all != 1:
        raise UsageError("say what to delete: a VERSION, --file NAME, or --all for the whole project (one of them)")


def _delete(call: Call) -> Output:
    arguments = call.arguments
    if arguments.all and not arguments.yes:
        call.terminal.warning(
            f"installers that also search another index will take {arguments.project} from there, whoever publishes it "
            "(dependency confusion); to keep the name taken, delete its versions instead"
        )
    report = call.repository.delete(
        arguments.project,
        arguments.release,
        filenames=arguments.filenames,
        whole=arguments.all,
        dry_run=arguments.dry_run,
        # The deletion of what an earlier run unlisted is completed without asking.
        confirm=call.asking(
            lambda report: (_short_lines(report), "Delete this?") if report.files or report.whole else None
        ),
        monitor=call.monitor,
    )
    return Output(report=report, lines=_lines(report), drawn=lambda: _short_lines(report))


def _lines(report: DeleteReport) -> Iterator[str]:
    done = "would delete" if report.dry_run else "deleted"
    for file in report.files:
        yield "  ".join(filter(None, (f"{done} {file.filename}", file.url, _kept(file))))
    yield from _outcome(report, done)


def _short_lines(report: DeleteReport) -> Iterator[str]:
    """The same for a terminal: a line a file, without URLs, and the sum of their sizes."""
    done = "would delete" if report.dry_run else "deleted"
    if report.files:
        yield f"of {report.target}, {done}:"
        yield from columns([[f"  {file.filename}", size(file.size), _kept(file)] for file in report.files], absent="")
        total = size_text(sum(file.size or 0 for file in report.files))
        yield f"{done} {counted(len(report.files), 'file')}, {total}"
    yield from _outcome(report, done)


def _outcome(report: DeleteReport, done: str) -> Iterator[str]:
    if report.whole:
        yield f"{done} {report.project}: the project {'would be' if report.dry_run else 'is'} gone from the index"
    elif not report.files:
        yield f"absent {report.project}{f' {report.version}' if report.version else ''}: it was deleted before"
    if report.remaining == 0 and not report.whole:
        yield f"{report.project} lists no files now; s3pypi delete {report.project} --all takes it off the index"


def _kept(file: DeletedFile) -> str | None:
    return f"(the file stays: {file.kept})" if file.kept else None


DELETE = Command(
    program="s3pypi delete",
    usage="PROJECT (VERSION | --file NAME... | --all) [--target TARGET] [options]",
    description="""\
Delete a version, single files, or a whole project: first from the index, then the files themselves.

A deleted file's name can be published again, under another URL. A project without versions stays in the index, and
lists no files. With --all the project leaves the index too, and installers that search several indexes go on to the
next. If an earlier deletion was interrupted, the same command completes it.""",
    examples="""\
examples:
  s3pypi delete demo 1.0                      all files of demo 1.0
  s3pypi delete demo --file demo-1.0.tar.gz   a single file
  s3pypi delete demo --all --dry-run          show what would be deleted

Exit status: 0 deleted, 1 something failed or the answer was no, 2 the command line is wrong or confirmation is
needed and stdin is not a terminal.""",
    arguments=(PROJECT, VERSION, FILENAMES, Argument("--all", action="store_true", help="the whole project")),
    settings=CHANGING,
    dry_run=DRY_RUN,
    asks=lambda arguments: True,
    done="deleted from the index",
    check=_check,
    run=_delete,
)
