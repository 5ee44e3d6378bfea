"""One hundred wheels of twenty projects in one call: ``batch.py [ROUNDS] [CONTESTANT…]``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from comparison import Bench, Bound, Publisher, compete, floor, open_bench, ours, prove, rival
from distributions import make_wheel

CONTESTANTS: dict[str, Publisher] = {"ours": ours, "floor": floor, "s3pypi 2.0.1": rival}


def batches(bench: Bench, name: str, publish: Publisher) -> Callable[[int], list[str]]:
    """The command for each round: five versions of twenty projects that exist since the warming round."""

    def command(number: int) -> list[str]:
        folder = bench.new_folder()
        wheels = [
            make_wheel(folder, f"demo-{project}", f"{number}.{version}", 5_000)
            for project in range(20)
            for version in range(5)
        ]
        return publish(bench, name.replace(" ", "-"), wheels)

    return command


def main(rounds: int, names: Sequence[str]) -> int:
    with open_bench(30) as bench:
        chosen = {name: batches(bench, name, CONTESTANTS[name]) for name in names or CONTESTANTS}
        samples = compete(bench, chosen, rounds)
    bounds = [Bound("ours", "floor", 1.3), Bound("ours", "s3pypi 2.0.1", 0.2)]
    return 0 if prove("100 wheels of 20 projects in one call, 30 ms a request", samples, bounds) else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if sys.argv[1:] else 7, sys.argv[2:]))
