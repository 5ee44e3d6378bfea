"""``s3pypi list [TARGET] [PROJECT…]``: the projects of a repository, or the files of one."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from ...config.target import is_name
from ...errors import UsageError
from ...naming import is_glob
from ..command import Argument, Call, Command
from ..options import READING, resolved
from ..render.listing import file_lines, file_table, project_lines, project_table
from ..render.output import Output

if TYPE_CHECKING:
    from ...config.settings import Settings

__all__ = ["LIST"]


def _resolve(arguments: argparse.Namespace) -> Settings:
    places = [word for word in arguments.words if not is_name(word)]
    if len(places) > 1:
        raise UsageError(f"{places[1]!a} is a second target; a project's name holds no / or :")
    return resolved(arguments, *places)


def _list(call: Call) -> Output:
    names = call.arguments.names
    projects = [word for word in call.arguments.words if is_name(word)]
    if len(projects) == 1 and not is_glob(projects[0]):
        project = call.repository.show(projects[0])
        lines = file_lines(project, names_only=names)
        return Output(report=project, lines=lines, drawn=None if names else lambda: file_table(project))
    report = call.repository.list(*projects, names_only=names)
    return Output(
        report=report,
        lines=project_lines(report, names_only=names),
        drawn=None if names else lambda: project_table(report),
        errors=[project.error for project in report.projects if project.error],
    )


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
    resolve=_resolve,
    run=_list,
)
