"""``s3pypi list``, ``show`` and ``download``: what the repository lists, and the files themselves."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ...config.target import is_name
from ...errors import UsageError
from ...naming import is_glob
from ...tables import Column
from ...text import counted
from ..command import PROJECT, Argument, Call, Command
from ..options import READING
from ..render.columns import Shown, Size, Value, facts, listing, time_text
from ..render.output import Output

if TYPE_CHECKING:
    from ...operations.listing import FileDetails, ProjectReport, ProjectSummary

_STYLES = {"archived": "yellow", "deprecated": "yellow", "quarantined": "bold red"}
_NOT_OFFERED = "installers are offered none of these files"
_PROJECTS = (
    Column("Project", folds=True),
    Column("Latest"),
    Column("Files", right=True, spare=2),
    Column("Size", right=True),
    Column("Uploaded", spare=1),
    Column("Status", spare=3),
)
_FILES = (
    Column("File", folds=True),
    Column("Version", spare=1),
    Column("Size", right=True),
    Column("Uploaded", spare=3),
    Column("Python", spare=2),
    Column("Yanked", elastic=True),
)


def _find_place(arguments: argparse.Namespace) -> None:
    """Take the target out of the words; raises `UsageError` if two words are targets."""
    places = [word for word in arguments.words if not is_name(word)]
    if len(places) > 1:
        raise UsageError(f"{places[1]!a} is a second target; a project's name holds no / or :")
    arguments.words = [word for word in arguments.words if is_name(word)]
    arguments.place = next(iter(places), None)


def _list(call: Call) -> Output:
    words, names_only = call.arguments.words, call.arguments.names
    if len(words) == 1 and not is_glob(words[0]):
        project = call.repository.show(words[0])
        return Output(project, [file.filename for file in project.files]) if names_only else _files(project)
    report = call.repository.list(*words, names_only=names_only)
    errors = [project.error for project in report.projects if project.error]
    if names_only:
        return Output(report, [project.name for project in report.projects], errors=errors)
    rows = [_cells(project) for project in report.projects if project.error is None]
    return listing(report, [report.target], _PROJECTS, rows, errors=errors)


def _cells(project: ProjectSummary) -> Sequence[Value]:
    status = project.status.value if project.status else ""
    latest: Value = project.latest
    if project.files and project.yanked == project.files:
        latest = Shown(None, "all yanked", "yellow")
    size = None if project.size is None else Size(project.size)
    return (project.name, latest, project.files, size, project.uploaded, Shown(status, status, _STYLES.get(status, "")))


def _files(report: ProjectReport) -> Output:
    """A project's files, with fewer details than ``show``."""
    title = [f"{report.name}  {report.target}"]
    if report.status.value in _STYLES:
        title.append(_status(report))
    if not report.offered:
        title.append(_NOT_OFFERED)
    rows: list[Sequence[Value]] = []
    for file in report.files:
        size = None if file.size is None else Size(file.size)
        requires = file.requires_python or ""
        python = Shown(requires.replace(" ", ""), requires)
        yanked = None
        if (drawn := _yanked(file)) is not None:
            yanked = Shown(f"yanked: {file.yanked}" if file.yanked else "yanked", drawn, "yellow")
        rows.append((file.filename, file.version, size, file.uploaded, python, yanked))
    dim = {number for number, file in enumerate(report.files) if file.yanked is not None}
    return listing(report, title, _FILES, rows, dim=dim)


