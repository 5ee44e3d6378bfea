"""``s3pypi delete``, ``yank``, ``unyank`` and ``status``: change what a project lists."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from ...errors import UsageError
from ...text import counted, size_text
from ..command import FILENAMES, PROJECT, VERSION, Argument, Call, changing
from ..render.columns import columns, size
from ..render.output import Output

if TYPE_CHECKING:
    from ...operations.delete import DeletedFile, DeleteReport
    from ...operations.listing import ProjectReport
    from ...operations.status import StatusReport
    from ...operations.yank import YankReport


def _check_delete(arguments: argparse.Namespace) -> None:
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
            lambda report: (_deleted(report, short=True), "Delete this?") if report.files or report.whole else None
        ),
        monitor=call.monitor,
    )
    return Output(report=report, lines=_deleted(report), drawn=lambda: _deleted(report, short=True))


def _deleted(report: DeleteReport, *, short: bool = False) -> Iterator[str]:
    """A line for each file, and what became of the project; ``short``: without URLs, and with sizes and their sum."""
    done = "would delete" if report.dry_run else "deleted"
    if not short:
        for file in report.files:
            yield "  ".join(filter(None, (f"{done} {file.filename}", file.url, _kept(file))))
    elif report.files:
        yield f"of {report.target}, {done}:"
        yield from columns([[f"  {file.filename}", size(file.size), _kept(file)] for file in report.files], absent="")
        total = size_text(sum(file.size or 0 for file in report.files))
        yield f"{done} {counted(len(report.files), 'file')}, {total}"
    if report.whole:
        yield f"{done} {report.project}: the project {'would be' if report.dry_run else 'is'} gone from the index"
    elif not report.files:
        yield f"absent {report.project}{f' {report.version}' if report.version else ''}: it was deleted before"
    if report.remaining == 0 and not report.whole:
        yield f"{report.project} lists no files now; s3pypi delete {report.project} --all takes it off the index"


def _kept(file: DeletedFile) -> str | None:
    return f"(the file stays: {file.kept})" if file.kept else None


DELETE = changing(
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
    asks=lambda arguments: True,
    done="deleted from the index",
    check=_check_delete,
    run=_delete,
)


def _check_yank(arguments: argparse.Namespace) -> None:
    if (arguments.release is None) == (not arguments.filenames):
        raise UsageError("say which files: a VERSION, or --file NAME")


def _yank(call: Call, *, undo: bool) -> Output:
    arguments, repository = call.arguments, call.repository
    change = repository.unyank if undo else partial(repository.yank, reason=arguments.reason)
    report = change(
        arguments.project,
        arguments.release,
        filenames=arguments.filenames,
        dry_run=arguments.dry_run,
        monitor=call.monitor,
    )
    return Output(report=report, lines=_yanked(report, "unyank" if undo else "yank"))


def _yanked(report: YankReport, word: str) -> Iterator[str]:
    """A line a file: ``yanked FILENAME  REASON``; ``already yanked`` or ``not yanked`` where nothing changes."""
    done = f"would {word}" if report.dry_run else f"{word}ed"
    for file in report.files:
        reason = f"  {file.yanked}" if file.yanked else ""
        unchanged = "not yanked" if file.yanked is None else "already yanked"
        yield f"{done if file.changed else unchanged} {file.filename}{reason}"


YANK = changing(
    program="s3pypi yank",
    usage="PROJECT (VERSION | --file NAME...) [--target TARGET] [options]",
    description="""\
Mark a version, or single files, as yanked (PEP 592): installers use it only where it is pinned exactly, and show the
reason. Nothing is deleted; 's3pypi unyank' undoes it.""",
    examples="""\
examples:
  s3pypi yank demo 1.0 --reason "broken on Windows"
  s3pypi yank demo --file demo-1.0-py3-none-any.whl""",
    arguments=(
        PROJECT,
        VERSION,
        FILENAMES,
        Argument(
            "--reason", metavar="TEXT", help="shown by installers; without it, a file that is yanked keeps its reason"
        ),
    ),
    done="yanked",
    check=_check_yank,
    run=partial(_yank, undo=False),
)
UNYANK = YANK._replace(
    program="s3pypi unyank",
    description="Undo 's3pypi yank' for a version, or for single files (PEP 592).",
    examples="examples:\n  s3pypi unyank demo 1.0",
    arguments=(PROJECT, VERSION, FILENAMES),
    done="unyanked",
    run=partial(_yank, undo=True),
)


_STATUSES = ("active", "archived", "quarantined", "deprecated")


def _check_status(arguments: argparse.Namespace) -> None:
    if arguments.status is None and arguments.reason is not None:
        raise UsageError("--reason goes with a STATUS to set: " + ", ".join(_STATUSES))


def _status(call: Call) -> Output:
    arguments = call.arguments
    if arguments.status is None:
        call.terminal.quiet = False  # the status is what was asked for
        project = call.repository.show(arguments.project)
        return Output(report=project, lines=[f"{project.name} {_shown(project)}"])
    call.terminal.journal.begin("set the status of")
    report = call.repository.set_status(
        arguments.project,
        arguments.status,
        reason=arguments.reason,
        dry_run=arguments.dry_run,
        monitor=call.monitor,
    )
    done = "present" if not report.changed else "would set" if report.dry_run else "set"
    return Output(report=report, lines=[f"{done} {report.project} {_shown(report)}"])


def _shown(report: ProjectReport | StatusReport) -> str:
    return f"{report.status.value}{f'  {report.reason}' if report.reason else ''}"


STATUS = changing(
    program="s3pypi status",
    usage="PROJECT [STATUS] [--reason TEXT] [--target TARGET] [options]",
    description="""\
Show or set a project's status (PEP 792), which installers may show to users:

  active       takes uploads, and is installed; the default
  archived     takes no more uploads
  quarantined  takes no uploads, and installers are offered none of its files
  deprecated   obsolete; works as before""",
    examples="""\
examples:
  s3pypi status demo                                   show it
  s3pypi status demo deprecated --reason "use demo-ng"
  s3pypi status demo active""",
    arguments=(
        PROJECT,
        Argument("status", metavar="STATUS", nargs="?", choices=_STATUSES, help=", ".join(_STATUSES)),
        Argument("--reason", metavar="TEXT", help="the reason, which installers may show"),
    ),
    check=_check_status,
    run=_status,
)
