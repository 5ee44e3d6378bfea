"""Published files as lines for programs and as a table for people, for the command line and build frontends.

The lines are stable, so that scripts can search them: ``OUTCOME FILENAME  URL``, such as
``published demo-1.0-py3-none-any.whl  s3://bucket/prefix/demo/demo-1.0-py3-none-any.whl``. In a dry run the outcome
begins with ``would``: ``would publish demo-1.0.tar.gz  …``. A note comes last, in brackets.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING

from packaging.version import Version

from .errors import FileConflict
from .operations.publish.report import FileReport, Outcome
from .tables import Cell, Column, Table
from .text import printable, size_text

if TYPE_CHECKING:
    from .operations.publish.report import PublishReport
    from .operations.s3upload import UploadReport
    from .operations.transfer.promote import PromoteReport

_WOULD = {
    Outcome.PUBLISHED: "would publish",
    Outcome.REPLACED: "would replace",
    Outcome.SKIPPED: "would skip",
    Outcome.FAILED: "would fail",
}
_STYLES = {
    Outcome.PUBLISHED: "green",
    Outcome.REPLACED: "yellow",
    Outcome.PRESENT: "cyan",
    Outcome.SKIPPED: "cyan",
    Outcome.FAILED: "bold red",
}
_NAMED_IN_COMMAND = 5


def outcome_text(file: FileReport, dry_run: bool) -> str:
    """The outcome of ``file`` in a word or two, and its note in brackets."""
    return _with_note(_outcome(file, dry_run), file)


def file_line(file: FileReport, dry_run: bool) -> str:
    """The line of one file that did not fail."""
    return _with_note(_joined(f"{_outcome(file, dry_run)} {file.filename}", file.url), file)


def publish_lines(report: PublishReport) -> Iterator[str]:
    """One line for each file that did not fail, then the URL for installers (``index URL``) if it is known."""
    for file in report.files:
        if file.outcome is not Outcome.FAILED:
            yield file_line(file, report.dry_run)
    if report.index_url is not None and report.ok:
        yield f"index {report.index_url}"


def publish_table(report: PublishReport) -> Table:
    """The outcome of each file, and below it how to install what was published."""
    rows = [
        (
            Cell(file.filename),
            Cell(size_text(file.size)),
            Cell(outcome_text(file, report.dry_run), _STYLES[file.outcome]),
        )
        for file in report.files
    ]
    command = install_command(report)
    below = (Cell("Install with:"), Cell(f"  {command}")) if command else ()
    columns = (Column("File", folds=True), Column("Size", right=True), Column("Outcome", folds=True))
    return Table((report.target,), columns, rows, below=below)


def upload_lines(report: UploadReport) -> Iterator[str]:
    """One line for each file that did not fail."""
    for file in report.files:
        if file.error is None:
            stored = "would upload" if report.dry_run else "uploaded"
            yield _joined(f"{stored if file.stored else 'present'} {file.path.name}", file.url)


def failures(report: PublishReport | PromoteReport | UploadReport, force: str = "--force") -> Iterator[str]:
    """One line for each file that failed, with its name and the reason.

    :param force: the option or setting that replaces a published file, in the frontend that prints the line.
    """
    for file in report.files:
        if file.error is not None:
            name, reason = file.filename if isinstance(file, FileReport) else file.path.name, str(file.error)
            line = printable(reason if name in reason else f"{name}: {reason}")
            yield f"{line}, or replace it with {force}" if isinstance(file.error, FileConflict) else line


def install_command(report: PublishReport) -> str | None:
    """The command that installs what was published; None if its URL is not known, or nothing was published.

    It names one version of each project: the one that pip would choose.
    """
    if report.index_url is None or report.dry_run or not report.ok or not report.files:
        return None
    versions: dict[str, list[str]] = {}
    for file in report.files:
        versions.setdefault(file.project, []).append(file.version)
    releases = sorted(f"{project}=={max(found, key=_preference)}" for project, found in versions.items())
    names = " ".join(releases) if len(releases) <= _NAMED_IN_COMMAND else "NAME"
    return f"pip install --index-url {shlex.quote(report.index_url)} {names}"


def _preference(version: str) -> tuple[bool, Version]:
    """Orders versions as installers prefer them: final releases over pre-releases, then by number."""
    parsed = Version(version)
    return not parsed.is_prerelease, parsed


def _outcome(file: FileReport, dry_run: bool) -> str:
    return _WOULD.get(file.outcome, file.outcome.value) if dry_run else file.outcome.value


def _with_note(text: str, file: FileReport) -> str:
    return f"{text} ({file.note.value})" if file.note else text


def _joined(head: str, url: str | None) -> str:
    return printable(head if url is None else f"{head}  {url}")
