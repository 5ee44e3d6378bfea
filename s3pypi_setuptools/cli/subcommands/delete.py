"""``s3pypi delete PROJECT VERSION``: take files out of the repository."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from ...errors import UsageError
from ...monitor import Monitor
from ...text import counted, size_text
from ..confirmation import Confirm, add_change_options, confirmation
from ..listing import columns
from ..options import PUBLISHING, add_settings, given
from ..parser import ArgumentParser, add_output_options
from ..terminal import Terminal

if TYPE_CHECKING:
    from ...operations.delete import DeletedFile, DeleteReport

__all__ = ["parser", "run"]

_KEPT = "the file stays"

_DESCRIPTION = """\
Delete a version, single files, or a whole project: from the index first, then the files themselves.

A deleted file's name can be published again; it gets another key. A project without versions stays, and lists no
files; deleted with --all it is gone, and installers that look in several indexes go on to the next. What was deleted
already is deleted to the end."""

_EXAMPLES = """\
examples:
  s3pypi delete demo 1.0                                all files of demo 1.0
  s3pypi delete demo --file demo-1.0.tar.gz --yes       one file, without asking
  s3pypi delete demo --all --dry-run                    say what the project's deletion would delete

Exit status: 0 deleted, 1 something failed or the answer was no, 2 the command line is wrong or nobody can answer."""


def parser() -> argparse.ArgumentParser:
    """The parser of its arguments."""
    made = ArgumentParser(
        "s3pypi delete",
        usage="s3pypi delete PROJECT (VERSION | --file NAME... | --all) [--target TARGET] [options]",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
    )
    what = made.add_argument_group("what")
    what.add_argument("project", metavar="PROJECT", help="the project's name")
    what.add_argument("release", metavar="VERSION", nargs="?", help="all files of this version")
    what.add_argument(
        "--file", dest="filenames", metavar="NAME", action="append", default=[], help="this file; may be repeated"
    )
    what.add_argument("--all", action="store_true", help="the whole project")
    add_settings(made, without=PUBLISHING)
    add_change_options(made, asks=True)
    add_output_options(made)
    return made


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Delete; the exit status."""
    if (arguments.release is not None) + bool(arguments.filenames) + arguments.all != 1:
        raise UsageError("say what to delete: a VERSION, --file NAME, or --all for the whole project (one of them)")
    confirm = confirmation(arguments, terminal)

    from ...api import PackageRepository  # noqa: PLC0415
    from ...config.resolve import resolve  # noqa: PLC0415
    from ...operations.file_selector import Wanted  # noqa: PLC0415

    observer = terminal.account.begin("deleted from the index")
    settings = resolve(command_line=given(arguments))
    terminal.use(settings)
    if arguments.all and not arguments.yes:
        terminal.warning(
            f"installers that also search another index will take {arguments.project} from there, whoever publishes it "
            "(dependency confusion); to keep the name taken, delete its versions instead"
        )
    report = PackageRepository(settings).delete_selected(
        arguments.project,
        Wanted(arguments.release, tuple(arguments.filenames)),
        dry_run=arguments.dry_run,
        confirm=_asking(confirm),
        monitor=Monitor(observer=observer),
    )
    return terminal.show(report, _lines(report), lambda: terminal.results(_short_lines(report)))


def _asking(confirm: Confirm | None) -> Callable[[DeleteReport], None] | None:
    """How to ask; None where there is nothing to ask. What was deleted before is deleted to the end without asking."""
    if confirm is None:
        return None

    def ask(report: DeleteReport) -> None:
        if report.files or report.whole:
            confirm(_short_lines(report), "Delete this?")

    return ask


def _lines(report: DeleteReport) -> Iterator[str]:
    verb = "would delete" if report.dry_run else "deleted"
    for file in report.files:
        yield f"{verb} {file.filename}  {file.url}{f'  ({_KEPT}: {file.kept})' if file.kept else ''}"
    yield from _outcome(report, verb)


def _short_lines(report: DeleteReport) -> Iterator[str]:
    """The same for a terminal: a line a file, without URLs, and how many bytes there are."""
    verb = "would delete" if report.dry_run else "deleted"
    if report.files:
        yield f"of {report.target}, {verb}:"
        yield from columns([[f"  {file.filename}", _size(file), _kept(file)] for file in report.files], nothing="")
        total = size_text(sum(file.size or 0 for file in report.files))
        yield f"{verb} {counted(len(report.files), 'file')}, {total}"
    yield from _outcome(report, verb)


def _outcome(report: DeleteReport, verb: str) -> Iterator[str]:
    if report.whole:
        yield f"{verb} {report.project}: the project {'would be' if report.dry_run else 'is'} gone from the index"
    elif not report.files:
        yield f"absent {report.project}{f' {report.version}' if report.version else ''}: it was deleted before"
    if report.remaining == 0 and not report.whole:
        yield f"{report.project} lists no files now; s3pypi delete {report.project} --all takes it off the index"


def _size(file: DeletedFile) -> str | None:
    return None if file.size is None else size_text(file.size)


def _kept(file: DeletedFile) -> str | None:
    return f"({_KEPT}: {file.kept})" if file.kept else None
