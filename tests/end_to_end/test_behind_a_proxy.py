"""The nginx example of the page on running the service, in front of the service; the unit and the container's file."""

from __future__ import annotations

import configparser
import re
import shutil
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest
import requests

from s3pypi_setuptools.config.options import OPTIONS
from tests.end_to_end.test_serve import NGINX, nginx
from tests.server.test_commands import Served, serving
from tests.support import samples
from tests.support.programs import execute, output_of

CHECKOUT = Path(__file__).parents[2]
PAGE = (CHECKOUT / "docs" / "run-the-service.md").read_text(encoding="utf-8")
CONTAINER = (CHECKOUT / "deploy" / "Containerfile").read_text(encoding="utf-8")
UNIT = CHECKOUT / "deploy" / "s3pypi.service"
MEBIBYTE = 1024 * 1024


def configuration(port: int) -> str:
    """nginx's, for a service on that port; the test speaks plain HTTP to it."""
    [shown] = re.findall(r"^```nginx\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"^ *ssl_certificate.*\n", "", shown, flags=re.MULTILINE)
    return text.replace("listen 443 ssl;", "listen 443;").replace("127.0.0.1:8080", f"127.0.0.1:{port}")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Served]:
    open_to_all = ("--anonymous-read", "--anonymous-upload")  # what comes from a proxy does not come from this machine
    with serving(str(tmp_path / "repo"), "--trusted-proxies", "127.0.0.1", *open_to_all) as served:
        yield served


@pytest.fixture
def url(service: Served, tmp_path: Path) -> Iterator[str]:
    """nginx's URL."""
    if NGINX is None:
        pytest.skip("nginx is not installed")
    port = int(service.url.rpartition(":")[2])
    with nginx(tmp_path / "nginx", configuration(port), "443") as url:
        yield url


def form(path: Path) -> dict[str, str]:
    return {":action": "file_upload", "name": "demo", "version": "1.0", "filetype": "bdist_wheel"}


def test_nginx_passes_on_large_uploads_and_pages(url: str, service: Served, tmp_path: Path) -> None:
    wheel = samples.wheel(tmp_path / "dist", "demo", "1.0", padding=2 * MEBIBYTE)
    assert wheel.stat().st_size > MEBIBYTE  # more than nginx takes unless told
    with wheel.open("rb") as stream:
        answer = requests.post(f"{url}legacy/", form(wheel), files={"content": (wheel.name, stream)}, timeout=60)
    assert answer.status_code == 200, answer.text
    page = requests.get(f"{url}simple/demo/", timeout=60)
    again = requests.get(f"{url}simple/demo/", headers={"If-None-Match": page.headers["ETag"]}, timeout=60)
    assert (page.status_code, again.status_code) == (200, 304)
    file = requests.get(f"{url}simple/demo/{wheel.name}", timeout=60)
    assert file.content == wheel.read_bytes()
    moved = requests.get(f"{url}simple/Demo", timeout=60, allow_redirects=False)
    assert (moved.status_code, moved.headers["Location"]) == (301, "/simple/demo/")
    command = [sys.executable, "-m", "pip", "download", "--no-cache-dir", "--no-deps", "-d", tmp_path / "got"]
    output_of([*command, "--index-url", f"{url}simple/", "demo"])
    assert (tmp_path / "got" / wheel.name).exists()


@pytest.mark.slow
def test_an_idle_connection_outlives_the_seconds_after_which_web_servers_close_them(service: Served) -> None:
    connection = HTTPConnection(service.url.removeprefix("http://"), timeout=60)
    connection.connect()
    first = connection.sock
    for seconds in (0, 6):  # uvicorn's own limit is five
        time.sleep(seconds)
        connection.request("GET", "/-/health")
        assert connection.getresponse().read() == b"ok\n"
    assert connection.sock is first  # it would have been opened again
    connection.close()


def test_the_files_for_deployment_name_settings_that_exist() -> None:
    known = {f"S3PYPI_{option.name.replace('-', '_').upper()}" for option in OPTIONS}
    named = set(re.findall(r"\bS3PYPI_\w+", PAGE + CONTAINER + UNIT.read_text(encoding="utf-8")))
    assert named
    assert named <= known


def test_the_container_runs_the_service_as_an_ordinary_user_and_holds_no_secret() -> None:
    instructions = re.findall(r"^([A-Z]+) (.*)$", CONTAINER, flags=re.MULTILINE)
    last = dict(instructions)
    assert last["USER"] == "65532:65532"
    assert last["ENTRYPOINT"] == '["s3pypi", "serve"]'
    assert last["EXPOSE"] == "8080"
    assert "/-/health" in CONTAINER.partition("HEALTHCHECK")[2]
    assert not re.search(r"(?i)password|secret|token|AWS_", CONTAINER)
    copied = [words.split()[:-1] for name, words in instructions if name == "COPY" and "--from" not in words]
    assert all((CHECKOUT / each).exists() for paths in copied for each in paths)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    text = UNIT.read_text(encoding="utf-8").replace("/opt/s3pypi/bin/s3pypi", sys.executable)
    (tmp_path / UNIT.name).write_text(text, encoding="utf-8")
    done = execute(["systemd-analyze", "verify", tmp_path / UNIT.name])
    assert (done.status, done.stderr) == (0, "")


def test_the_unit_waits_longer_than_the_service_does_for_uploads() -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.read(UNIT, encoding="utf-8")
    assert int(unit["Service"]["TimeoutStopSec"]) > 300
