"""``pypi-private publish NAME VERSION``, as pypiprivate has it."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ...config.pypi_private import DEFAULT_PATH, read_pypi_private
from ...errors import UsageError
from ..command import Argument, Call, Command
from ..render.output import Output, publish_output

if TYPE_CHECKING:
    from ...config.settings import Settings

_where = partial(Argument, group="where")
_USAGE = "[-p PATH] [-c FILE] [-i] [-v] publish [-d DIST] NAME VERSION"


def _check(arguments: argparse.Namespace) -> None:
    if arguments.command != "publish" or arguments.release is None:
        raise UsageError(f"usage: pypi-private {_USAGE}")


def _resolve(arguments: argparse.Namespace) -> Settings:
    return read_pypi_private(arguments.conf_path, interpolate_environment=arguments.env_interpolation)


def _publish(call: Call) -> Output:
    from ...distribution.selection import distributions_of  # noqa: PLC0415

    arguments = call.arguments
    folder = Path(arguments.project_path).expanduser() / arguments.dist_dir
    paths = distributions_of(folder, arguments.name, arguments.release)
    return publish_output(call.repository.publish(*paths, monitor=call.monitor))


PYPI_PRIVATE = Command(
    program="pypi-private",
    usage=_USAGE,
    description="""\
Publish one version of a project from its dist folder to the storage that the configuration file names.
Files that are published already are skipped.""",
    examples="example:\n  pypi-private -p ~/src/demo publish demo 1.0",
    arguments=(
        Argument("command", metavar="publish", nargs="?", help="the only command"),
        Argument("name", metavar="NAME", nargs="?", help="the project's name"),
        Argument("release", metavar="VERSION", nargs="?", help="the version"),
        _where("-p", "--project-path", metavar="PATH", default=".", help="the project's folder (default: .)"),
        _where("-d", "--dist-dir", metavar="DIST", default="dist", help="folder of built files in it (default: dist)"),
        _where(
            "-c",
            "--conf-path",
            metavar="FILE",
            default=DEFAULT_PATH,
            help=f"the configuration file (default: {DEFAULT_PATH})",
        ),
        _where(
            "-i",
            "--env-interpolation",
            action="store_true",
            help="environment variables may be used in the file as %%(name)s",
        ),
    ),
    settings=(),
    done="published",
    sends=True,
    resolve=_resolve,
    check=_check,
    run=_publish,
)
