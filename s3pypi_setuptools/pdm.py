"""The hook of pdm-backend: it publishes what a build makes, if the invocation asks it to (`build_gate`).

pdm-backend runs it wherever this package is among a build's requirements.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from . import build_push
from .build_gate import Frontend, Kind

if TYPE_CHECKING:
    from pdm.backend.hooks import Context


def pdm_build_finalize(context: Context, artifact: Path) -> None:
    """Publish ``artifact`` if this build may; if that fails, end the process with one line on stderr."""
    with build_push.ending_build():
        settings, _ = build_push.split_config_settings(context.config_settings)
        kind = Kind(context.target)
        if build_push.admit(Frontend.PDM, kind, artifact.parent, context.config_settings):
            build_push.push(artifact.absolute(), project=context.root, command_line=settings)
