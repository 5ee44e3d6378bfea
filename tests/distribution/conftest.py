"""Fixtures for tests of archives."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.distribution.equivalent_archives import write_tar, write_zip


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Path]:
    def made(members: dict[str, Any], **options: Any) -> Path:
        path = tmp_path / f"archive-{len(list(tmp_path.iterdir()))}"
        (write_zip if "METADATA" in str(list(members)) else write_tar)(path, members, **options)
        return path

    return made
