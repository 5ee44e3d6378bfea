"""The hatchling build hook: ``[tool.hatch.build.hooks.s3pypi]``, or the same of one target."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

from .. import after_build
from ..errors import ConfigurationError, Error

if TYPE_CHECKING:
    from hatchling.builders.config import BuilderConfig

    Interface = BuildHookInterface[BuilderConfig]
else:
    Interface = BuildHookInterface

__all__ = ["PublishingBuildHook"]

_OF_HATCHLING = frozenset(
    {"dependencies", "enable-by-default", "require-runtime-dependencies", "require-runtime-features"}
)
_KINDS = {
    ("sdist", "standard"): after_build.Kind.SDIST,
    ("wheel", "standard"): after_build.Kind.WHEEL,
    ("wheel", "editable"): after_build.Kind.EDITABLE,
}


class PublishingBuildHook(Interface):
    """Publishes the sdist or wheel that was built, when the build was asked to publish (`after_build`).

    The settings are the project's (``[tool.s3pypi]``): the hook's table holds hatchling's own keys alone.
    """

    PLUGIN_NAME = "s3pypi"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002
        """Publish; what goes wrong is said in one line, and ends the build with status 1. The file stays."""
        kind = _KINDS.get((self.target_name, version))
        if kind is None:
            return
        path = Path(artifact_path).absolute()
        try:
            if after_build.admit(after_build.Door.HATCH, kind, path.parent):
                self._check_table()
                after_build.push(path, project=Path(self.root))
        except Error as error:  # hatchling would print a traceback
            after_build.say(f"error: {error}")
            self.app.abort()

    def _check_table(self) -> None:
        if unknown := sorted(set(self.config) - _OF_HATCHLING):
            raise ConfigurationError(
                f"[tool.hatch.build.hooks.s3pypi] {unknown[0]!a}: hatchling has no such key; settings belong in "
                "[tool.s3pypi]"
            )
