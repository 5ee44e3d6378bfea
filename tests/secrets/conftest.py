"""Every test begins with nothing known to be secret."""

from __future__ import annotations

import pytest

from s3pypi_setuptools import diagnostics


@pytest.fixture(autouse=True)
def nothing_concealed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What an earlier test has concealed in this process would hide a leak in this one."""
    monkeypatch.setattr(diagnostics, "_concealed", {})
