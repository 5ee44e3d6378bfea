"""The plugins for hatchling (a build hook) and hatch (a publisher), both named ``s3pypi``.

hatchling imports this module in every build that looks for plugins: the plugins themselves are imported when asked for,
each only where the tool that it belongs to is installed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hatchling.plugin import hookimpl

if TYPE_CHECKING:
    from .build_hook import PublishingBuildHook
    from .publisher import S3PyPIPublisher


@hookimpl
def hatch_register_build_hook() -> type[PublishingBuildHook]:
    """The build hook, ``[tool.hatch.build.hooks.s3pypi]``."""
    from .build_hook import PublishingBuildHook  # noqa: PLC0415

    return PublishingBuildHook


@hookimpl
def hatch_register_publisher() -> type[S3PyPIPublisher]:
    """The publisher, ``hatch publish -p s3pypi``."""
    from .publisher import S3PyPIPublisher  # noqa: PLC0415

    return S3PyPIPublisher
