"""One release, a wheel and an sdist, into a project that exists: ``release.py [ROUNDS] [CONTESTANT…]``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from comparison import Bench, Bound, Publisher, compete, floor, limit, open_bench, ours, prove, rival
from distributions import make_sdist, make_wheel

CONTESTANTS: dict[str, Publisher] = {"ours": ours, "floor": floor, "s3pypi 2.0.1": rival}


def releases(bench: Bench, name: str, publish: Publisher) -> Callable[[int], list[str]]:
    """The command for each round: a version of its own, in the contestant's own repository."""

    def command(number: int) -> list[str]:
        folder = bench.new_folder()
        version = f"1.{number}"
        return publish(
            bench, name.replace(" ", "-"), [make_wheel(folder, "demo", version), make_sdist(folder, "demo", version)]
        )

    return command


def main(rounds: int, names: Sequence[str]) -> int:
    with open_bench(30) as bench:
        chosen = {name: releases(bench, name, CONTESTANTS[name]) for name in names or CONTESTANTS}
        samples = compete(bench, chosen, rounds)
    bounds = [Bound("ours", "floor", 1.25), Bound("ours", "s3pypi 2.0.1", 0.65)]
    holds = prove("One release (wheel + sdist) into an existing project, 30 ms a request", samples, bounds)
    if "ours" in samples:
        holds &= limit("waves", samples["ours"].waves, 3)
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if sys.argv[1:] else 15, sys.argv[2:]))
