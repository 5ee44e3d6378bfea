"""What publishing into an existing project costs as the repository and the project grow: ``growth.py [ROUNDS]``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import median

from comparison import Bench, Bound, compete, limit, open_bench, ours, prove, run
from distributions import make_wheel

OTHER_PROJECTS = 2_000
MANY_FILES = 1_000
FEW_FILES = 10


def releases(bench: Bench, prefix: str) -> Callable[[int], list[str]]:
    """The command for each round: one wheel more of ``demo``, always of the same name length and size."""

    def command(number: int) -> list[str]:
        return ours(bench, prefix, [make_wheel(bench.new_folder(), "demo", f"9.{number:03}.0")])

    return command


def publish(bench: Bench, prefix: str, wheels: Iterable[tuple[str, str]]) -> None:
    """Publish a wheel for each (name, version), in calls that fit on a command line."""
    waiting = list(wheels)
    while waiting:
        folder = bench.new_folder()
        paths: list[Path] = [make_wheel(folder, name, version, 10) for name, version in waiting[:500]]
        run(bench, ours(bench, prefix, paths))
        del waiting[:500]


def main(rounds: int = 9) -> int:
    with open_bench(0) as quick:
        publish(quick, "alone", [("demo", "1.0")])
        publish(quick, "crowded", [("demo", "1.0"), *((f"other-{number}", "1.0") for number in range(OTHER_PROJECTS))])
        publish(quick, "few", [("demo", f"1.{number}") for number in range(FEW_FILES)])
        publish(quick, "many", [("demo", f"1.{number}") for number in range(MANY_FILES)])
        quick.proxy.delay = 0.03
        samples = compete(
            quick, {prefix: releases(quick, prefix) for prefix in ("alone", "crowded", "few", "many")}, rounds
        )
    roots = {"1 project": samples["alone"], f"{OTHER_PROJECTS + 1:,} projects": samples["crowded"]}
    one, crowd = roots
    holds = prove(
        "One wheel into an existing project, by the number of projects in the repository",
        roots,
        [
            Bound(crowd, one, 1.0, lambda each: each.request_count, "requests"),
            Bound(crowd, one, 1.01, lambda each: each.kilobytes, "bytes"),
        ],
    )
    sizes = {f"{FEW_FILES} files": samples["few"], f"{MANY_FILES:,} files": samples["many"]}
    few, many = sizes
    bounds = [Bound(many, few, 1.2), Bound(many, few, 1.0, lambda each: each.request_count, "requests")]
    holds &= prove("One wheel into an existing project, by the number of its files", sizes, bounds)
    sent = median(sum(request.received for request in run) for run in sizes[many].requests)
    holds &= limit(f"bytes sent with {many}", sent, 1_100_000)
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
