"""The gate that every build passes: may it publish what it built? And the push behind the gate.

A build publishes only when it is asked to **at that invocation**, and only for the project that it was started for:

====================================  =========================================================================
asked by                              at these doors
====================================  =========================================================================
``S3PYPI_PUBLISH=1``                  all
``-C s3pypi-publish=true``            the PEP 517 backend, the pdm-backend hook
``HATCH_BUILD_HOOK_ENABLE_S3PYPI=1``  the hatchling hook
====================================  =========================================================================

A door asks `may_publish` (or `admit`, which also says a refusal) and, once its file lies where it stays, calls `push`;
doors that have no better way to fail a build end it with `abort`.
Importing this module costs a build next to nothing; what pushing needs is imported by `push`.
"""

from __future__ import annotations

import enum
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from .errors import ConfigurationError, Error

if TYPE_CHECKING:
    from .config.options import Option
    from .operations.publish.report import PublishReport

__all__ = [
    "Door",
    "Kind",
    "PushFailed",
    "Verdict",
    "abort",
    "admit",
    "advice",
    "divide",
    "may_publish",
    "push",
    "say",
    "without_switches",
]

PUBLISH = "S3PYPI_PUBLISH"
PUBLISH_SETTING = "s3pypi-publish"
REPLACE = "S3PYPI_IF_EXISTS=replace"
HATCH_ENABLE = "HATCH_BUILD_HOOK_ENABLE_S3PYPI"

_YES = frozenset({"1", "true", "yes", "on"})
_NO = frozenset({"0", "false", "no", "off"})
_HATCH_YES = frozenset({"1", "true"})
_UV_BUILDS = re.compile(r"(?:builds|sdists|built-wheels)-v[0-9]+")
"""Names of the folders in uv's cache in which it builds what it installs: since 0.5.3x, since 0.4, before."""
_OURS = "s3pypi-"
_NOT_OF_BUILDS = frozenset({"dist-dir", "file-mask"})
"""Settings that choose files: a build knows its own."""


class Door(enum.Enum):
    """Which part of this package a build tool called."""

    BACKEND = "backend"
    """`build_meta`, the PEP 517 backend."""
    HATCH = "hatch"
    """The hatchling build hook."""
    PDM = "pdm"
    """The pdm-backend build hook."""


class Kind(enum.Enum):
    """What the build makes."""

    WHEEL = "wheel"
    SDIST = "sdist"
    EDITABLE = "editable"
    """An editable wheel (PEP 660)."""
    METADATA = "metadata"
    """Metadata alone (``prepare_metadata_for_…``)."""


class Verdict(NamedTuple):
    """Whether a build publishes.

    :param reason: why not, as one line without full stop, although it was asked to; None when nobody asked, and when it
        publishes.
    """

    publish: bool
    reason: str | None = None


class PushFailed(Error):
    """The build was asked to publish and could not; the text says why, and what to do (`advice`)."""


def may_publish(
    door: Door,
    kind: Kind,
    folder: PurePath | str,
    *,
    environ: Mapping[str, str],
    config_settings: Mapping[str, object] | None = None,
) -> Verdict:
    """Whether this build may publish; a pure function.

    :param folder: where the front end wants the result, absolute (``wheel_directory`` of PEP 517).
    :param environ: the environment variables.
    :param config_settings: as the front end passed them (PEP 517): texts, booleans or lists of them; None and empty
        where the door has none. An explicit ``s3pypi-publish`` wins over ``S3PYPI_PUBLISH``.

    Raises `ConfigurationError` for a switch that says neither yes nor no.
    """
    if not _asked(door, environ, config_settings or {}):
        return Verdict(publish=False)
    reason = _refusal(kind, PurePath(folder), environ)
    return Verdict(reason is None, reason)


def admit(door: Door, kind: Kind, folder: PurePath | str, config_settings: Mapping[str, object] | None = None) -> bool:
    """`may_publish` in this process's environment; a refusal is said, in one line on stderr.

    Raises `ConfigurationError` as `may_publish`.
    """
    verdict = may_publish(door, kind, Path(folder).absolute(), environ=os.environ, config_settings=config_settings)
    if verdict.reason is not None:
        say(f"not published: {verdict.reason}")
    return verdict.publish


def divide(config_settings: Mapping[str, object] | None) -> tuple[dict[str, object], dict[str, object] | None]:
    """The settings that ``s3pypi-…`` config settings give, and the config settings of the build backend.

    ``s3pypi-target=prod`` gives ``target``, for `push` as its ``command_line``; of several values the last counts, but
    those of ``s3pypi-s3-put-args`` add up.

    Raises `ConfigurationError` for an ``s3pypi-…`` key that means nothing.
    """
    if config_settings is None:
        return {}, None
    ours: dict[str, object] = {}
    others: dict[str, object] = {}
    for key, value in config_settings.items():
        if not key.startswith(_OURS):
            others[key] = value
        elif key != PUBLISH_SETTING:
            option = _setting(key)
            ours[option.name] = value if option.repeatable else _last(value)
    return ours, others


