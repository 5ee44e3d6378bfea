from __future__ import annotations

from pathlib import Path

import pytest

from tests.corpus.repository import CorpusRepository


@pytest.fixture
def place(tmp_path: Path) -> CorpusRepository:
    return CorpusRepository(tmp_path)
