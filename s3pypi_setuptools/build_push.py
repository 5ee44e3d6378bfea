"""Publish what a build made, if `build_gate` lets it: for build frontends, which run within a build tool's process.

A frontend calls `admit` before the build, and `push` with the built file where the build tool wants it. Frontends that
have no better way to fail a build do both in `ending_build`.

Importing this module costs a build next to nothing: `push` imports what pushing needs.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, NoReturn

from .build_gate import PUBLISH_SETTING, Frontend, Kind, last_value, may_publish
from .errors import ConfigurationError, Error

if TYPE_CHECKING:
    from .config.option import Option
    from .operations.publish.report import PublishReport

REPLACE = "S3PYPI_IF_EXISTS=replace"
_OURS = "s3pypi-"
_NOT_OF_BUILDS = frozenset({"dist-dir", "file-mask"})
"""Settings that choose files: a build knows its own."""


class PushFailed(Error):
    """The build was asked to publish and could not; the text says why, and what to do (`advice`)."""


def admit(
    frontend: Frontend, kind: Kind, folder: PurePath | str, config_settings: Mapping[str, object] | None = None
) -> bool:
    """Whether this build may publish, by this process's environment; a refusal is printed, in one line on stderr.

    The parameters are those of `build_gate.may_publish`, but ``folder`` may be relative to the working folder.

    Raises `ConfigurationError` for a switch that says neither yes nor no.
    """
    verdict = may_publish(frontend, kind, Path(folder).absolute(), environ=os.environ, config_settings=config_settings)
    if verdict.reason is not None:
        say(f"not published: {verdict.reason}")
    return verdict.publish


def split_config_settings(
    config_settings: Mapping[str, object] | None,
) -> tuple[dict[str, object], dict[str, object] | None]:
    """Split PEP 517 config settings into this package's own settings and those of the build backend.

    ``s3pypi-target=prod`` becomes the setting ``target``, for `push` as its ``command_line``. Of several values the
    last counts, except for ``s3pypi-s3-put-args``, where all do.

    Raises `ConfigurationError` for an unknown ``s3pypi-…`` key.
    """
    if config_settings is None:
        return {}, None
    ours: dict[str, object] = {}
    others: dict[str, object] = {}
    for key, value in config_settings.items():
        if not key.startswith(_OURS):
            others[key] = value
        elif key != PUBLISH_SETTING:
            option = _option(key)
            ours[option.name] = value if option.repeatable else last_value(value)
    return ours, others


def push(path: Path, *, project: Path, command_line: Mapping[str, object] | None = None) -> PublishReport:
    """Publish the built file at ``path``, and print its outcome as ``s3pypi upload`` does.

    :param project: the folder of the pyproject.toml of the project that was built; it need not be the working folder.
    :param command_line: settings by name (``target``, ``if-exists``, …) that win over all others, such as those given
        as config settings. Targets that are relative paths are refused: builds run in temporary folders.

    Raises `PushFailed`; the built file stays as it is. After Ctrl-C or SIGTERM it prints what was published, and ends
    the process.
    """
    from .interruption import INTERRUPTED, Interruption  # noqa: PLC0415
    from .monitor import Journal, Monitor  # noqa: PLC0415
    from .redaction import Redactor, silenced  # noqa: PLC0415

    journal = Journal().begin("published", advice(path.parent))
    redactor = Redactor()

    def interrupted(word: str) -> None:
        say(redactor.redact(f"{word}: {journal.sentence()}"))

    try:
        with silenced(), Interruption(journal.stop, interrupted):
            from . import report_lines  # noqa: PLC0415
            from .api import PackageRepository  # noqa: PLC0415
            from .config.resolve import resolve  # noqa: PLC0415

            settings = resolve(command_line=command_line, project=project.absolute(), relative_paths=False)
            redactor.include(settings.redactor)
            for note in settings.notes:
                say(f"warning: {note}")
            report = PackageRepository(settings).publish(path, monitor=Monitor(observer=journal))
            failures = [redactor.redact(line) for line in report_lines.failures(report, REPLACE)]
            for line in report_lines.publish_lines(report):
                print(line, flush=True)
    except KeyboardInterrupt:  # the line is printed already: build tools would add a traceback
        raise SystemExit(INTERRUPTED) from None
    except Exception as error:
        raise PushFailed(f"built but not published: {redactor.describe(error)}; {advice(path.parent)}") from error
    if failures:
        # A file that conflicts now would conflict again when it is pushed again.
        then = [] if report.conflict else [advice(path.parent)]
        raise PushFailed(f"built but not published: {'; '.join([*failures, *then])}")
    return report


def advice(folder: Path) -> str:
    """What to do after a push of files in ``folder`` has failed for another reason than a conflict."""
    shown = folder.name if folder.name == "dist" else folder
    return f"push what was built with 's3pypi upload {shown}/*'"


def say(line: str) -> None:
    """Print a line for people on stderr, which build tools show, without the environment's secrets."""
    from .redaction import redact  # noqa: PLC0415

    print(f"s3pypi: {redact(line)}", file=sys.stderr, flush=True)


def abort(error: Error) -> NoReturn:
    """End the build with the error as one line on stderr and exit status 1; build tools add that the backend failed."""
    from .redaction import describe  # noqa: PLC0415

    say(f"error: {describe(error)}")
    raise SystemExit(1)


@contextlib.contextmanager
def ending_build() -> Iterator[None]:
    """`abort` for an `Error` that is raised in the context."""
    try:
        yield
    except Error as error:
        abort(error)


def _option(key: str) -> Option:
    from .config.options import OPTIONS, find  # noqa: PLC0415  few builds have such settings
    from .text import quoted, suggestion  # noqa: PLC0415

    option = find(key.removeprefix(_OURS))
    if option is None or option.name in _NOT_OF_BUILDS:
        known = ["publish", *(option.name for option in OPTIONS if option.name not in _NOT_OF_BUILDS)]
        hint = suggestion(key.removeprefix(_OURS), known, _OURS)
        raise ConfigurationError(f"there is no config setting {quoted(key)}{hint}")
    return option
