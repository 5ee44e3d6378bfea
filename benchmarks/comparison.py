"""Whole processes against each other: run in turn, behind a delay, medians in a table with a verdict."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import uuid
import venv
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import boto3
from delay_proxy import DelayProxy, Request, wave_count

HERE = Path(__file__).parent
RIVAL = "s3pypi==2.0.1"


@dataclass(frozen=True, slots=True)
class Bench:
    """A bucket of its own behind the proxy, and a folder for files.

    :param environment: of the measured processes, without the settings of whoever runs the benchmark.
    """

    proxy: DelayProxy
    bucket: str
    folder: Path
    environment: Mapping[str, str]
    client: Any

    def s3_url(self, prefix: str) -> str:
        """The repository under ``prefix``, as a target."""
        return f"s3://{self.bucket}/{prefix}"

    def new_folder(self) -> Path:
        """An empty folder."""
        return Path(tempfile.mkdtemp(dir=self.folder))


@dataclass(slots=True)
class Samples:
    """What one contestant's runs took; seconds and requests by run."""

    seconds: list[float] = field(default_factory=list)
    requests: list[list[Request]] = field(default_factory=list)

    @property
    def median(self) -> float:
        """Median wall-clock time, in seconds."""
        return median(self.seconds)

    @property
    def request_count(self) -> float:
        """Median number of requests."""
        return median(len(run) for run in self.requests)

    @property
    def waves(self) -> float:
        """Median number of requests in the longest chain."""
        return median(wave_count(run) for run in self.requests)

    @property
    def continues(self) -> float:
        """Median number of requests that waited for ``100 Continue``: a round trip more each."""
        return median(sum(each.continued for each in run) for run in self.requests)

    @property
    def kilobytes(self) -> float:
        """Median of the bytes in both directions, in 1,000."""
        return median(sum(each.received + each.returned for each in run) / 1000 for run in self.requests)


@dataclass(frozen=True, slots=True)
class Bound:
    """``subject`` takes at most ``factor`` times what ``reference`` takes, by ``measure``."""

    subject: str
    reference: str
    factor: float
    measure: Callable[[Samples], float] = lambda samples: samples.median
    what: str = "time"


Publisher: TypeAlias = Callable[[Bench, str, Sequence[Path]], list[str]]
"""The command that publishes the files into the repository under the prefix."""


@contextmanager
def open_bench(milliseconds: float) -> Iterator[Bench]:
    """A bench against ``S3_ENDPOINT``, with every response held for ``milliseconds``; the bucket is removed after."""
    endpoint = os.environ.get("S3_ENDPOINT")
    if not endpoint:
        sys.exit("S3_ENDPOINT names no S3 server to measure against (see benchmarks/README.md)")
    server = urlsplit(endpoint)
    if server.scheme != "http" or server.hostname is None:
        sys.exit("S3_ENDPOINT must be an http:// URL: the delaying proxy speaks no TLS")
    client = boto3.client("s3", endpoint_url=endpoint, region_name=os.environ.get("AWS_DEFAULT_REGION", "us-east-1"))
    bucket = f"s3pypi-bench-{uuid.uuid4().hex[:12]}"
    client.create_bucket(Bucket=bucket)
    try:
        with (
            tempfile.TemporaryDirectory() as folder,
            DelayProxy((server.hostname, server.port or 80), milliseconds / 1000) as proxy,
        ):
            kept = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
            environment = {name: os.environ[name] for name in kept if name in os.environ} | {
                "AWS_DEFAULT_REGION": os.environ.get("AWS_DEFAULT_REGION", "us-east-1"),
                "AWS_ENDPOINT_URL": proxy.url,
                "AWS_CONFIG_FILE": os.devnull,
                "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
                "AWS_EC2_METADATA_DISABLED": "true",
                "PIP_CONFIG_FILE": os.devnull,
                "HOME": folder,
            }
            yield Bench(proxy, bucket, Path(folder), environment, client)
    finally:
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            if found := [{"Key": each["Key"]} for each in page.get("Contents", ())]:
                client.delete_objects(Bucket=bucket, Delete={"Objects": found})
        client.delete_bucket(Bucket=bucket)


