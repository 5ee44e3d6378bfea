"""The service: a repository over HTTP, for installers, upload tools and people.

It needs the extra ``server``. `create_app` makes an application for any ASGI server (https://asgi.readthedocs.io).
"""

from __future__ import annotations

from .app import create_app

__all__ = ["create_app"]
