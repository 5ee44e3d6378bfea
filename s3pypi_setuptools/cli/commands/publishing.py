"""``s3pypi upload`` and ``release``, and ``s3upload``: publish files of this machine."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ...config.options import OF_REPOSITORIES
from ...errors import Error, UsageError
from ...monitor import SAME_FILES
from ..command import DRY_RUN, Argument, Call, Command
from ..options import EVERY, resolved
from ..render.output import Output, publish_output, upload_output

if TYPE_CHECKING:
    from ...config.settings import Settings


def _upload(call: Call) -> Output:
    arguments = call.arguments
    return publish_output(call.repository.publish(*arguments.files, dry_run=arguments.dry_run, monitor=call.monitor))


UPLOAD = Command(
    program="s3pypi",
    usage="upload FILES... [--target TARGET] [options]",
    description="Publish built distributions, with regenerated indexes, to a repository on S3 or in a folder.",
    examples="""\
examples:
  s3pypi dist/* --target s3://bucket/prefix   publish what was built
  s3pypi upload dist/ -t ./repo               all of dist/, into a folder
  s3pypi dist/* -t prod                       a target of pyproject.toml
  s3pypi dist/* --if-exists=skip --json       skip files that exist already

Exit status: 0 all is published, 1 something failed, 2 the command line is wrong, 130 interrupted, 143 terminated.""",
    arguments=(
        Argument("files", metavar="FILES", nargs="+", help="wheels and sdists, globs ('dist/*'), or folders with them"),
    ),
    dry_run=DRY_RUN,
    done="published",
    then=SAME_FILES,
    sends=True,
    run=_upload,
)


def _check_release(arguments: argparse.Namespace) -> None:
    """Make the config settings those that `build` takes: the value of a repeated one is a list."""
    settings: dict[str, list[str]] = {}
    for text in arguments.config_settings:
        key, _, value = text.partition("=")
        if key.startswith("s3pypi-"):
            raise UsageError(f"-C {key}: this command publishes by itself; give its own options, such as --target")
        settings.setdefault(key, []).append(value)
    arguments.config_settings = {key: texts if len(texts) > 1 else texts[0] for key, texts in settings.items()}


def _resolve_release(arguments: argparse.Namespace) -> Settings:
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
    """Build; with ``--quiet``, the output of the build is printed only if the build fails."""
    from ...build_gate import without_switches  # noqa: PLC0415
    from ...operations.release import build_release  # noqa: PLC0415

    arguments, terminal = call.arguments, call.terminal
    held_back: list[str] = []
    try:
        return build_release(
            project,
            folder,
            config_settings=arguments.config_settings,
            environ=without_switches(os.environ),
            sdist=not arguments.wheel,
            output=held_back.append if terminal.quiet else terminal.remark,
        )
    except Error as error:
        for line in held_back:
            terminal.remark(line)
        raise type(error)(f"nothing was published: {error}") from error


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
    check=_check_release,
    resolve=_resolve_release,
    run=_release,
)


def _upload_files(call: Call) -> Output:
    from ...distribution.selection import select_files  # noqa: PLC0415

    paths, dry_run = select_files(call.arguments.files), call.arguments.dry_run
    return upload_output(call.repository.upload_files(paths, dry_run=dry_run, monitor=call.monitor))


S3UPLOAD = Command(
    program="s3upload",
    usage="FILES... --target TARGET [--acl ACL] [--force] [options]",
    description="Upload files under their own names, without an index. They are private unless --acl says otherwise.",
    examples="""\
examples:
  s3upload 'build/*.zip' --target s3://bucket/prefix
  s3upload site.css -t s3://bucket -a public-read -f

A file that is stored already with other bytes is an error, unless --force is given.
Exit status: 0 all is stored, 1 something failed, 2 the command line is wrong, 130 interrupted, 143 terminated.""",
    arguments=(Argument("files", metavar="FILES", nargs="+", help="files, or globs ('build/*')"),),
    settings=[name for name in EVERY if name not in OF_REPOSITORIES],
    titles={"objects and pages": "objects"},
    dry_run=DRY_RUN,
    done="uploaded",
    then=SAME_FILES,
    sends=True,
    resolve=partial(resolved, repository=False),
    run=_upload_files,
)
