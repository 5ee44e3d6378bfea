"""``s3pypi show PROJECT [VERSION]``: the details of a project."""

from __future__ import annotations

from ..command import PROJECT, Argument, Call, Command
from ..options import READING
from ..render.listing import detail_lines
from ..render.output import Output

__all__ = ["SHOW"]


def _show(call: Call) -> Output:
    report = call.repository.show(call.arguments.project, call.arguments.release)
    return Output(report=report, lines=detail_lines(report))


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
