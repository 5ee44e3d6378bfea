"""How long publishers of one project take when many start together, in round trips: all of them, and each."""

from __future__ import annotations

from statistics import median

import pytest

from s3pypi_setuptools.stores.memory import MemoryStore
from tests.interleavings.commands import Files, Publish
from tests.interleavings.conftest import Beginnings
from tests.interleavings.contention import Race, race
from tests.interleavings.runs import fill
from tests.support.markers import case

EACH = 6
"""Round trips that a publisher may add to the time of all."""


def publishers(
    count: int, files: Files, beginnings: Beginnings, *, beginning: str = "listed", tick: float = 0.03, seed: int = 1
) -> Race:
    store = MemoryStore(content_tokens=True)
    fill(store, beginnings(beginning)[0])
    commands = [Publish(version=f"2.{number}") for number in range(count)]
    result = race(store, files, commands, tick=tick, seed=seed)
    assert [end for end in result.ends.values() if end] == []
    listed = {file.filename for file in result.listed}
    assert {command.filename for command in commands} <= listed
    return result


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0.03, 0.1], ids=["30 ms", "100 ms"])
@pytest.mark.parametrize("beginning", ["listed", "another project"], ids=["existing project", "new project"])
def test_64_publishers(files: Files, beginnings: Beginnings, beginning: str, seconds: float) -> None:
    result = publishers(64, files, beginnings, beginning=beginning, tick=seconds)

    ends = sorted(result.ticks.values())
    assert len(ends) == 64
    assert ends[-1] <= 64 * EACH / 2, "the bound, with margin"
    assert ends[-1] <= 4 * median(ends), "nobody waits for much longer than most"
    assert max(result.requests.values()) <= 64 * EACH
    assert sum(result.requests.values()) <= 64 * 64 * 2


@pytest.mark.parametrize("count", [2, 4, case(16, slow=True)])
def test_fewer_publishers(files: Files, beginnings: Beginnings, count: int) -> None:
    for seed in range(5):
        result = publishers(count, files, beginnings, seed=seed)
        assert max(result.ticks.values()) <= count * EACH


def test_a_publisher_alone_waits_for_nobody(files: Files, beginnings: Beginnings) -> None:
    result = publishers(1, files, beginnings)

    assert result.ticks == {0: 3}
    assert result.requests == {0: 8}


def test_new_projects_at_once(files: Files, beginnings: Beginnings) -> None:
    """The root is what they meet at."""
    store = MemoryStore(content_tokens=True)
    fill(store, beginnings("listed")[0])
    projects = [f"demo{number}" for number in range(16)]

    result = race(store, files, [Publish(project) for project in projects], tick=0.03, seed=1)

    assert [end for end in result.ends.values() if end] == []
    assert set(projects) <= set(result.roots[0].projects)
    assert len({root.projects for root in result.roots}) == 1
    assert max(result.ticks.values()) <= 16 * EACH
