"""``pypi-private publish NAME VERSION``, as pypiprivate has it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from ...errors import UsageError
from ...monitor import SAME_COMMAND, Monitor
from .. import guard
from ..parser import ArgumentParser, add_output_options
from ..terminal import Terminal

__all__ = ["main"]

_USAGE = "pypi-private [-p PATH] [-c FILE] [-i] [-v] publish [-d DIST] NAME VERSION"
_DEFAULT_CONFIGURATION = "~/.pypi-private.cfg"


def main() -> int:
    """Run the program on ``sys.argv``; the exit status."""
    return guard.run("pypi-private", _run)


def _parser() -> argparse.ArgumentParser:
    made = ArgumentParser(
        "pypi-private",
        usage=_USAGE,
        description=(
            "Publish one version of a project from its dist folder to the storage that the configuration file names.\n"
            "Files that are published already are passed over."
        ),
        epilog="example:\n  pypi-private -p ~/src/demo publish demo 1.0",
    )
    what = made.add_argument_group("what")
    what.add_argument("command", metavar="publish", nargs="?", help="the one command there is")
    what.add_argument("name", metavar="NAME", nargs="?", help="the project's name")
    what.add_argument("release", metavar="VERSION", nargs="?", help="the version")
    where = made.add_argument_group("where")
    where.add_argument("-p", "--project-path", metavar="PATH", default=".", help="the project's folder (default: .)")
    where.add_argument(
        "-d", "--dist-dir", metavar="DIST", default="dist", help="folder of built files in it (default: dist)"
    )
    where.add_argument(
        "-c", "--conf-path", metavar="FILE", default=_DEFAULT_CONFIGURATION, help=f"default: {_DEFAULT_CONFIGURATION}"
    )
    where.add_argument(
        "-i",
        "--env-interpolation",
        action="store_true",
        help="environment variables may be used in the file as %%(name)s",
    )
    add_output_options(made)
    return made


def _run(argv: Sequence[str], terminal: Terminal) -> int:
    arguments = _parser().parse_intermixed_args(argv)
    terminal.configure_from(arguments)
    if arguments.command != "publish" or arguments.release is None:
        raise UsageError(f"usage: {_USAGE}")

    from ...api import PackageRepository  # noqa: PLC0415
    from ...config.pypi_private import read_pypi_private  # noqa: PLC0415
    from ...distribution.selection import distributions_of  # noqa: PLC0415

    observer = terminal.account.begin("published", SAME_COMMAND)
    settings = read_pypi_private(arguments.conf_path, interpolate_environment=arguments.env_interpolation)
    terminal.use(settings)
    folder = Path(arguments.project_path).expanduser() / arguments.dist_dir
    paths = distributions_of(folder, arguments.name, arguments.release)
    with terminal.progress() as progress:
        report = PackageRepository(settings).publish(*paths, monitor=Monitor(progress, observer=observer))
    return terminal.report(report)
