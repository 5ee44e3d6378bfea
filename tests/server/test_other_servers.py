"""`create_app` in ASGI servers: uvicorn and granian, with settings from variables."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import requests

from tests.server.conftest import Client
from tests.server.test_uploading import upload
from tests.support import samples
from tests.support.servers import S3Server, free_port

FACTORY = "s3pypi_setuptools.server:create_app"
SERVERS = {
    "uvicorn": ["uvicorn", FACTORY, "--factory"],
    "granian": ["granian", FACTORY, "--factory", "--interface", "asgi"],
}
ALICE = ("alice", "pä:ss")


@contextmanager
def running(name: str, environment: Mapping[str, str], folder: Path) -> Iterator[Client]:
    port = free_port()
    command = [sys.executable, "-m", *SERVERS[name], "--host", "127.0.0.1", "--port", str(port)]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=log, stderr=log)
    client = Client(f"http://127.0.0.1:{port}")
    try:
        until = time.monotonic() + 120
        while time.monotonic() < until:
            assert process.poll() is None, (folder / "server.log").read_text()
            with suppress(requests.ConnectionError):
                if client.get("/-/health").ok:
                    break
            time.sleep(0.05)
        yield client
    finally:
        process.terminate()
        process.wait(60)


@pytest.mark.parametrize("name", SERVERS)
def test_every_server_reads_and_uploads(ministack: S3Server, tmp_path: Path, name: str) -> None:
    """The settings are elasticpypi's variables."""
    bucket = ministack.new_bucket()
    variables = {"BUCKET": bucket, "STAGE": "/dev", "OVERWRITE": "false", "USERS": ":".join(ALICE)}
    with running(name, {**ministack.environment, **variables}, tmp_path) as client:
        wheel = samples.wheel(tmp_path)
        assert upload(client, wheel).status_code == 401
        client.session.auth = tuple(part.encode() for part in ALICE)  # type: ignore[assignment]
        assert upload(client, wheel).status_code == 200
        other = samples.wheel(tmp_path / "other", padding=1000)
        assert upload(client, other).status_code == 409
        for path in ("/simple/demo/", "/dev/simple/demo/"):
            assert wheel.name in client.get(path).text
        file = client.request("GET", f"/simple/demo/{wheel.name}")
        assert file.status_code == 302
        assert requests.get(file.headers["Location"], timeout=60).content == wheel.read_bytes()
        assert client.get("/simple/nope/").status_code == 404
    log = (tmp_path / "server.log").read_text()
    assert "variables of elasticpypi are used: BUCKET, USERS, OVERWRITE, STAGE" in log
    assert ALICE[1] not in log
    assert "Traceback" not in log
