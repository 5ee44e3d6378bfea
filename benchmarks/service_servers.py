"""The servers of the service's benchmark: ours, others written in Python, and nginx; each is one process on core 0."""

from __future__ import annotations

import base64
import json
import os
import signal
import socket
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from service_load import upload

HERE = Path(__file__).parent
SERVER_CORE = "0"
_READY_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Material:
    """The same wheels, as each server wants them.

    :ivar flat: a folder of all wheels.
    :ivar nested: a folder of each project.
    :ivar target: our repository, a folder or bucket.
    :ivar folder: our repository in a folder.
    :ivar scratch: for what servers write.
    """

    flat: Path
    nested: Path
    target: str
    folder: Path
    scratch: Path


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers.

    :ivar index: URL of the list of projects.
    :ivar uploads: where files are uploaded to; None where the server takes none.
    :ivar ready: seconds from the start of the process to its first answer.
    """

    process: int
    index: str
    uploads: str | None
    ready: float


def _port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _environment(packages: Sequence[str], name: str) -> Path:
    """The scripts of an environment with packages of the public index, made when it is first needed."""
    home = HERE.parent / ".peers" / name
    if not (home / "complete").exists():
        venv.create(home, with_pip=True, clear=True)
        command = [str(home / "bin" / "python"), "-m", "pip", "install", "-q", "--disable-pip-version-check", *packages]
        subprocess.run(command, check=True)
        (home / "complete").touch()
    return home / "bin"


@contextmanager
def _running(
    command: Sequence[str | Path], port: int, ready: str, environment: Mapping[str, str] | None = None
) -> Iterator[tuple[int, float]]:
    """Start a server on its core; its process, and seconds until ``ready`` answered. It is ended afterwards."""
    begin = time.perf_counter()
    server = subprocess.Popen(
        ["taskset", "-c", SERVER_CORE, *map(str, command)],
        env={**os.environ, **(environment or {})},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        while not _answers(port, ready):
            if server.poll() is not None or time.perf_counter() - begin > _READY_SECONDS:
                sys.exit(f"{command[0]} does not answer: run it by hand: {' '.join(map(str, command))}")
            time.sleep(0.005)
        yield server.pid, time.perf_counter() - begin
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def _answers(port: int, path: str) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", path)
        return connection.getresponse().status < 500
    except OSError:
        return False
    finally:
        connection.close()


@contextmanager
def service(material: Material, users: Path | None = None) -> Iterator[Running]:
    """``s3pypi serve`` as installed beside the running interpreter."""
    port = _port()
    script = Path(sys.executable).parent / "s3pypi"
    command: list[str | Path] = [script, "serve", material.target, "--port", str(port)]
    command += ["--users", users] if users else []
    with _running(command, port, "/-/health") as (process, ready):
        yield _ours(process, port, ready)


@contextmanager
def granian(material: Material, users: Path | None = None) -> Iterator[Running]:
    """Our application in granian."""
    port = _port()
    scripts = _environment(["granian", "uvloop", "-e", f"{HERE.parent}[server]"], "granian")
    command = [str(scripts / "granian"), "--interface", "asgi", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--loop", "uvloop", "--factory", "s3pypi_setuptools.server:create_app"]
    allowed = {"S3PYPI_USERS": str(users)} if users else {"S3PYPI_ANONYMOUS_READ": "1", "S3PYPI_ANONYMOUS_UPLOAD": "1"}
    environment = {"S3PYPI_TARGET": material.target, **allowed}
    with _running(command, port, "/-/health", environment) as (process, ready):
        yield _ours(process, port, ready)


def _ours(process: int, port: int, ready: float) -> Running:
    return Running(process, f"http://127.0.0.1:{port}/simple/", f"http://127.0.0.1:{port}/legacy/", ready)


NGINX = """\
daemon off; master_process off; pid {scratch}/nginx.pid; error_log /dev/null;
{user}
events {{ worker_connections 4096; }}
http {{
    types {{ text/html html; application/zip whl; }}
    access_log off; sendfile on; keepalive_requests 100000000;
    client_body_temp_path {scratch}/body; proxy_temp_path {scratch}/proxy; fastcgi_temp_path {scratch}/fastcgi;
    uwsgi_temp_path {scratch}/uwsgi; scgi_temp_path {scratch}/scgi;
    server {{ listen 127.0.0.1:{port}; root {folder}; index index.html; }}
}}
"""


@contextmanager
def nginx(material: Material) -> Iterator[Running]:
    """Serve the files of our repository with nginx: the limit."""
    port = _port()
    scratch = material.scratch / f"nginx-{port}"
    scratch.mkdir()
    configuration = scratch / "nginx.conf"
    user = "user root;" if os.geteuid() == 0 else ""
    configuration.write_text(NGINX.format(scratch=scratch, port=port, folder=material.folder, user=user), "utf-8")
    with _running(["nginx", "-c", configuration, "-p", scratch], port, "/") as (process, ready):
        yield Running(process, f"http://127.0.0.1:{port}/", None, ready)


@contextmanager
def _pypiserver(material: Material, *options: str) -> Iterator[Running]:
    port = _port()
    scripts = _environment(["pypiserver", "watchdog", "gunicorn", "passlib"], "pypiserver")
    command = [str(scripts / "pypi-server"), "run", "-i", "127.0.0.1", "-p", str(port), "-P", ".", "-a", "."]
    with _running([*command, "--disable-fallback", *options, str(material.flat)], port, "/") as (process, ready):
        yield Running(process, f"http://127.0.0.1:{port}/simple/", f"http://127.0.0.1:{port}/", ready)


def pypiserver(material: Material) -> AbstractContextManager[Running]:
    """Serve with pypiserver, without its cache: each request lists the folder."""
    return _pypiserver(material, "--backend", "simple-dir")


def pypiserver_cached(material: Material) -> AbstractContextManager[Running]:
    """Serve with pypiserver in gunicorn, with its cache of the folder."""
    return _pypiserver(material, "--backend", "cached-dir", "--server", "gunicorn")


@contextmanager
def devpi(material: Material) -> Iterator[Running]:
    """devpi, into which the wheels are uploaded first: it has a store of its own."""
    port = _port()
    scripts = _environment(["devpi-server"], "devpi")
    home = material.scratch / f"devpi-{port}"
    subprocess.run(
        [str(scripts / "devpi-init"), "--serverdir", str(home), "--no-root-pypi"], check=True, capture_output=True
    )
    command = [str(scripts / "devpi-server"), "--serverdir", str(home), "--host", "127.0.0.1", "--port", str(port)]
    with _running(command, port, "/+api") as (process, ready):
        _devpi_index(port)
        index = f"http://127.0.0.1:{port}/root/bench/"
        for path in sorted(material.flat.iterdir()):
            if path.name.startswith("huge-"):
                continue  # minutes, since it takes 0.2 s for each
            if not upload(index, path).taken:
                sys.exit(f"devpi does not take {path.name}")
        yield Running(process, f"{index}+simple/", index, ready)


def _devpi_index(port: int) -> None:
    """Make an index that everybody may upload to; https://devpi.net/docs/ describes its API."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("POST", "/+login", '{"user": "root", "password": ""}', {"Content-Type": "application/json"})
    token = json.loads(connection.getresponse().read())["result"]["password"]
    login = base64.b64encode(f"root:{token}".encode()).decode()
    headers = {"Content-Type": "application/json", "X-Devpi-Auth": login}
    index = '{"type": "stage", "bases": [], "volatile": true, "acl_upload": [":ANONYMOUS:"]}'
    connection.request("PUT", "/root/bench", index, headers)
    answer = connection.getresponse()
    if answer.status != 200:
        sys.exit(f"devpi makes no index: {answer.read().decode()}")
    connection.close()


