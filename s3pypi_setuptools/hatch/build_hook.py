"""The hatchling build hook: ``[tool.hatch.build.hooks.s3pypi]``, or the same of one target."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

from .. import build_push
from ..build_gate import Frontend, Kind
from ..errors import ConfigurationError, Error

if TYPE_CHECKING:
    from hatchling.builders.config import BuilderConfig

    Interface = BuildHookInterface[BuilderConfig]
else:
    Interface = BuildHookInterface

_OF_HATCHLING = frozenset(
    {"dependencies", "enable-by-default", "require-runtime-dependencies", "require-runtime-features"}
)
_KINDS = {
    ("sdist", "standard"): Kind.SDIST,
    ("wheel", "standard"): Kind.WHEEL,
    ("wheel", "editable"): Kind.EDITABLE,
}


class PublishingBuildHook(Interface):
    """Publishes the sdist or wheel that was built, if the build was asked to publish (`build_gate`).

    The settings are the project's (``[tool.s3pypi]``): the hook's table holds hatchling's own keys alone.
    """

    PLUGIN_NAME = "s3pypi"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002
        """Publish; an error is printed in one line, and ends the build with status 1. The built file stays."""
        kind = _KINDS.get((self.target_name, version))
        if kind is None:
            return
        path = Path(artifact_path).absolute()
        try:
            if build_push.admit(Frontend.HATCH, kind, path.parent):
                self._check_table()
                build_push.push(path, project=Path(self.root))
        except Error as error:  # hatchling would print a traceback
            build_push.say(f"error: {error}")
            self.app.abort()

    def _check_table(self) -> None:
        if unknown := sorted(set(self.config) - _OF_HATCHLING):
            raise ConfigurationError(
                f"[tool.hatch.build.hooks.s3pypi] {unknown[0]!a}: hatchling has no such key; settings belong in "
                "[tool.s3pypi]"
            )
