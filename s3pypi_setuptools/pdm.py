"""The hook of pdm-backend: it publishes what a build makes, when the invocation asks it to (`after_build`).

pdm-backend runs it wherever this package is among a build's requirements.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from . import after_build
from .errors import Error

if TYPE_CHECKING:
    from pdm.backend.hooks import Context

__all__ = ["pdm_build_finalize"]


def pdm_build_finalize(context: Context, artifact: Path) -> None:
    """Publish ``artifact``; ends the process with one line on stderr when that was asked for and fails."""
    try:
        settings, _ = after_build.divide(context.config_settings)
        kind = after_build.Kind(context.target)
        if after_build.admit(after_build.Door.PDM, kind, artifact.parent, context.config_settings):
            after_build.push(artifact.absolute(), project=context.root, command_line=settings)
    except Error as error:
        after_build.abort(error)
