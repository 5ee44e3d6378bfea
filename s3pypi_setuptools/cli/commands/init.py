"""``s3pypi init [TARGET]``: make an empty repository."""

from __future__ import annotations

from ...monitor import SAME_COMMAND
from ..command import TARGET, Call, Command
from ..options import CHANGING
from ..render.output import Output

__all__ = ["INIT"]


def _init(call: Call) -> Output:
    report = call.repository.initialize()
    return Output(report=report, lines=[f"{'created' if report.created else 'present'} {report.target}", *report.notes])


INIT = Command(
    program="s3pypi init",
    usage="[TARGET] [options]",
    description="""\
Make an empty repository (its repository.json); the first upload does this, too. A repository that exists is kept; if
version 1.0 made it, its large projects are stored compressed from now on, where the store can do that.""",
    arguments=(TARGET,),
    settings=CHANGING,
    then=SAME_COMMAND,
    run=_init,
)
