"""``s3pypi init [TARGET]``: make an empty repository."""

from __future__ import annotations

import argparse

from ..options import PUBLISHING, add_settings, given
from ..parser import ArgumentParser, add_output_options
from ..terminal import Terminal

__all__ = ["parser", "run"]


def parser() -> argparse.ArgumentParser:
    """The parser of its arguments."""
    made = ArgumentParser(
        "s3pypi init",
        usage="s3pypi init [TARGET] [options]",
        description="Make a repository (its repository.json); the first upload does it too. One that exists is kept; "
        "if version 1.0 made it, its large projects are stored compressed from now on, where the store can do that.",
    )
    made.add_argument_group("what").add_argument("place", metavar="TARGET", nargs="?", help="as --target")
    add_settings(made, without=PUBLISHING)
    add_output_options(made)
    return made


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Make the repository; the exit status."""
    from ...api import PackageRepository  # noqa: PLC0415
    from ...config.resolve import resolve  # noqa: PLC0415

    resolved = resolve(command_line=given(arguments, arguments.place))
    terminal.account.begin(None)
    terminal.use(resolved)
    return terminal.report(PackageRepository(resolved).initialize())
