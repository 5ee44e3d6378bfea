"""``s3pypi mirror --from T1 --to T2``: copy a repository to another place, and again what is new."""

from __future__ import annotations

import argparse

from ...errors import UsageError
from ..confirmation import add_change_options
from ..options import PUBLISHING
from ..parser import ArgumentParser, add_output_options
from ..terminal import Terminal
from ..two_targets import add_strays, add_two_targets
from . import load

__all__ = ["parser", "run"]

_DESCRIPTION = """\
Copy what a repository of this or another tool lists to another place; run again, what is new there.

Hashes, upload times, yanks, statuses, metadata files and attestations go along. Files that the place lists already with
the same bytes are passed over; with other bytes they are an error. Nothing is deleted there."""

_EXAMPLES = """\
examples:
  s3pypi mirror --from s3://packages/simple --to ./backup
  s3pypi mirror demo --from prod --to s3://packages-eu/simple --region eu-west-1

Exit status: 0 all is listed there, 1 something failed, 2 the command line is wrong."""


def parser() -> argparse.ArgumentParser:
    """The parser of its arguments."""
    made = ArgumentParser(
        "s3pypi mirror",
        usage="s3pypi mirror [PROJECT...] --from TARGET --to TARGET [options]",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
    )
    made.add_argument_group("what").add_argument(
        "projects", metavar="PROJECT", nargs="*", help="only these projects (default: all)"
    )
    add_strays(made)
    add_two_targets(made, without=PUBLISHING)
    add_change_options(made)
    add_output_options(made)
    made.set_defaults(elsewhere=True)
    return made


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Mirror; the exit status."""
    if arguments.origin is None:
        raise UsageError("say what to mirror: --from TARGET")
    return load("import").run(arguments, terminal)