@contextmanager
def simple_repository(material: Material) -> Iterator[Running]:
    """simple-repository-server, on a folder of each project."""
    port = _port()
    scripts = _environment(["simple-repository-server"], "simple-repository-server")
    command = [
        str(scripts / "simple-repository-server"),
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        str(material.nested),
    ]
    with _running(command, port, "/simple/") as (process, ready):
        yield Running(process, f"http://127.0.0.1:{port}/simple/", None, ready)


@contextmanager
def proxpi(material: Material) -> Iterator[Running]:
    """proxpi, a cache of another index: here of nginx on our files, which is not asked again while it is measured."""
    port = _port()
    scripts = _environment(["proxpi", "gunicorn"], "proxpi")
    command = [str(scripts / "gunicorn"), "--bind", f"127.0.0.1:{port}", "--threads", "8", "proxpi.server:app"]
    with nginx(material) as origin:
        environment = {"PROXPI_INDEX_URL": origin.index, "PROXPI_INDEX_TTL": "36000"}
        with _running(command, port, "/index/", environment) as (process, ready):
            yield Running(process, f"http://127.0.0.1:{port}/index/", None, ready)


PEERS: Mapping[str, Callable[[Material], AbstractContextManager[Running]]] = {
    "pypiserver": pypiserver,
    "pypiserver, cache, gunicorn": pypiserver_cached,
    "devpi": devpi,
    "simple-repository-server": simple_repository,
    "proxpi, warm": proxpi,
}
