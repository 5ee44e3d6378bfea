"""The service as an ASGI application, for granian: the target in ``BENCHMARK_TARGET``, users in ``BENCHMARK_USERS``."""

from __future__ import annotations

import os
from pathlib import Path

from s3pypi_setuptools import open_repository
from s3pypi_setuptools.server import create_app
from s3pypi_setuptools.server.options import ServiceOptions
from s3pypi_setuptools.server.user_file import UserFile

_users = os.environ.get("BENCHMARK_USERS")
app = create_app(
    open_repository(os.environ["BENCHMARK_TARGET"]),
    ServiceOptions(
        users=UserFile(Path(_users)) if _users else None,
        anonymous_read=not _users,
        anonymous_upload=not _users,
    ),
)
