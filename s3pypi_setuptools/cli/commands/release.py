"""``s3pypi release [PATH]``: build sdist and wheel, and publish both at once."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import Error, UsageError
from ..command import Argument, Call, Command
from ..options import resolved
from ..render.output import Output, publish_output

if TYPE_CHECKING:
    from ...config.settings import Settings

__all__ = ["RELEASE"]


def _check(arguments: argparse.Namespace) -> None:
    _config_settings(arguments.config_settings)


def _resolve(arguments: argparse.Namespace) -> Settings:
    settings = resolved(arguments, project=Path(arguments.project).absolute())
    settings.require_target()
    return settings


def _release(call: Call) -> Output:
    from ...build_push import PushFailed, advice  # noqa: PLC0415

    arguments, terminal = call.arguments, call.terminal
    project = Path(arguments.project).absolute()
    folder = Path(arguments.outdir) if arguments.outdir else project / (call.settings.dist_dir or "dist")
    built = _build(call, project, folder)
    then = advice(folder)
    terminal.journal.begin("published", then)
    if not terminal.quiet:
        what = f"publishing {' and '.join(path.name for path in built)} to {call.settings.require_target()}"
        terminal.remark(f"{what} (--dry-run: nothing is written)" if arguments.dry_run else what)
    try:
        report = call.repository.publish(*built, dry_run=arguments.dry_run, monitor=call.monitor)
    except Exception as error:
        raise PushFailed(f"built but not published: {terminal.redactor.describe(error)}; {then}") from error
    output = publish_output(report)
    return output if report.ok or report.conflict else output._replace(errors=[*output.errors, then])


def _build(call: Call, project: Path, folder: Path) -> Sequence[Path]:
    """Build; what the build says is held back until it fails where the output is to be quiet."""
    from ...build_gate import without_switches  # noqa: PLC0415
    from ...operations.release import build_release  # noqa: PLC0415

    arguments, terminal = call.arguments, call.terminal
    held_back: list[str] = []
    try:
        return build_release(
            project,
            folder,
            config_settings=_config_settings(arguments.config_settings),
            environ=without_switches(os.environ),
            sdist=not arguments.wheel,
            output=held_back.append if terminal.quiet else terminal.remark,
        )
    except Error as error:
        for line in held_back:
            terminal.remark(line)
        raise type(error)(f"nothing was published: {error}") from error


def _config_settings(typed: Sequence[str]) -> dict[str, str | list[str]]:
    """As `build` has them: a repeated one is a list. Raises `UsageError` for settings of this package."""
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


RELEASE = Command(
    program="s3pypi release",
    usage="[PATH] [--target TARGET] [options]",
    description="""\
Build a project's sdist, and its wheel from the sdist, in isolated environments, as 'python -m build' does. Check both,
and publish them in one commit; nothing is published unless both are built. With --wheel, build only the wheel, from the
project's folder.""",
    examples="""\
examples:
  s3pypi release                            the project in this folder
  s3pypi release ./project -t s3://bucket   another project, and target
  s3pypi release --wheel                    only the wheel, no sdist
  s3pypi release -C--build-option=--quiet   a setting for the build backend

If publishing fails, publish what was built with 's3pypi upload dist/*', or run the command again.""",
    arguments=(
        Argument("project", metavar="PATH", nargs="?", default=".", help="the project's folder (default: .)"),
        Argument(
            "-C",
            "--config-setting",
            "--config-settings",
            dest="config_settings",
            metavar="K[=V]",
            action="append",
            default=[],
            help="a setting for the build backend (PEP 517); may be repeated",
        ),
        Argument("--wheel", action="store_true", help="build and publish only the wheel, no sdist"),
        Argument("-o", "--outdir", metavar="FOLDER", help="where the built files go (default: PATH/dist)"),
    ),
    dry_run="build, show what would be published, and publish nothing",
    done="published",
    sends=True,
    check=_check,
    resolve=_resolve,
    run=_release,
)
