"""The hooks of PEP 517 and PEP 660, around those of the wrapped backend.

Parameters have the names of the specifications: some front ends pass them by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from .. import build_push
from ..build_gate import Frontend, Kind
from . import wrapped

Hook: TypeAlias = Callable[..., Any]
ConfigSettings: TypeAlias = Mapping[str, Any] | None


def find_hook(name: str) -> Hook | None:
    """The hook ``name`` of the project in the working folder; None if the wrapped backend has no such hook.

    Ends the process, with one line on stderr, if the backend cannot be imported.
    """
    with build_push.ending_build():
        theirs = getattr(wrapped.load(Path.cwd()), name, None)
    return None if theirs is None else _WRAPPERS[name](theirs)


def _requires(theirs: Hook) -> Hook:
    def get_requires(config_settings: ConfigSettings = None) -> Any:
        return theirs(_split(config_settings)[1])

    return get_requires


def _metadata(theirs: Hook) -> Hook:
    def prepare_metadata(metadata_directory: str, config_settings: ConfigSettings = None) -> Any:
        return _build(Kind.METADATA, theirs, metadata_directory, config_settings)

    return prepare_metadata


def _sdist(theirs: Hook) -> Hook:
    def build_sdist(sdist_directory: str, config_settings: ConfigSettings = None) -> Any:
        return _build(Kind.SDIST, theirs, sdist_directory, config_settings)

    return build_sdist


def _wheel(kind: Kind, theirs: Hook) -> Hook:
    def build_wheel(
        wheel_directory: str, config_settings: ConfigSettings = None, metadata_directory: str | None = None
    ) -> Any:
        return _build(kind, theirs, wheel_directory, config_settings, metadata_directory)

    return build_wheel


_WRAPPERS: dict[str, Callable[[Hook], Hook]] = {
    "build_editable": partial(_wheel, Kind.EDITABLE),
    "build_sdist": _sdist,
    "build_wheel": partial(_wheel, Kind.WHEEL),
    "get_requires_for_build_editable": _requires,
    "get_requires_for_build_sdist": _requires,
    "get_requires_for_build_wheel": _requires,
    "prepare_metadata_for_build_editable": _metadata,
    "prepare_metadata_for_build_wheel": _metadata,
}


def _split(given: ConfigSettings) -> tuple[dict[str, object], dict[str, object] | None]:
    """The config settings of one call: this package's own, and those for the wrapped backend."""
    with build_push.ending_build():
        return build_push.split_config_settings(given)


def _build(kind: Kind, theirs: Hook, folder: str, given: ConfigSettings, *others: object) -> Any:
    """Call the wrapped hook, and publish the file that it built if this build may.

    The project is the working folder at the start of the call.
    """
    project = Path.cwd()
    ours, for_theirs = _split(given)
    with build_push.ending_build():
        publish = build_push.admit(Frontend.BACKEND, kind, folder, given)
    filename = theirs(folder, for_theirs, *others)
    if publish:
        with build_push.ending_build():
            build_push.push(Path(folder, filename).absolute(), project=project, command_line=ours)
    return filename
