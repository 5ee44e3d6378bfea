"""Many uploads at once, and a large one, to services that run as programs."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.server.conftest import CEPH, Client, Place
from tests.server.test_commands import serving
from tests.server.test_uploading import listed, upload
from tests.support import samples

pytestmark = pytest.mark.slow

PLACES = pytest.mark.parametrize("place", ["folder", "ceph" if CEPH else "ministack"], indirect=True)
MIB = 2**20
MOST_MEMORY = 150 * MIB
LARGE = 400
"""MiB: a service that kept an upload in memory, or a copy of each part, would have far more than it may."""


def arguments(place: Place) -> list[str]:
    return [place.target, *(f"--{name.replace('_', '-')}={value}" for name, value in place.settings.items())]


@PLACES
def test_64_uploads_of_one_project_through_two_replicas_are_all_listed(place: Place, tmp_path: Path) -> None:
    paths = [samples.wheel(tmp_path, version=f"1.{number}") for number in range(64)]
    with serving(*arguments(place)) as first, serving(*arguments(place)) as second:
        urls = (first.url, second.url)
        with ThreadPoolExecutor(len(paths)) as pool:
            answers = list(pool.map(lambda each: upload(Client(urls[each[0] % 2]), each[1]), enumerate(paths)))
        assert [answer.text for answer in answers] == [f"published {path.name}\n" for path in paths]
        for url in urls:
            assert sorted(listed(Client(url))) == sorted(path.name for path in paths)
    with place.open() as repository:
        assert repository.verify(deep=True).ok


def large_form(path: Path) -> Iterator[bytes]:
    """The form of a wheel whose one large member is not compressed, without that wheel in memory or on disk."""
    small = path.read_bytes()
    for name, value in {":action": "file_upload", "name": "demo", "version": "1.0", "filetype": "bdist_wheel"}.items():
        yield f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
    yield f'--x\r\nContent-Disposition: form-data; name="content"; filename="{path.name}"\r\n\r\n'.encode()
    for _ in range(LARGE):  # a zip archive may begin with anything
        yield bytes(MIB)
    yield small + b"\r\n--x--\r\n"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux alone tells the most memory of a process")
@PLACES
def test_a_large_upload_takes_little_memory(place: Place, tmp_path: Path) -> None:
    path = samples.wheel(tmp_path)
    with serving(*arguments(place)) as served:
        client = Client(served.url)
        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        answer = client.session.post(f"{served.url}/legacy/", data=large_form(path), headers=headers, timeout=300)
        assert answer.text == f"published {path.name}\n"
        (file,) = client.get("/simple/demo/", "application/vnd.pypi.simple.v1+json").json()["files"]
        assert file["size"] == LARGE * MIB + path.stat().st_size
        status = Path(f"/proc/{served.process.pid}/status").read_text(encoding="utf-8")
    assert int(re.findall(r"^VmHWM:\s+(\d+) kB$", status, flags=re.MULTILINE)[0]) * 1024 < MOST_MEMORY
