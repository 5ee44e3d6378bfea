"""The service against other servers and its bounds: ``service.py [--peers] [--quick]``; needs wrk and nginx.

Each server is one process on core 0, and what asks it runs on core 1. `benchmarks/README.md` says how to read it.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import uuid
import zipfile
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import TypeAlias

import boto3
from distributions import make_wheel
from service_load import Load, get, load, peak_memory, upload, upload_at_once
from service_results import MANY, NGINX, PARALLEL, PARALLEL_READERS, SMALL, Results, tables, verdicts, write_results
from service_servers import PEERS, Material, Running, granian, nginx, service

LOAD_CORE = 1
ACCEPT = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html; q=0.1, text/html; q=0.01"
PROJECTS = {"small": 5, "big": 300, "huge": 1000}
PAGES = {SMALL: "small/", "300 files": "big/", "1,000 files": "huge/", "201 projects": ""}


Place: TypeAlias = tuple[Material, Material]
"""The same projects in one store: 201, some with many files, and thousands."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured."""

    seconds: float
    projects: int
    large: int
    """MiB of the large upload."""
    uploads: int


FULL = Plan(seconds=8, projects=5000, large=2048, uploads=30)
QUICK = Plan(seconds=1, projects=500, large=64, uploads=5)


def wheels(folder: Path, projects: dict[str, int]) -> Path:
    """A new folder of so many wheels of each project."""
    folder.mkdir(parents=True)
    for name, count in projects.items():
        for number in range(count):
            make_wheel(folder, name, f"1.{number}", size=200)
    return folder


def material(folder: Path) -> Material:
    """The wheels in ``folder/flat``, and our repository of them."""
    flat = folder / "flat"
    nested = folder / "nested"
    for path in flat.iterdir():
        place = nested / path.name.partition("-")[0].replace("_", "-")
        place.mkdir(parents=True, exist_ok=True)
        (place / path.name).hardlink_to(path)
    (folder / "scratch").mkdir()
    target = folder / "repository"
    publish(flat, str(target))
    return Material(flat, nested, str(target), target, folder / "scratch")


def publish(folder: Path, target: str) -> None:
    """Publish all wheels of a folder."""
    script = str(Path(sys.executable).parent / "s3pypi")
    subprocess.run([script, "upload", str(folder), "-t", target, "-q"], check=True, stdout=subprocess.DEVNULL)


@contextmanager
def bucket() -> Iterator[str | None]:
    """A bucket of the server that ``S3_ENDPOINT`` names, removed afterwards; None where it names none."""
    endpoint = os.environ.get("S3_ENDPOINT")
    if not endpoint:
        yield None
        return
    os.environ["AWS_ENDPOINT_URL"] = endpoint
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    client = boto3.client("s3")
    name = f"s3pypi-bench-{uuid.uuid4().hex[:12]}"
    client.create_bucket(Bucket=name)
    try:
        yield name
    finally:
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=name):
            if found := [{"Key": each["Key"]} for each in page.get("Contents", ())]:
                client.delete_objects(Bucket=name, Delete={"Objects": found})
        client.delete_bucket(Bucket=name)


def in_bucket(place: Place, name: str) -> Place:
    """The same projects in a bucket; published at the first call."""
    found = []
    for each in place:
        target = f"s3://{name}/{each.folder.parent.name}"
        publish(each.flat, target)  # once more does nothing
        found.append(replace(each, target=target))
    return found[0], found[1]


def measure_pages(server: Running, plan: Plan, results: Results, name: str) -> None:
    """Each page of the server, and the small one for clients that know it."""
    headers = {"Accept": ACCEPT}
    for title, path in PAGES.items():
        if get(server.index + path, headers)[0] == 200:  # devpi is given no thousand files
            results.add(name, title, asked(server.index + path, plan, headers))
    etag = get(server.index + "small/", headers)[1].get("etag")
    if etag:
        results.add(name, "304", asked(f"{server.index}small/", plan, {**headers, "If-None-Match": etag}, status=304))


