"""What looking after a repository costs: ``maintenance.py [PROJECTS] [FILES]``, by default 500 projects of 20 wheels.

Each verb runs as a process of its own: its wall-clock time, its peak memory, and, run once more behind the counting
proxy, its requests. Fails when a shallow look makes more requests than a listing and two a project, or holds more
than 150 MiB.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from comparison import Bench, open_bench, run
from distributions import make_wheel

PREFIX = "simple"
PROJECTS_A_CALL = 50
MOST_MEMORY = 150
LISTED_AT_ONCE = 1000

MEASURED = """
import atexit, resource, sys
path = sys.argv.pop(1)
def note():
    with open(path, "w") as file:
        file.write(str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))
atexit.register(note)
from s3pypi_setuptools.cli import main
sys.exit(main())
"""


def fill(bench: Bench, projects: int, files: int) -> None:
    """Publish ``files`` wheels of each of ``projects`` projects."""
    for first in range(0, projects, PROJECTS_A_CALL):
        with tempfile.TemporaryDirectory(dir=bench.folder) as folder:
            for project in range(first, min(first + PROJECTS_A_CALL, projects)):
                for number in range(files):
                    make_wheel(Path(folder), f"project-{project:04}", f"1.{number}", 200)
            subprocess.run(command(bench, "upload", folder, "-q"), env=direct(bench), cwd=bench.folder, check=True)


def lose(bench: Bench, suffixes: tuple[str, ...]) -> None:
    """Delete every object whose key does not end in one of ``suffixes``."""
    for page in bench.client.get_paginator("list_objects_v2").paginate(Bucket=bench.bucket):
        lost = [{"Key": each["Key"]} for each in page.get("Contents", ()) if not each["Key"].endswith(suffixes)]
        if lost:
            bench.client.delete_objects(Bucket=bench.bucket, Delete={"Objects": lost})


def command(bench: Bench, *arguments: str, memory: str = os.devnull) -> list[str]:
    return [sys.executable, "-c", MEASURED, memory, *arguments, "-t", bench.s3_url(PREFIX)]


def direct(bench: Bench) -> dict[str, str]:
    """The environment of a process that does not go through the proxy."""
    return {**bench.environment, "AWS_ENDPOINT_URL": os.environ["S3_ENDPOINT"]}


def measure(bench: Bench, *arguments: str) -> tuple[float, float]:
    """Seconds, and MiB at most, of a process that must succeed."""
    memory = bench.new_folder() / "memory"
    start = time.perf_counter()
    done = subprocess.run(
        command(bench, *arguments, memory=str(memory)),
        env=direct(bench),
        cwd=bench.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - start
    if done.returncode:
        sys.exit(f"{' '.join(arguments)}: {done.stdout[-500:]}{done.stderr[-500:]}")
    return seconds, float(memory.read_text())


def show(rows: Iterable[tuple[str, float, float, int | None]]) -> None:
    print(f"{'':<44}{'seconds':>9}{'MiB':>7}{'requests':>10}")
    for name, seconds, memory, requests in rows:
        print(f"{name:<44}{seconds:>9.1f}{memory:>7.0f}{'' if requests is None else requests:>10}")


def main(projects: int = 500, files: int = 20) -> int:
    rows: list[tuple[str, float, float, int | None]] = []

    def take(bench: Bench, name: str, *arguments: str, counted: bool = False) -> None:
        seconds, memory = measure(bench, *arguments)
        requests = len(run(bench, command(bench, *arguments))[1]) if counted else None
        rows.append((name, seconds, memory, requests))
        print(f"{name}: {seconds:.1f} s", file=sys.stderr, flush=True)

    with open_bench(0) as bench:
        start = time.perf_counter()
        fill(bench, projects, files)
        print(f"filled in {time.perf_counter() - start:.0f} s", file=sys.stderr, flush=True)
        take(bench, "verify", "verify", counted=True)
        take(bench, "verify --deep", "verify", "--deep")
        take(bench, "reindex, nothing to do", "reindex", counted=True)
        take(bench, "prune, nothing to do", "prune", "--yes", counted=True)
        lose(bench, (".whl", ".metadata", "repository.json"))
        take(bench, "reindex, all manifests, pages and root lost", "reindex")
        lose(bench, (".whl",))
        take(bench, "reindex, all but the wheels lost", "reindex")
        take(bench, "verify", "verify", "--json")
    show(rows)
    objects = projects * (2 * files + 4) + 5
    most = 2 * projects + objects // LISTED_AT_ONCE + 10
    looks = [row for row in rows if row[3] is not None]
    holds = all(row[3] is not None and row[3] <= most and row[2] <= MOST_MEMORY for row in looks)
    print(f"{projects * files:,} files of {projects} projects; bounds {most} requests, {MOST_MEMORY} MiB: ", end="")
    print("PASS" if holds else "FAIL")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
