"""The service: a repository over HTTP, for installers, upload tools and people.

It needs the extra ``server``. `create_app` makes an application for any ASGI server (https://asgi.readthedocs.io).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..api import PackageRepository
    from .app import Service
    from .options import ServiceOptions

__all__ = ["create_app"]


def create_app(repository: PackageRepository | None = None, options: ServiceOptions | None = None) -> Service:
    """The application that serves ``repository``; nothing is asked of it before the first request.

    :param repository: by default the target of the settings, as ``s3pypi serve`` finds it in files and variables.
    :param options: by default those of the settings with their target, and nobody may do anything with another one.

    Raises `ConfigurationError`.
    """
    from ..api import PackageRepository  # noqa: PLC0415 - `s3pypi user` needs the users alone
    from .app import Service  # noqa: PLC0415
    from .options import ServiceOptions, configured  # noqa: PLC0415

    if repository is None:
        settings, options = configured()
        repository = PackageRepository(settings)
    return Service(repository, options or ServiceOptions())
