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
from ..errors import Error
from . import wrapped

__all__ = ["find_hook"]

Hook: TypeAlias = Callable[..., Any]
ConfigSettings: TypeAlias = Mapping[str, Any] | None


def find_hook(name: str) -> Hook | None:
    """The hook ``name`` of the project in the working folder; None if the wrapped backend has no such hook.

    Ends the process, with one line on stderr, if the backend cannot be imported.
    """
    try:
        theirs = getattr(wrapped.load(Path.cwd()), name, None)
    except Error as error:
        build_push.abort(error)
    return None if theirs is None else _WRAPPERS[name](theirs)


def _requires(theirs: Hook) -> Hook:
    def get_requires(config_settings: ConfigSettings = None) -> Any:
        return theirs(_Settings(config_settings).theirs)

    return get_requires


def _metadata(theirs: Hook) -> Hook:
    def prepare_metadata(metadata_directory: str, config_settings: ConfigSettings = None) -> Any:
        settings = _Settings(config_settings)
        settings.admit(Kind.METADATA, metadata_directory)
        return theirs(metadata_directory, settings.theirs)

    return prepare_metadata


def _sdist(theirs: Hook) -> Hook:
    def build_sdist(sdist_directory: str, config_settings: ConfigSettings = None) -> Any:
        return _Settings(config_settings).build(Kind.SDIST, theirs, sdist_directory)

    return build_sdist


def _wheel(kind: Kind, theirs: Hook) -> Hook:
    def build_wheel(
        wheel_directory: str, config_settings: ConfigSettings = None, metadata_directory: str | None = None
    ) -> Any:
        return _Settings(config_settings).build(kind, theirs, wheel_directory, metadata_directory)

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


class _Settings:
    """The config settings of one call, split into this package's own and ``theirs``, for the wrapped backend.

    The project is the working folder at the start of the call. Errors end the process with one line: this is a
    subprocess of a build tool, which would show a traceback.
    """

    def __init__(self, given: ConfigSettings) -> None:
        self._given = given
        self._project = Path.cwd()
        try:
            self._ours, self.theirs = build_push.split_config_settings(given)
        except Error as error:
            build_push.abort(error)

    def admit(self, kind: Kind, folder: str) -> bool:
        try:
            return build_push.admit(Frontend.BACKEND, kind, folder, self._given)
        except Error as error:
            build_push.abort(error)

    def build(self, kind: Kind, theirs: Hook, folder: str, *others: object) -> Any:
        """Call the wrapped hook, and publish the file that it built if this build may."""
        publish = self.admit(kind, folder)
        filename = theirs(folder, self.theirs, *others)
        if publish:
            path = Path(folder, filename).absolute()
            try:
                build_push.push(path, project=self._project, command_line=self._ours)
            except Error as error:
                build_push.abort(error)
        return filename
