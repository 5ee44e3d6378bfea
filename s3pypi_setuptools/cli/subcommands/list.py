"""``s3pypi list [TARGET] [PROJECT…]``: the projects of a repository, or the files of one."""

from __future__ import annotations

import argparse

from ...config.target import is_name
from ...errors import UsageError
from ...naming import is_glob
from ..options import READING, add_settings, given
from ..parser import ArgumentParser, add_output_options
from ..terminal import Terminal

__all__ = ["parser", "run"]

_DESCRIPTION = """\
List the repository's projects, some of them, or the files of one, as tables. Piped, as lines of columns with '-' for
what there is not: of a project NAME LATEST FILES SIZE UPLOADED STATUS, of a file NAME VERSION SIZE UPLOADED
REQUIRES-PYTHON YANKED. Sizes are in bytes then, times in UTC."""

_EXAMPLES = """\
examples:
  s3pypi list                        every project, with its latest version
  s3pypi list --names                the names alone: one request, whatever the repository holds
  s3pypi list s3://packages/simple   those of another target
  s3pypi list 'acme-*'               projects whose names match
  s3pypi list demo --json            the files of demo, for programs"""


def parser() -> argparse.ArgumentParser:
    """The parser of its arguments."""
    made = ArgumentParser(
        "s3pypi list",
        usage="s3pypi list [TARGET] [PROJECT...] [options]",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
    )
    what = made.add_argument_group("what")
    what.add_argument(
        "words",
        metavar="PROJECT",
        nargs="*",
        help="list this project's files; with several, or globs, these projects. What holds a / or : is the target",
    )
    what.add_argument("--names", action="store_true", help="only names: of the projects, or of the files")
    add_settings(made, only=READING)
    add_output_options(made)
    return made


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """List them; the exit status."""
    from ...api import PackageRepository  # noqa: PLC0415
    from ...config.resolve import resolve  # noqa: PLC0415
    from .. import listing  # noqa: PLC0415

    places = [word for word in arguments.words if not is_name(word)]
    projects = [word for word in arguments.words if is_name(word)]
    if len(places) > 1:
        raise UsageError(f"{places[1]!a} is a second target; a project's name holds no / or :")
    settings = resolve(command_line=given(arguments, *places))
    terminal.use(settings)
    terminal.quiet = False  # the list is all there is to say
    names, repository = arguments.names, PackageRepository(settings)
    if len(projects) == 1 and not is_glob(projects[0]):
        project = repository.show(projects[0])
        draw = None if names else lambda: listing.draw_files(project)
        return terminal.show(project, listing.file_lines(project, names_only=names), draw)
    report = repository.list_report(projects, names_only=names)
    for failed in report.projects:
        if failed.error:
            terminal.error(str(failed.error))
    draw = None if names else lambda: listing.draw_projects(report)
    return terminal.show(report, listing.project_lines(report, names_only=names), draw)
