"""A large wheel: our hashing and `put_file` against boto3's ``upload_file``, whole processes, behind a delay.

``large_file.py [MEBIBYTES] [MILLISECONDS]``; the server is the one that ``S3_ENDPOINT`` and boto's variables name.
Prints medians, fails when ours takes more than 1.2 times as long or holds more than 120 MiB. A server that frees
deleted objects late needs room for all runs: eight times the file.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

import boto3
from delay_proxy import DelayProxy

RUNS = 3
MOST_TIME = 1.2
MOST_MEMORY = 120

MEASURE = """
import sys
from pathlib import Path
{work}
peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print(int(peak.split()[1]) / 1024)
"""
OURS = MEASURE.format(
    work="""
path, bucket = Path(sys.argv[1]), sys.argv[2]
from s3pypi_setuptools.distribution.local_file import LocalFile
from s3pypi_setuptools.stores.base import ABSENT, Attributes
from s3pypi_setuptools.stores.s3.store import S3Options, S3Store
store = S3Store(bucket, S3Options())
store.warm()
file = LocalFile.read(path)
store.put_file(sys.argv[3], file, Attributes("application/zip", None, {"sha256": file.sha256}), ABSENT)
"""
)
THEIRS = MEASURE.format(
    work="""
import boto3
boto3.client("s3").upload_file(sys.argv[1], sys.argv[2], sys.argv[3])
"""
)


def main() -> int:
    mebibytes = int(sys.argv[1]) if len(sys.argv) > 1 else 256
    milliseconds = float(sys.argv[2]) if len(sys.argv) > 2 else 5
    endpoint = os.environ["S3_ENDPOINT"]
    upstream = urlsplit(endpoint)
    client = boto3.client("s3", endpoint_url=endpoint)
    bucket = f"bench-{uuid.uuid4().hex}"
    client.create_bucket(Bucket=bucket)
    results: dict[str, list[tuple[float, float]]] = {"ours": [], "boto3": []}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large-1.0-py3-none-any.whl"
        with path.open("wb") as stream:
            for _ in range(mebibytes):
                stream.write(os.urandom(1024 * 1024))
        with DelayProxy((upstream.hostname or "", upstream.port or 80), milliseconds / 1000) as proxy:
            environment = {**os.environ, "AWS_ENDPOINT_URL": proxy.url}
            for run in range(RUNS + 1):
                for name, script in (("ours", OURS), ("boto3", THEIRS)):
                    key = f"{name}-{run}"
                    start = time.perf_counter()
                    command = [sys.executable, "-c", script, str(path), bucket, key]
                    output = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
                    if run:  # the first run fills the caches
                        results[name].append((time.perf_counter() - start, float(output)))
                    client.delete_object(Bucket=bucket, Key=key)
    client.delete_bucket(Bucket=bucket)
    seconds = {name: median(each for each, _ in runs) for name, runs in results.items()}
    memory = {name: max(each for _, each in runs) for name, runs in results.items()}
    for name in results:
        print(f"{name:6} {seconds[name]:6.2f} s  {memory[name]:6.1f} MiB at most")
    ratio = seconds["ours"] / seconds["boto3"]
    print(f"ours / boto3: {ratio:.2f} (at most {MOST_TIME}); memory at most {MOST_MEMORY} MiB")
    return int(ratio > MOST_TIME or memory["ours"] > MOST_MEMORY)


if __name__ == "__main__":
    sys.exit(main())
