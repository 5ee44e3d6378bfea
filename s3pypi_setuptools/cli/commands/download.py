"""``s3pypi download PROJECT[==VERSION]``: the files of a version, verified by their hashes."""

from __future__ import annotations

from pathlib import Path

from ..command import Argument, Call, Command
from ..options import READING
from ..render.output import Output

__all__ = ["DOWNLOAD"]


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
