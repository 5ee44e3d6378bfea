"""``s3pypi doctor [TARGET]``: what the target can do, and what to do where it cannot."""

from __future__ import annotations

import argparse

from ...monitor import Monitor
from ..options import PUBLISHING, add_settings, given
from ..parser import ArgumentParser, add_output_options
from ..terminal import Terminal

__all__ = ["parser", "run"]

_DESCRIPTION = """\
Examine a target by doing what publishing does: reach it, read, write and delete, race writers, and read the index as
installers do. What is written lies in one folder .s3pypi-probe-..., and is gone after, also after Ctrl-C; what
one that was killed has left, s3pypi prune deletes. The repository's record (repository.json) is renewed where it says
otherwise than what was found."""

_EXAMPLES = """\
examples:
  s3pypi doctor                      the configured target
  s3pypi doctor s3://bucket/prefix   another one
  s3pypi doctor --read-only          write nothing, as with credentials that only read

Exit status: 0 publishing there with these settings is sound, 1 something is in its way, or a setting has no value that
it can have, 2 the command line is wrong."""


def parser() -> argparse.ArgumentParser:
    """The parser of its arguments."""
    made = ArgumentParser(
        "s3pypi doctor",
        usage="s3pypi doctor [TARGET] [--read-only] [options]",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
    )
    what = made.add_argument_group("what")
    what.add_argument("place", metavar="TARGET", nargs="?", help="as --target")
    what.add_argument("--read-only", action="store_true", help="write nothing, and ask only about reading")
    add_settings(made, without=PUBLISHING)
    add_output_options(made)
    return made


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Examine it; the exit status."""
    from ...api import PackageRepository  # noqa: PLC0415
    from ...config.resolve import resolve  # noqa: PLC0415
    from .. import checks_table  # noqa: PLC0415
    from ..count_bar import count_bar  # noqa: PLC0415

    resolved = resolve(command_line=given(arguments, arguments.place))
    terminal.use(resolved)
    with count_bar(terminal, "Examining", "steps") as count:
        report = PackageRepository(resolved).doctor(
            read_only=arguments.read_only,
            left=lambda where: _account(terminal, where),
            monitor=Monitor(count=count),
        )
    return terminal.show(
        report,
        checks_table.check_lines(report),
        lambda: checks_table.draw_checks(report),
        failures=checks_table.failure_lines(report),
    )


def _account(terminal: Terminal, where: str | None) -> None:
    """Let the account of an interruption say what stays."""
    stays = (
        f"objects that were written to ask may stay below {where}; s3pypi prune deletes them when they are a day old"
    )
    terminal.account.begin(None, "what was written to ask is deleted again" if where is None else stays)
