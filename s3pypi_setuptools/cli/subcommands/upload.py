"""``s3pypi upload FILES…``: publish distributions."""

from __future__ import annotations

import argparse

from ...monitor import SAME_FILES, Monitor
from ..options import add_settings, given
from ..parser import ArgumentParser, add_output_options
from ..terminal import Terminal

__all__ = ["parser", "run"]

_EXAMPLES = """\
examples:
  s3pypi dist/* --target s3://bucket/prefix     publish what was built
  s3pypi upload dist/ -t ./repo                 the same into a folder; dist/ means the distributions in it
  s3pypi dist/* -t prod                         to [tool.s3pypi.targets] prod of pyproject.toml
  s3pypi dist/* --if-exists=skip --json         pass over files that are listed already; report as JSON

Exit status: 0 all is published, 1 something failed, 2 the command line is wrong, 130 interrupted, 143 terminated."""


def parser() -> argparse.ArgumentParser:
    """The parser of its arguments."""
    made = ArgumentParser(
        "s3pypi",
        usage="s3pypi upload FILES... [--target TARGET] [options]",
        description="Publish built distributions, with regenerated indexes, to a repository on S3 or in a folder.",
        epilog=_EXAMPLES,
    )
    made.add_argument_group("what").add_argument(
        "files", metavar="FILES", nargs="+", help="wheels and sdists, globs ('dist/*'), or folders that hold them"
    )
    add_settings(made)
    made.add_argument_group("trying").add_argument(
        "-n", "--dry-run", action="store_true", help="say what would be done, and write nothing"
    )
    add_output_options(made)
    return made


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Publish the files; the exit status."""
    from ...api import PackageRepository  # noqa: PLC0415
    from ...config.resolve import resolve  # noqa: PLC0415

    observer = terminal.account.begin("published", SAME_FILES)
    settings = resolve(command_line=given(arguments))
    terminal.use(settings)
    with terminal.progress() as progress:
        report = PackageRepository(settings).publish(
            *arguments.files, dry_run=arguments.dry_run, monitor=Monitor(progress, observer=observer)
        )
    return terminal.report(report)
