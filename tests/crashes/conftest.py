from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.crashes import processes
from tests.crashes.processes import Forks
from tests.crashes.runner import Runner


@pytest.fixture
def forks(own_environment: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forks]:
    with processes.forks(tmp_path_factory.mktemp("warm")) as warm:
        yield warm


@pytest.fixture
def judge(record_property: Callable[[str, object], None]) -> Callable[[Runner], None]:
    """Ends a test: no case may have failed, and the cases are counted."""

    def judge(runner: Runner) -> None:
        record_property("crash-cases", runner.cases)
        assert not runner.failures, f"{len(runner.failures)} failures:\n" + "\n".join(runner.failures[:20])
        assert runner.cases

    return judge
