from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.crashes.runner import Runner


@pytest.fixture
def judge(record_property: Callable[[str, object], None]) -> Callable[[Runner], None]:
    """Ends a test: no case may have failed, and the cases are counted."""

    def judge(runner: Runner) -> None:
        record_property("crash-cases", runner.cases)
        assert not runner.failures, f"{len(runner.failures)} failures:\n" + "\n".join(runner.failures[:20])
        assert runner.cases

    return judge