def ours(bench: Bench, prefix: str, paths: Sequence[Path]) -> list[str]:
    """The command that publishes with this package, as installed beside the running interpreter."""
    return [_script(Path(sys.executable).parent, "s3pypi"), "upload", *map(str, paths), "-t", bench.s3_url(prefix)]


def floor(bench: Bench, prefix: str, paths: Sequence[Path]) -> list[str]:
    """The command of the bare boto3 script."""
    return [sys.executable, str(HERE / "floor.py"), bench.bucket, prefix, *map(str, paths)]


def rival(bench: Bench, prefix: str, paths: Sequence[Path]) -> list[str]:
    """The command that publishes with `RIVAL`, in an environment of its own that is made when it is first needed."""
    home = HERE.parent / ".rival"
    scripts = home / ("Scripts" if os.name == "nt" else "bin")
    if not (home / "complete").exists():
        venv.create(home, with_pip=True, clear=True)
        # setuptools, because it imports pkg_resources and does not ask for it.
        install = [_script(scripts, "python"), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        subprocess.run([*install, RIVAL, f"boto3=={boto3.__version__}", "setuptools<81"], check=True)
        (home / "complete").touch()
    options = ["--bucket", bench.bucket, "--prefix", prefix, "--put-root-index", "--s3-endpoint-url", bench.proxy.url]
    return [_script(scripts, "s3pypi"), "upload", *map(str, paths), *options]


def _script(folder: Path, name: str) -> str:
    return str(folder / (f"{name}.exe" if os.name == "nt" else name))


def run(bench: Bench, command: Sequence[str]) -> tuple[float, list[Request]]:
    """Run one whole process: its wall-clock seconds and the requests it made."""
    bench.proxy.take()
    start = time.perf_counter()
    done = subprocess.run(
        command, env=dict(bench.environment), cwd=bench.folder, capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - start
    if done.returncode:
        said = "\n".join((done.stdout + done.stderr).splitlines()[-5:])
        sys.exit(f"{' '.join(command[:3])} … failed with status {done.returncode}:\n{said}")
    return seconds, bench.proxy.take()


def compete(bench: Bench, contestants: Mapping[str, Callable[[int], Sequence[str]]], rounds: int) -> dict[str, Samples]:
    """Run the contestants in turn; each is asked for its command, outside the measured time, with the round's number.

    Round 0 warms caches and is not counted.
    """
    samples = {name: Samples() for name in contestants}
    for number in range(rounds + 1):
        for name, command in contestants.items():
            seconds, requests = run(bench, command(number))
            if number:
                samples[name].seconds.append(seconds)
                samples[name].requests.append(requests)
    return samples


def prove(title: str, samples: Mapping[str, Samples], bounds: Sequence[Bound]) -> bool:
    """Print the table and a line a bound; whether all of them hold."""
    print(f"\n{title}")
    print(f"  {'':24}{'median s':>10}{'min':>8}{'max':>8}{'requests':>10}{'waves':>7}{'100s':>6}{'kB':>9}")
    for name, each in samples.items():
        times = f"{each.median:10.3f}{min(each.seconds):8.3f}{max(each.seconds):8.3f}"
        print(f"  {name:24}{times}{each.request_count:10g}{each.waves:7g}{each.continues:6g}{each.kilobytes:9.1f}")
    holds = True
    for bound in bounds:
        if bound.subject in samples and bound.reference in samples:
            ratio = bound.measure(samples[bound.subject]) / bound.measure(samples[bound.reference])
            verdict = "PASS" if ratio <= bound.factor else "FAIL"
            holds &= ratio <= bound.factor
            print(
                f"  {verdict}  {bound.what}: {bound.subject} / {bound.reference} = {ratio:.2f}, at most {bound.factor}"
            )
    sys.stdout.flush()
    return holds


def limit(what: str, count: float, most: float) -> bool:
    """Print the verdict on a count; whether it is at most ``most``."""
    print(f"  {'PASS' if count <= most else 'FAIL'}  {what}: {count:g}, at most {most:g}")
    sys.stdout.flush()
    return count <= most
