"""One hundred wheels of twenty projects in one call, which exist or are new: ``batch.py [ROUNDS] [CONTESTANT…]``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from comparison import Bench, Bound, Publisher, compete, floor, limit, open_bench, ours, prove, rival
from distributions import make_wheel

CONTESTANTS: dict[str, Publisher] = {"ours": ours, "floor": floor, "s3pypi 2.0.1": rival}


def batches(bench: Bench, name: str, publish: Publisher, *, new: bool) -> Callable[[int], list[str]]:
    """The command for each round: five versions of twenty projects, ``new`` ones or those of the warming round."""

    def command(number: int) -> list[str]:
        folder = bench.new_folder()
        kind = f"new{number}" if new else "demo"
        wheels = [
            make_wheel(folder, f"{kind}-{project}", f"{number}.{version}", 5_000)
            for project in range(20)
            for version in range(5)
        ]
        return publish(bench, name.replace(" ", "-"), wheels)

    return command


def main(rounds: int, names: Sequence[str]) -> int:
    holds = True
    with open_bench(30) as bench:
        for new, factor, requests, waves in ((False, 1.3, 301, 12), (True, 1.8, 420, None)):
            chosen = {name: batches(bench, name, CONTESTANTS[name], new=new) for name in names or CONTESTANTS}
            samples = compete(bench, chosen, rounds)
            kind = "new" if new else "existing"
            bounds = [Bound("ours", "floor", factor), Bound("ours", "s3pypi 2.0.1", 0.2)]
            holds &= prove(f"100 wheels of 20 {kind} projects in one call, 30 ms a request", samples, bounds)
            if "ours" in samples:
                holds &= limit("requests", samples["ours"].request_count, requests)
                holds &= waves is None or limit("waves", samples["ours"].waves, waves)
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if sys.argv[1:] else 7, sys.argv[2:]))
