from __future__ import annotations

import pytest

from s3pypi_setuptools.doctor import s3 as s3_examination


@pytest.fixture(autouse=True)
def few_races(monkeypatch: pytest.MonkeyPatch) -> None:
    """Enough for what is sure to be found; how many it takes for the rest is a matter of `tests.stores.test_probe`."""
    monkeypatch.setattr(s3_examination, "THOROUGH", 1)
