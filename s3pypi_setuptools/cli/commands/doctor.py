"""``s3pypi doctor [TARGET]``: what works at a target, and what to do where something does not."""

from __future__ import annotations

from ..command import TARGET, Argument, Call, Command
from ..options import CHANGING
from ..render.checks import check_lines, check_table, failure_lines
from ..render.output import Output

__all__ = ["DOCTOR"]


def _doctor(call: Call) -> Output:
    def left(where: str | None) -> None:
        """Record what an interruption says about test objects."""
        then = "all test objects are deleted"
        if where is not None:
            then = f"test objects may remain below {where}; s3pypi prune deletes them when they are a day old"
        call.terminal.journal.begin(None, then)

    report = call.repository.doctor(read_only=call.arguments.read_only, left=left, monitor=call.monitor)
    return Output(
        report=report,
        lines=check_lines(report),
        drawn=lambda: check_table(report),
        failures=failure_lines(report),
    )


DOCTOR = Command(
    program="s3pypi doctor",
    usage="[TARGET] [--read-only] [options]",
    description="""\
Check a target by doing what publishing does: connect, read, write and delete, let writers race, and read the index as
installers do. All test objects are in one folder .s3pypi-probe-..., and are deleted at the end, also after Ctrl-C; if
the process is killed, s3pypi prune deletes them. If repository.json differs from what was found, it is updated.""",
    examples="""\
examples:
  s3pypi doctor                      the configured target
  s3pypi doctor s3://bucket/prefix   another one
  s3pypi doctor --read-only          write nothing, and check only reading

Exit status: 0 publishing there works with these settings, 1 a check failed, or a setting has an invalid value, 2 the
command line is wrong.""",
    arguments=(TARGET, Argument("--read-only", action="store_true", help="write nothing, and check only reading")),
    settings=CHANGING,
    counts=("Examining", "steps"),
    run=_doctor,
)
