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


def create_app(repository: PackageRepository, options: ServiceOptions) -> Service:
    """The application that serves ``repository``; nothing is asked of it before the first request."""
    from .app import Service  # noqa: PLC0415 - `s3pypi user` needs the users alone

    return Service(repository, options)
