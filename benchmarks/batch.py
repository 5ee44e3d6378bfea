"""One hundred wheels of twenty projects in one call: existing ones, new ones, and a first push; `batch.py [ROUNDS]`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from comparison import Bench, Bound, Publisher, compete, floor, limit, open_bench, ours, prove, rival
from distributions import make_wheel

CONTESTANTS: dict[str, Publisher] = {"ours": ours, "floor": floor, "s3pypi 2.0.1": rival}


@dataclass(frozen=True, slots=True)
class Case:
    """What is published, and what it may cost.

    :param new: whether the projects are new ones.
    :param first: whether the repository is, too.
    :param waves: longest chain of requests; None for no limit.
    """

    title: str
    factor: float
    requests: int
    waves: int | None = None
    new: bool = False
    first: bool = False


CASES = (
    Case("100 wheels of 20 existing projects", 1.3, 301, 20),
    Case("100 wheels of 20 new projects", 1.8, 420, new=True),
    Case("100 wheels of 20 projects into an empty place", 1.8, 420, new=True, first=True),
)


def batches(bench: Bench, name: str, publish: Publisher, case: Case) -> Callable[[int], list[str]]:
    """The command for each round: five versions of twenty projects."""

    def command(number: int) -> list[str]:
        folder = bench.new_folder()
        kind = f"new{number}" if case.new else "demo"
        wheels = [
            make_wheel(folder, f"{kind}-{project}", f"{number}.{version}", 5_000)
            for project in range(20)
            for version in range(5)
        ]
        prefix = name.replace(" ", "-")
        return publish(bench, f"{prefix}-{number}" if case.first else prefix, wheels)

    return command


def main(rounds: int, names: Sequence[str]) -> int:
    holds = True
    with open_bench(30) as bench:
        for case in CASES:
            chosen = {name: batches(bench, name, CONTESTANTS[name], case) for name in names or CONTESTANTS}
            samples = compete(bench, chosen, rounds)
            bounds = [Bound("ours", "floor", case.factor), Bound("ours", "s3pypi 2.0.1", 0.2)]
            holds &= prove(f"{case.title} in one call, 30 ms a request", samples, bounds)
            if "ours" in samples:
                holds &= limit("requests", samples["ours"].request_count, case.requests)
                holds &= case.waves is None or limit("waves", samples["ours"].waves, case.waves)
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if sys.argv[1:] else 7, sys.argv[2:]))
