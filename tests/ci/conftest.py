"""What the jobs' machines have in common."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.own_wheel import environment_with, find_links


@pytest.fixture
def machine(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a machine, on which pip keeps what it fetched for the next one."""
    cache: Path = tmp_path_factory.getbasetemp() / "pip-cache"
    return {**environment_with(find_links(tmp_path_factory)), "PIP_CACHE_DIR": str(cache)}
