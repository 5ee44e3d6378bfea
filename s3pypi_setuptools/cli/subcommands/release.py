"""``s3pypi release [PATH]``: build sdist and wheel, and publish both at once."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

from ...errors import Error, UsageError
from ...monitor import SAME_COMMAND, Monitor
from ..options import add_settings, given
from ..parser import ArgumentParser, add_output_options
from ..terminal import Terminal

__all__ = ["parser", "run"]

_DESCRIPTION = """\
Build a project's sdist, and its wheel from that, in isolated environments, as 'python -m build' does; check both;
publish both in one commit. Nothing is published unless both are built. With --wheel only the wheel is built, from the
project's folder."""

_EXAMPLES = """\
examples:
  s3pypi release                                    the project in this folder, to its configured target
  s3pypi release ./project --target s3://bucket/p   another project, and target
  s3pypi release --wheel                            the wheel alone: no source is published
  s3pypi release -C--build-option=--quiet           with a setting for the build backend

After a failed push, push what was built with 's3pypi upload dist/*', or run the command again."""


def parser() -> argparse.ArgumentParser:
    """The parser of its arguments."""
    made = ArgumentParser(
        "s3pypi release",
        usage="s3pypi release [PATH] [--target TARGET] [options]",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
    )
    what = made.add_argument_group("what")
    what.add_argument("project", metavar="PATH", nargs="?", default=".", help="the project's folder (default: this)")
    what.add_argument(
        "-C",
        "--config-setting",
        "--config-settings",
        dest="config_settings",
        metavar="K[=V]",
        action="append",
        default=[],
        help="a setting for the build backend (PEP 517); may be repeated",
    )
    what.add_argument("--wheel", action="store_true", help="build and publish the wheel alone, and no sdist")
    what.add_argument("-o", "--outdir", metavar="FOLDER", help="where the built files go (default: PATH/dist)")
    add_settings(made)
    made.add_argument_group("trying").add_argument(
        "-n", "--dry-run", action="store_true", help="build, say what would be published, and publish nothing"
    )
    add_output_options(made)
    return made


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Build and publish; the exit status."""
    from ... import after_build  # noqa: PLC0415
    from ...api import PackageRepository  # noqa: PLC0415
    from ...config.resolve import resolve  # noqa: PLC0415
    from ...operations.release import build_release  # noqa: PLC0415

    config_settings = _config_settings(arguments.config_settings)
    observer = terminal.account.begin("published", SAME_COMMAND)
    project = Path(arguments.project).absolute()
    settings = resolve(command_line=given(arguments), project=project)
    settings.require_target()
    terminal.use(settings)
    folder = Path(arguments.outdir) if arguments.outdir else project / (settings.dist_dir or "dist")
    held_back: list[str] = []
    try:
        built = build_release(
            project,
            folder,
            config_settings=config_settings,
            environ=after_build.without_switches(os.environ),
            sdist=not arguments.wheel,
            output=held_back.append if terminal.quiet else terminal.remark,
        )
    except Error as error:
        for line in held_back:
            terminal.remark(line)
        raise type(error)(f"nothing was published: {error}") from error
    terminal.account.begin("published", after_build.advice(folder))
    if not terminal.quiet:
        what = f"publishing {' and '.join(path.name for path in built)} to {settings.require_target()}"
        terminal.remark(f"{what} (--dry-run: nothing is written)" if arguments.dry_run else what)
    try:
        with terminal.progress() as progress:
            report = PackageRepository(settings).publish(
                *built, dry_run=arguments.dry_run, monitor=Monitor(progress, observer=observer)
            )
    except Exception as error:
        raise after_build.PushFailed(
            f"built but not published: {terminal.redactor.describe(error)}; {after_build.advice(folder)}"
        ) from error
    status = terminal.report(report)
    if not report.ok and not report.conflict:
        terminal.error(after_build.advice(folder))
    return status


def _config_settings(typed: Sequence[str]) -> dict[str, str | list[str]]:
    """As `build` has them: a repeated one is a list."""
    settings: dict[str, str | list[str]] = {}
    for text in typed:
        key, _, value = text.partition("=")
        if key.startswith("s3pypi-"):
            raise UsageError(f"-C {key}: this command publishes by itself; give its own options, such as --target")
        if key not in settings:
            settings[key] = value
        else:
            earlier = settings[key]
            settings[key] = [*(earlier if isinstance(earlier, list) else [earlier]), value]
    return settings
