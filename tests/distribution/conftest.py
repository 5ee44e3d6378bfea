"""Fixtures for tests of archives."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.archives import tar_bytes, zip_bytes


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Path]:
    """Makes a zip archive of what looks like a wheel's members, and an sdist of others."""

    def made(members: dict[str, Any], compress: Callable[[bytes], bytes] = gzip.compress, **options: Any) -> Path:
        path = tmp_path / f"archive-{len(list(tmp_path.iterdir()))}"
        if "METADATA" in str(list(members)):
            path.write_bytes(zip_bytes(members.items(), **options))
        else:
            path.write_bytes(compress(tar_bytes(members.items(), **options)))
        return path

    return made
