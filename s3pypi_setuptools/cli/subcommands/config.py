"""``s3pypi config``: every setting, its value, and where it came from."""

from __future__ import annotations

import argparse

from ...errors import Error
from ..options import add_settings, given
from ..parser import ArgumentParser, add_output_options
from ..terminal import Terminal

__all__ = ["parser", "run"]


def parser() -> argparse.ArgumentParser:
    """The parser of its arguments."""
    made = ArgumentParser(
        "s3pypi config",
        usage="s3pypi config [options]",
        description=(
            "Show every setting, its value, and where it came from, as an upload from this folder would use them.\n"
            "For a bucket, also what AWS's own variables and files decide. Secrets are shown as ***.\n"
            "Options are taken into account."
        ),
    )
    add_settings(made)
    add_output_options(made)
    return made


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Show the settings; the exit status."""
    from ...api import aws_settings  # noqa: PLC0415
    from ...config.explanation import explain  # noqa: PLC0415
    from ...config.resolve import resolve  # noqa: PLC0415

    settings = resolve(command_line=given(arguments))
    terminal.use(settings)
    of_aws: dict[str, tuple[str, str]] = {}
    try:
        of_aws = aws_settings(settings)
    except Error as error:
        terminal.warning(str(error))
    rows = explain(settings, of_aws)
    if terminal.json:
        terminal.object(
            {
                "ok": True,
                "settings": [{"name": row.name, "value": row.value, "origin": row.origin} for row in rows],
            }
        )
        return 0
    names, values = (max(len(getattr(row, column)) for row in rows) for column in ("name", "value"))
    terminal.quiet = False  # the settings are all there is to say
    for row in rows:
        terminal.result(f"{row.name:<{names}}  {row.value:<{values}}  {row.origin}")
    return 0
