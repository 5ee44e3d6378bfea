"""Killed before every change of a folder: of a file or folder in it that is opened for writing, moved or deleted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.crashes.runner import Runner
from tests.crashes.scenarios import EVERYTHING, SCENARIOS
from tests.crashes.storage import FolderStorage
from tests.support.forked_programs import ForkedPrograms
from tests.support.markers import case
from tests.support.programs import Ended

# A folder has one kind of HTML page, and large files are written as small ones are.
NAMES = [name for name in SCENARIOS if name not in ("migrate-index", "large")]
CHOSEN = NAMES if EVERYTHING else ("publish", "replace")


@pytest.mark.parametrize("name", [case(name, slow=name != "publish") for name in CHOSEN])
def test_killed_at_any_change(name: str, cli: ForkedPrograms, tmp_path: Path) -> None:
    folders = FolderStorage(tmp_path / "repositories")
    runner = Runner(folders, cli, SCENARIOS[name], tmp_path)

    def kill_at(change: int) -> Callable[[Sequence[str]], tuple[Ended, str | None]]:
        def kill(arguments: Sequence[str]) -> tuple[Ended, str | None]:
            repository = Path(arguments[-1])
            ended = cli.start("s3pypi", *arguments, cwd=tmp_path, killed_at=(repository, change)).wait()
            return ended, f"before change {change}" if ended.killed else None

        return kill

    runner.kill_until_unreached(kill_at)
    runner.judge()
