"""Uploads that end before their time, and disks without space: nothing of them is left."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from s3pypi_setuptools.server import uploads
from tests.server.conftest import Client, Place, Serve
from tests.server.test_commands import serving
from tests.server.test_uploading import listed, upload
from tests.support import samples
from tests.support.programs import wait_until

HEAD = (
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\nContent-Type: multipart/form-data; boundary=x\r\n\r\n"
    b'--x\r\nContent-Disposition: form-data; name="content"; filename="demo-1.0.tar.gz"\r\n\r\n'
)


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files, which is empty."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


def connected(client: Client) -> socket.socket:
    where = urlsplit(client.url)
    return socket.create_connection((where.hostname, where.port or 0), timeout=60)


def begin(connection: socket.socket, temporary: Path) -> None:
    """Send a third of an upload, and wait until it arrives on disk."""
    connection.sendall(HEAD + b"y" * 3_000_000)
    wait_until(lambda: any(temporary.rglob("demo-1.0.tar.gz")))


def test_a_client_that_goes_away_leaves_nothing(serve: Serve, place: Place, temporary: Path, tmp_path: Path) -> None:
    client = serve(place)
    upload(client, samples.wheel(tmp_path, "other"))
    with connected(client) as connection:
        begin(connection, temporary)
    wait_until(lambda: not any(temporary.iterdir()))
    assert listed(client) == []
    with place.open() as repository:
        assert repository.names() == ("other",)
        assert repository.verify(deep=True).ok


def test_a_client_that_falls_silent_is_given_up(
    serve: Serve, folder: Place, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "_SILENCE_SECONDS", 0.5)
    client = serve(folder)
    with connected(client) as connection:
        begin(connection, temporary)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))  # up to the end: the connection is closed
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert answer.endswith(b"seconds; upload the file again\n")
    wait_until(lambda: not any(temporary.iterdir()))


def test_a_file_that_the_temporary_folder_has_no_space_for_is_refused(tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    small, large = samples.wheel(tmp_path), samples.wheel(tmp_path, version="2.0", padding=2_000_000)
    limited = ["sh", "-c", 'ulimit -f 1000; exec "$@"', "sh"]  # blocks of 512 bytes
    environment = {"TMPDIR": str(temporary)}
    with serving((tmp_path / "repository").as_uri(), environment=environment, before=limited) as served:
        client = Client(served.url)
        answer = upload(client, large)
        assert answer.status_code == 507
        assert answer.text == "The service has no space for the file at the moment\n"
        wait_until(lambda: not any(temporary.iterdir()))
        assert upload(client, small).status_code == 200
        assert listed(client) == [small.name]
        _, _, err = served.end()
    assert "Traceback" not in err


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 5 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=5m", "tmpfs", str(folder)]
    if os.name == "nt" or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this needs the right to mount a small disk, which root has")
    try:
        yield folder
    finally:
        with contextlib.suppress(OSError):
            subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.parametrize("which", ["repository", "temporary"])
def test_a_full_disk_is_told_and_takes_uploads_when_there_is_space(
    serve: Serve, small_disk: Path, tmp_path: Path, which: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if which == "temporary":
        monkeypatch.setattr("tempfile.tempdir", str(small_disk))
    repository = (small_disk if which == "repository" else tmp_path) / "repository"
    place = Place(repository.as_uri(), {})
    client = serve(place)
    first, large = samples.wheel(tmp_path), samples.wheel(tmp_path, version="2.0", padding=2_000_000)
    assert upload(client, first).status_code == 200
    (small_disk / "other").write_bytes(b"x" * 4_500_000)
    for accept in ("", "application/json"):
        answer = upload(client, large, headers={"Accept": accept})
        assert answer.status_code == 507
        assert "no space for the file at the moment" in answer.text
        assert str(small_disk) not in answer.text
    assert listed(client) == [first.name]
    (small_disk / "other").unlink()
    assert upload(client, large).status_code == 200
    with place.open() as opened:
        assert opened.verify(deep=True).ok
    wait_until(lambda: which == "repository" or not any(small_disk.iterdir()))
