"""Commands between two repositories: ``--from`` one, ``--to`` another."""

from __future__ import annotations

import argparse
from collections.abc import Collection
from typing import TYPE_CHECKING

from ..config.options import CONNECTION
from ..errors import UsageError
from .options import add_settings, given

if TYPE_CHECKING:
    from ..config.settings import Settings

__all__ = ["add_strays", "add_two_targets", "source_settings", "target_settings"]


def add_two_targets(parser: argparse.ArgumentParser, *, without: Collection[str] = ()) -> None:
    """Offer ``--from`` and ``--to``, in the forms of ``--target``, and the settings of the repository written to."""
    group = parser.add_argument_group("from where to where")
    group.add_argument(
        "--from", dest="origin", metavar="TARGET", help="the repository to read, in any form of --target"
    )
    group.add_argument("--to", dest="to", metavar="TARGET", help="the repository to write; the same as --target")
    add_settings(parser, without=without, titles={"where": "the repository to write, in other words"})


def add_strays(parser: argparse.ArgumentParser) -> None:
    """Offer ``--strays``."""
    parser.add_argument(
        "--strays",
        action="store_true",
        help="also take files that another project's manifest lists, and files from another project's folder into "
        "projects that have a manifest",
    )


def source_settings(arguments: argparse.Namespace) -> Settings | None:
    """The settings of the repository to read; None when none is given. Raises `ConfigurationError`."""
    if arguments.origin is None:
        return None
    from ..config.resolve import resolve  # noqa: PLC0415

    connection = {name: value for name, value in given(arguments).items() if name in CONNECTION}
    return resolve(command_line={**connection, "target": arguments.origin})


def target_settings(arguments: argparse.Namespace) -> Settings:
    """The settings of the repository to write; raises `UsageError` and `ConfigurationError`."""
    from ..config.resolve import resolve  # noqa: PLC0415

    typed = given(arguments)
    if arguments.to is not None:
        if "target" in typed or "bucket" in typed:
            raise UsageError("give the repository to write once: with --to, or with --target")
        typed["target"] = arguments.to
    return resolve(command_line=typed)
