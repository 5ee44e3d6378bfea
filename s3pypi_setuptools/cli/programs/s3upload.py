"""``s3upload FILES… --target TARGET``: any files, no index."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from ...config.options import OF_REPOSITORIES
from ...monitor import SAME_FILES, Monitor
from .. import guard
from ..options import add_settings, given
from ..parser import ArgumentParser, add_output_options
from ..terminal import Terminal

__all__ = ["main"]

_EXAMPLES = """\
examples:
  s3upload 'build/*.zip' --target s3://bucket/prefix
  s3upload site.css -t s3://bucket -a public-read -f

A file that is stored already with other bytes is an error, unless --force is given.
Exit status: 0 all is stored, 1 something failed, 2 the command line is wrong, 130 interrupted, 143 terminated."""


def main() -> int:
    """Run the program on ``sys.argv``; the exit status."""
    return guard.run("s3upload", _run)


def _parser() -> argparse.ArgumentParser:
    made = ArgumentParser(
        "s3upload",
        usage="s3upload FILES... --target TARGET [--acl ACL] [--force] [options]",
        description="Upload files under their own names, without an index; private unless --acl says otherwise.",
        epilog=_EXAMPLES,
    )
    made.add_argument_group("what").add_argument(
        "files", metavar="FILES", nargs="+", help="files, or globs ('build/*')"
    )
    add_settings(made, without=OF_REPOSITORIES, titles={"objects and pages": "objects"})
    made.add_argument_group("trying").add_argument(
        "-n", "--dry-run", action="store_true", help="say what would be done, and write nothing"
    )
    add_output_options(made)
    return made


def _run(argv: Sequence[str], terminal: Terminal) -> int:
    arguments = _parser().parse_intermixed_args(argv)
    terminal.configure_from(arguments)

    from ...api import PackageRepository  # noqa: PLC0415
    from ...config.resolve import resolve  # noqa: PLC0415
    from ...distribution.selection import select_files  # noqa: PLC0415

    observer = terminal.account.begin("uploaded", SAME_FILES)
    settings = resolve(command_line=given(arguments), repository=False)
    terminal.use(settings)
    paths = select_files(arguments.files)
    with terminal.progress() as progress:
        report = PackageRepository(settings).upload_files(
            paths, dry_run=arguments.dry_run, monitor=Monitor(progress, observer=observer)
        )
    return terminal.report(report)
