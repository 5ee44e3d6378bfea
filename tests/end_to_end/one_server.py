"""For tests of what other programs do with a repository: they see the same of every server."""

from __future__ import annotations

import os

import pytest

from tests.support import servers

on_one_server = pytest.mark.parametrize(
    "s3_server", ["ceph" if servers.ceph(os.environ) else "ministack"], indirect=True
)
"""On the server to trust, where there is one."""