LIST = Command(
    program="s3pypi list",
    usage="[TARGET] [PROJECT...] [options]",
    description="""\
List the repository's projects, some of them, or the files of one, as tables. When piped, the output has a line for each
project, NAME LATEST FILES SIZE UPLOADED STATUS, or for each file, NAME VERSION SIZE UPLOADED REQUIRES-PYTHON YANKED,
with sizes in bytes, times in UTC, and '-' for unknown values.""",
    examples="""\
examples:
  s3pypi list                        every project, with its latest version
  s3pypi list --names                only the names, with one request
  s3pypi list s3://packages/simple   the projects of another target
  s3pypi list 'acme-*'               projects whose names match
  s3pypi list demo --json            the files of demo, for programs""",
    arguments=(
        Argument(
            "words",
            metavar="PROJECT",
            nargs="*",
            help="one name: list that project's files; several names, or globs: list those projects. A word that "
            "contains / or : is the target",
        ),
        Argument("--names", action="store_true", help="only the names of the projects, or of the files"),
    ),
    settings=READING,
    answers=True,
    check=_find_place,
    run=_list,
)


def _details(report: ProjectReport) -> Iterator[str]:
    """The project's details, then a block for each file."""
    yield from facts(
        {
            "project": report.name,
            "repository": report.target,
            "index": report.index_url,
            "status": _status(report),
            "versions": ", ".join(report.versions),
            "files": str(len(report.files)),
            "note": None if report.offered else _NOT_OFFERED,
        }
    )
    for file in report.files:
        yield ""
        yield file.filename
        shown = {
            "version": file.version,
            "size": None if file.size is None else counted(file.size, "byte"),
            "uploaded": time_text(file.uploaded),
            "requires-python": file.requires_python,
            "yanked": _yanked(file),
            **file.hashes,
            "metadata": f"{file.url}.metadata" if file.metadata else None,
            "provenance": file.provenance,
            "url": file.url,
        }
        yield from (f"  {line}" for line in facts(shown))


def _yanked(file: FileDetails) -> str | None:
    return None if file.yanked is None else file.yanked or "yes"


def _status(report: ProjectReport) -> str:
    return f"{report.status.value}{f': {report.reason}' if report.reason else ''}"


def _show(call: Call) -> Output:
    report = call.repository.show(call.arguments.project, call.arguments.release)
    return Output(report=report, lines=_details(report))


SHOW = Command(
    program="s3pypi show",
    usage="PROJECT [VERSION] [--target TARGET] [options]",
    description="""\
Show a project's details: its status, versions and files, and the hashes and URL of each file. With a version, show only
the files of that version.""",
    arguments=(
        PROJECT,
        Argument("release", metavar="VERSION", nargs="?", help="show only the files of this version"),
    ),
    settings=READING,
    answers=True,
    run=_show,
)


def _download(call: Call) -> Output:
    project, equals, version = call.arguments.project.partition("==")
    folder = Path(call.arguments.dest).expanduser()
    report = call.repository.download(
        project.strip(), version.strip() if equals else None, folder, monitor=call.monitor
    )
    return Output(
        report=report,
        lines=[f"{file.outcome.value} {file.filename}  {file.path}" for file in report.files if file.error is None],
        errors=[f"{file.filename}: {file.error}" for file in report.files if file.error is not None],
    )


DOWNLOAD = Command(
    program="s3pypi download",
    usage="PROJECT[==VERSION] [-d FOLDER] [--target TARGET] [options]",
    description="""\
Download all files of a version into a folder, and verify each by the hash that the repository lists. AWS credentials
are enough; no server is needed. If no version is given, it is the newest that is neither yanked nor a pre-release.

A file appears under its name when it is complete. A file that exists with the same bytes is kept; one with other bytes
is an error.""",
    examples="""\
examples:
  s3pypi download demo                   the newest version, into this folder
  s3pypi download demo==1.0 -d wheels    version 1.0, into the folder wheels

Exit status: 0 every file is downloaded, 1 something failed, 2 the command line is wrong.""",
    arguments=(
        Argument("project", metavar="PROJECT[==VERSION]", help="the project's name, and optionally a version"),
        Argument("-d", "--dest", metavar="FOLDER", default=".", help="where to put the files (default: this folder)"),
    ),
    settings=READING,
    done="downloaded",
    counts=("Downloading", "files"),
    run=_download,
)