def asked(url: str, plan: Plan, headers: dict[str, str], status: int = 200) -> Load:
    """The load that one page bears, after a first request for what the server keeps from then on."""
    found = get(url, headers)[0]
    if found != status:
        sys.exit(f"{url} answers {found}, not {status}")
    return load(url, plan.seconds, headers)


def measure_uploads(server: Running, plan: Plan, results: Results, name: str, folder: Path) -> None:
    """Small wheels of one project: one after the other, and twenty at once."""
    if server.uploads is None:
        return
    new = sorted(wheels(folder / uuid.uuid4().hex, {new_name(): plan.uploads + PARALLEL}).iterdir())
    upload(server.uploads, new.pop())  # the project's first upload loads modules, and lists the project
    done = [upload(server.uploads, path) for path in new[: plan.uploads - 1]]
    failed, middle = upload_at_once(server.uploads, new[plan.uploads - 1 :])
    results.uploads[name] = (median(each.milliseconds for each in done), failed, middle)
    if not all(each.taken for each in done):
        sys.exit(f"{name} does not take uploads")


def measure_downloads(server: Running, plan: Plan, results: Results, name: str) -> None:
    """Files of two sizes, and a thousand readers at once."""
    for title, path, connections in (
        ("100 kB", "files/files-1.0-py3-none-any.whl", 16),
        ("100 MB", "files/files-2.0-py3-none-any.whl", 4),
        (PARALLEL_READERS, "files/files-1.0-py3-none-any.whl", 1000),
    ):
        results.downloads[name, title] = load(server.index + path, plan.seconds, connections=connections)


def measure_large(server: Running, plan: Plan, results: Results, name: str, folder: Path) -> None:
    """Project pages while one large wheel is uploaded, beside the same pages before."""
    path = make_large_wheel(folder, plan.large)
    page = f"{server.index}small/"
    idle = load(page, plan.seconds, {"Accept": ACCEPT})
    taken: list[bool] = []
    thread = threading.Thread(target=lambda: taken.append(upload(str(server.uploads), path).taken))
    thread.start()
    during = []
    while thread.is_alive():
        during.append(load(page, min(2, plan.seconds), {"Accept": ACCEPT}))
    thread.join()
    if taken != [True]:
        sys.exit(f"{name} does not take {path.name}")
    path.unlink()
    results.large[name] = (idle, max(during, key=lambda each: each.slow), peak_memory(server.process))


def new_name() -> str:
    """The name of a project that no server has yet."""
    return f"new{uuid.uuid4().hex[:12]}"


def make_large_wheel(folder: Path, mebibytes: int) -> Path:
    """A wheel of about that size, whose large member is not compressed, and repeats one random MiB."""
    path = make_wheel(folder, new_name(), "1.0", size=10)
    piece = os.urandom(1024 * 1024)
    with zipfile.ZipFile(path, "a") as archive, archive.open("more.bin", "w", force_zip64=True) as member:
        for _ in range(mebibytes):
            member.write(piece)
    return path


@dataclass(frozen=True, slots=True)
class Bench:
    """What all measurements share.

    :ivar few: 201 projects, of which some have many files.
    :ivar many: thousands of projects of one file each.
    :ivar users: the file of one user, and the header that this user sends.
    """

    plan: Plan
    results: Results
    folder: Path
    few: Material
    many: Material
    users: Path
    header: dict[str, str]