def push(path: Path, *, project: Path, command_line: Mapping[str, object] | None = None) -> PublishReport:
    """Publish the built file at ``path``, and print what became of it, as ``s3pypi upload`` does.

    :param project: the folder of the pyproject.toml of the project that was built; it need not be the working folder.
    :param command_line: settings by name (``target``, ``if-exists``, …) that win over all others, such as those typed
        as config settings or options. Targets that are relative paths are refused: builds run in temporary folders.

    Raises `PushFailed`; whatever went wrong, the file stays as it is. Interrupted, it says what was published, and ends
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
    except KeyboardInterrupt:  # all is said: build tools would print a traceback
        raise SystemExit(INTERRUPTED) from None
    except Exception as error:
        raise PushFailed(f"built but not published: {redactor.describe(error)}; {advice(path.parent)}") from error
    if failures:
        # What conflicts now conflicts when it is pushed again.
        then = [] if report.conflict else [advice(path.parent)]
        raise PushFailed(f"built but not published: {'; '.join([*failures, *then])}")
    return report


def advice(folder: Path) -> str:
    """What to do after a push of files in ``folder`` that failed for another reason than that they are published."""
    shown = folder.name if folder.name == "dist" else folder
    return f"push what was built with 's3pypi upload {shown}/*'"


def say(line: str) -> None:
    """Print a line for people on stderr, where front ends show it; the environment's secrets are not shown."""
    from .redaction import redact  # noqa: PLC0415

    print(f"s3pypi: {redact(line)}", file=sys.stderr, flush=True)


def without_switches(environ: Mapping[str, str]) -> dict[str, str]:
    """``environ`` for a build that is not to publish by itself."""
    return {name: value for name, value in environ.items() if name not in {PUBLISH, HATCH_ENABLE}}


def abort(error: Error) -> NoReturn:
    """End the build: the error as one line on stderr, and exit status 1; front ends say that the backend failed."""
    from .redaction import describe  # noqa: PLC0415

    say(f"error: {describe(error)}")
    raise SystemExit(1)


def _asked(door: Door, environ: Mapping[str, str], config_settings: Mapping[str, object]) -> bool:
    if door is not Door.HATCH and PUBLISH_SETTING in config_settings:
        return _answer(config_settings[PUBLISH_SETTING], f"config setting {PUBLISH_SETTING}")
    if _answer(environ.get(PUBLISH, "").strip() or "0", f"environment {PUBLISH}"):
        return True
    return door is Door.HATCH and environ.get(HATCH_ENABLE, "") in _HATCH_YES


def _answer(raw: object, where: str) -> bool:
    value = _last(raw)
    text = str(value).strip().lower() if isinstance(value, (str, bool)) else None
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise ConfigurationError(
        f"{where}: must be 1, true, yes or on to publish, or 0, false, no or off, not {value!a:.40}"
    )


def _last(raw: object) -> object:
    """The last of several values, as command lines have it; front ends make a list of a repeated config setting."""
    return raw[-1] if isinstance(raw, (list, tuple)) and raw else raw


def _setting(key: str) -> Option:
    from .config.options import OPTIONS, find  # noqa: PLC0415  few builds have such settings
    from .text import quoted, suggestion  # noqa: PLC0415

    option = find(key.removeprefix(_OURS))
    if option is None or option.name in _NOT_OF_BUILDS:
        known = ["publish", *(option.name for option in OPTIONS if option.name not in _NOT_OF_BUILDS)]
        hint = suggestion(key.removeprefix(_OURS), known, _OURS)
        raise ConfigurationError(f"there is no config setting {quoted(key)}{hint}")
    return option


def _refusal(kind: Kind, folder: PurePath, environ: Mapping[str, str]) -> str | None:
    if kind is Kind.EDITABLE:
        return "an editable build is for this machine alone"
    if kind is Kind.METADATA:
        return "a build of metadata alone makes no distribution"
    if "PIP_BUILD_TRACKER" in environ:
        return "pip builds this to install it or as a dependency; publish with 'python -m build' or 's3pypi release'"
    if any(_UV_BUILDS.fullmatch(parent.name) for parent in folder.parents):
        return "uv builds this to install it or as a dependency; publish with 'uv build' or 's3pypi release'"
    if environ.get("TOX_ENV_DIR") and folder == PurePath(environ["TOX_ENV_DIR"], "dist"):
        return "tox builds this for its own environments; publish with 'python -m build' or 's3pypi release'"
    return None
