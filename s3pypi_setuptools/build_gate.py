"""May this build publish what it builds? The rules, as pure functions of what the build was called with.

A build publishes only if it is asked to **at that invocation**, and only for the project that the invocation is for. A
plain ``pip install .`` never publishes, nor does an editable install, a metadata build or the build of a dependency.
Each of these asks a build to publish, in the frontends listed:

====================================  ==================================================
asked by                              heard by
====================================  ==================================================
``S3PYPI_PUBLISH=1``                  every frontend
``-C s3pypi-publish=true``            the PEP 517 backend and the pdm-backend hook
``HATCH_BUILD_HOOK_ENABLE_S3PYPI=1``  the hatchling hook
====================================  ==================================================

A build that is asked is still refused if a tool runs it for another purpose than its distribution (`_refusal`).
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from pathlib import PurePath
from typing import NamedTuple

from .errors import ConfigurationError

PUBLISH = "S3PYPI_PUBLISH"
PUBLISH_SETTING = "s3pypi-publish"
HATCH_ENABLE = "HATCH_BUILD_HOOK_ENABLE_S3PYPI"
"""The variable by which hatchling itself enables the build hook named ``s3pypi``."""

_YES = frozenset({"1", "true", "yes", "on"})
_NO = frozenset({"0", "false", "no", "off"})
_HATCH_YES = frozenset({"1", "true"})
"""The values that hatchling takes for yes."""
_UV_BUILDS = re.compile(r"(?:builds|sdists|built-wheels)-v[0-9]+")
"""Names of the folders in uv's cache in which it builds what it installs: since 0.5.3x, since 0.4, before."""


class Frontend(enum.Enum):
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

    :param reason: why it does not although it was asked to, as one line without full stop; None if nobody asked, and if
        it publishes.
    """

    publish: bool
    reason: str | None = None


def may_publish(
    frontend: Frontend,
    kind: Kind,
    folder: PurePath | str,
    *,
    environ: Mapping[str, str],
    config_settings: Mapping[str, object] | None = None,
) -> Verdict:
    """Whether this build may publish; a pure function.

    :param folder: where the build tool wants the result, absolute (``wheel_directory`` of PEP 517).
    :param environ: the environment variables.
    :param config_settings: as the build tool passed them (PEP 517): strings, booleans or lists of them; None or empty
        if there are none. ``s3pypi-publish`` wins over ``S3PYPI_PUBLISH``.

    Raises `ConfigurationError` for a switch that says neither yes nor no.
    """
    if not _asked(frontend, environ, config_settings or {}):
        return Verdict(publish=False)
    reason = _refusal(kind, PurePath(folder), environ)
    return Verdict(reason is None, reason)


def without_switches(environ: Mapping[str, str]) -> dict[str, str]:
    """``environ`` without the variables that ask a build to publish."""
    return {name: value for name, value in environ.items() if name not in {PUBLISH, HATCH_ENABLE}}


def last_value(raw: object) -> object:
    """The value of a config setting: of a repeated one, which build tools pass as a list, the last."""
    return raw[-1] if isinstance(raw, (list, tuple)) and raw else raw


def _asked(frontend: Frontend, environ: Mapping[str, str], config_settings: Mapping[str, object]) -> bool:
    if frontend is not Frontend.HATCH and PUBLISH_SETTING in config_settings:
        return _is_yes(config_settings[PUBLISH_SETTING], f"config setting {PUBLISH_SETTING}")
    if _is_yes(environ.get(PUBLISH, "").strip() or "0", f"environment {PUBLISH}"):
        return True
    return frontend is Frontend.HATCH and environ.get(HATCH_ENABLE, "") in _HATCH_YES


def _refusal(kind: Kind, folder: PurePath, environ: Mapping[str, str]) -> str | None:
    """Why a build that was asked to publish does not; None if it does."""
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


def _is_yes(raw: object, where: str) -> bool:
    value = last_value(raw)
    text = str(value).strip().lower() if isinstance(value, (str, bool)) else None
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise ConfigurationError(
        f"{where}: must be 1, true, yes or on to publish, or 0, false, no or off, not {value!a:.40}"
    )