def open_bench(folder: Path, plan: Plan) -> Bench:
    """Make the wheels, publish them into folders, and add a user."""
    flat = wheels(folder / "few" / "flat", {**PROJECTS, **{f"other-{number:03}": 1 for number in range(197)}})
    make_wheel(flat, "files", "1.0", size=100_000)
    make_wheel(flat, "files", "2.0", size=100_000_000)
    wheels(folder / "many" / "flat", {f"project-{number:04}": 1 for number in range(plan.projects)})
    users = folder / "users.toml"
    add: list[str] = [
        str(Path(sys.executable).parent / "s3pypi"),
        "user",
        "add",
        str(users),
        "bench",
        "--role",
        "upload",
        "--password-stdin",
    ]
    subprocess.run(add, input="benchmark-password", text=True, check=True, stdout=subprocess.DEVNULL)
    header = {"Authorization": f"Basic {b64encode(b'bench:benchmark-password').decode()}"}
    few, many = material(folder / "few"), material(folder / "many")
    return Bench(plan, Results(plan.large), folder, few, many, users, header)


def measure_ours(bench: Bench, name: str, start: Callable[..., AbstractContextManager[Running]], place: Place) -> None:
    """Everything about one of our servers, on a folder or a bucket."""
    few, many = place
    plan, results = bench.plan, bench.results
    with start(few) as server:
        results.ready[name] = server.ready
        measure_pages(server, plan, results, name)
        measure_uploads(server, plan, results, name, bench.folder)
        if few.target == str(few.folder):
            measure_downloads(server, plan, results, name)
    if few.target == str(few.folder):
        with start(few) as server:
            measure_large(server, plan, results, name, bench.folder)
    with start(many) as server:
        results.add(name, MANY, asked(server.index, plan, {"Accept": ACCEPT}))
    with start(few, bench.users) as server:
        results.add(name, "password", asked(f"{server.index}small/", plan, {"Accept": ACCEPT, **bench.header}))


def measure_others(bench: Bench, peers: bool) -> None:
    """nginx, and other servers."""
    plan, results = bench.plan, bench.results
    with nginx(bench.few) as server:
        results.ready[NGINX] = server.ready
        measure_pages(server, plan, results, NGINX)
        measure_downloads(server, plan, results, NGINX)
    with nginx(bench.many) as server:
        results.add(NGINX, MANY, asked(server.index, plan, {"Accept": ACCEPT}))
    for name, start in PEERS.items() if peers else ():
        print(f"{name} …", file=sys.stderr)
        results.peers.append(name)
        with start(bench.few) as server:
            results.ready[name] = server.ready
            measure_pages(server, plan, results, name)
            measure_uploads(server, plan, results, name, bench.folder)
        if name != "devpi":  # takes a quarter of an hour to be given thousands of projects
            with start(bench.many) as server:
                results.add(name, MANY, asked(server.index, plan, {"Accept": ACCEPT}))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--peers", action="store_true", help="also pypiserver, devpi, simple-repository-server and proxpi"
    )
    parser.add_argument("--quick", action="store_true", help="a second for each figure, to see that all of it runs")
    arguments = parser.parse_args()
    busy = os.getloadavg()[0]
    for name in [each for each in os.environ if each.startswith(("S3PYPI_", "PIP_"))]:
        del os.environ[name]
    with tempfile.TemporaryDirectory(prefix="s3pypi-bench-") as folder, bucket() as place:
        bench = open_bench(Path(folder), QUICK if arguments.quick else FULL)
        os.sched_setaffinity(0, {LOAD_CORE})
        in_folder = (bench.few, bench.many)
        for server, start in (("s3pypi serve", service), ("granian", granian)):
            print(f"{server} …", file=sys.stderr)
            measure_ours(bench, f"{server}, folder", start, in_folder)
            if place:
                measure_ours(bench, f"{server}, bucket", start, in_bucket(in_folder, place))
        measure_others(bench, arguments.peers)
    text = tables(bench.results)
    print(text)
    if arguments.peers and not arguments.quick:
        write_results(text, busy)
    found = list(verdicts(bench.results))
    for holds, line in found:
        print(f"{'PASS' if holds else 'FAIL'}  {line}")
    return int(not all(holds for holds, _ in found))


if __name__ == "__main__":
    sys.exit(main())
