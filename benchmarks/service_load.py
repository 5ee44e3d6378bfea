"""Load for the benchmark of the service: pages and files through wrk, uploads through `http.client`."""

from __future__ import annotations

import hashlib
import math
import os
import re
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

_MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}
_CHUNK = 1024 * 1024
_BOUNDARY = "----s3pypi-benchmark"


@dataclass(frozen=True, slots=True)
class Load:
    """What wrk measured.

    :ivar rate: requests per second.
    :ivar megabytes: 1,000,000 bytes per second.
    :ivar median: milliseconds.
    :ivar slow: milliseconds that 99 % of the requests took at most.
    :ivar errors: answers of 400 and above, and connections that failed or timed out.
    """

    rate: float
    megabytes: float
    median: float
    slow: float
    errors: int


def load(url: str, seconds: float, headers: dict[str, str] | None = None, connections: int = 16) -> Load:
    """Ask for ``url`` as often as the server answers, over ``connections`` that are kept open."""
    options = [each for name, value in (headers or {}).items() for each in ("-H", f"{name}: {value}")]
    threads = ["-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--timeout", "30s", "--latency"]
    text = subprocess.run(["wrk", *threads, *options, url], capture_output=True, text=True, check=True).stdout
    failed = sum(map(int, re.findall(r"(?:connect|read|write|timeout|3xx responses:) (\d+)", text)))
    size, unit = re.findall(r"Transfer/sec:\s+([\d.]+)([KMG]?)B", text)[0]
    return Load(
        rate=float(re.findall(r"Requests/sec:\s+([\d.]+)", text)[0]),
        megabytes=float(size) * {"": 1, "K": 1024, "M": 1024**2, "G": 1024**3}[unit] / 1e6,
        median=_latency(text, 50),
        slow=_latency(text, 99),
        errors=failed,
    )


def _latency(text: str, percent: int) -> float:
    """That many percent took so long; not a number where no request ended in time."""
    found = re.search(rf"^\s+{percent}%\s+([\d.]+)(us|ms|s|m)$", text, flags=re.MULTILINE)
    return (float(found[1]) * _MILLISECONDS[found[2]] if found else 0) or math.nan


def get(url: str, headers: dict[str, str] | None = None) -> tuple[int, dict[str, str], bytes]:
    """Status, headers (names in lower case) and body of one answer."""
    address = urlsplit(url)
    connection = HTTPConnection(str(address.hostname), address.port or 80, timeout=60)
    try:
        connection.request("GET", address.path, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


@dataclass(frozen=True, slots=True)
class Upload:
    """How one upload went: milliseconds, and whether the server took it."""

    milliseconds: float
    taken: bool


def upload(url: str, path: Path, headers: dict[str, str] | None = None) -> Upload:
    """Upload a wheel over a new connection, as twine does, without the time that twine itself takes to start."""
    before, after = _form(path)
    address = urlsplit(url)
    sent = {
        "Content-Type": f"multipart/form-data; boundary={_BOUNDARY}",
        "Content-Length": str(len(before) + path.stat().st_size + len(after)),
        **(headers or {}),
    }
    begin = time.perf_counter()
    connection = HTTPConnection(str(address.hostname), address.port or 80, timeout=600)
    try:
        connection.putrequest("POST", address.path)
        for name, value in sent.items():
            connection.putheader(name, value)
        connection.endheaders(before)
        with path.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                connection.send(chunk)
        connection.send(after)
        answer = connection.getresponse()
        answer.read()
        taken = answer.status == 200
    except (OSError, HTTPException):
        taken = False
    finally:
        connection.close()
    return Upload((time.perf_counter() - begin) * 1000, taken)


def upload_at_once(url: str, paths: list[Path]) -> tuple[int, float]:
    """Upload all files at the same time: how many failed, and the median in milliseconds."""
    with ThreadPoolExecutor(len(paths)) as pool:
        done = list(pool.map(lambda path: upload(url, path), paths))
    return sum(not each.taken for each in done), median(each.milliseconds for each in done)


def _form(path: Path) -> tuple[bytes, bytes]:
    """What comes before and after the file in its form (https://github.com/pypi/warehouse/blob/main/docs/user/api/upload.md)."""
    name, version, *_ = path.name.split("-")
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    fields = {
        ":action": "file_upload",
        "protocol_version": "1",
        "metadata_version": "2.1",
        "name": name,
        "version": version,
        "filetype": "bdist_wheel",
        "pyversion": "py3",
        "sha256_digest": digest.hexdigest(),
    }
    parts = [
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{fields[key]}\r\n' for key in fields
    ]
    parts.append(
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="content"; filename="{path.name}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    return "".join(parts).encode(), f"\r\n--{_BOUNDARY}--\r\n".encode()


def peak_memory(session: int) -> float:
    """The most memory that the processes of a session have had, in MiB; Linux alone tells."""
    total = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if os.getsid(int(folder.name)) == session:
                status = (folder / "status").read_text(encoding="utf-8")
                total += sum(map(int, re.findall(r"^VmHWM:\s+(\d+) kB$", status, flags=re.MULTILINE)))
        except OSError:
            continue  # it has just ended
    return total / 1024
