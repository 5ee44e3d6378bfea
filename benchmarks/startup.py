"""What every build on the machine pays for the package being installed: ``startup.py [ROUNDS]``.

setuptools imports each ``distutils.commands`` entry point in every build, and reads the options of its command. Both
are measured, in a process that has imported setuptools already, as a build has.
"""

from __future__ import annotations

import subprocess
import sys
from statistics import median

BOUND = 5.0
PROBE = """
import sys, time
import setuptools.dist
from importlib.metadata import entry_points
points = [each for each in entry_points(group="distutils.commands") if each.value.startswith("s3pypi_setuptools.")]
assert points
before = set(sys.modules)
start = time.perf_counter()
for point in points:
    point.load().user_options
print((time.perf_counter() - start) * 1000, *sorted(set(sys.modules) - before))
"""


def main(rounds: int = 21) -> int:
    times: list[float] = []
    modules: list[str] = []
    for _ in range(rounds):
        done = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True)
        time, *modules = done.stdout.split()
        times.append(float(time))
    verdict = "PASS" if median(times) <= BOUND else "FAIL"
    print(f"Import of the setuptools commands and their options, {rounds} processes")
    print(
        f"  {verdict}  median {median(times):.2f} ms (min {min(times):.2f}, max {max(times):.2f}), at most {BOUND:g} ms"
    )
    print(f"  modules loaded: {', '.join(modules)}")
    return 0 if median(times) <= BOUND else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
