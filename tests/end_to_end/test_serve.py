"""The nginx examples of the page on serving, run with nginx."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest

from tests.support import programs, samples
from tests.support.servers import free_port, program, running, wait_until_answers

PAGE = (Path(__file__).parents[2] / "docs" / "serve.md").read_text(encoding="utf-8")
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}{os.pathsep}/usr/sbin")
FOLDER, BUCKET = re.findall(r"^```nginx\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
JSON = "application/vnd.pypi.simple.v1+json"

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed")

MAIN = """\
{user}
pid {folder}/nginx.pid;
error_log {folder}/error.log;
daemon off;
master_process off;
events {{ }}
http {{
    types {{ text/html html; application/zip whl; application/gzip gz; }}
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    gzip on;
    gzip_types *;
    gzip_min_length 0;
    {servers}
}}
"""


@contextmanager
def nginx(folder: Path, servers: str, port: str) -> Iterator[str]:
    """The URL under which nginx serves."""
    folder.mkdir()
    chosen = free_port()
    user = "user root;" if hasattr(os, "geteuid") and os.geteuid() == 0 else ""
    servers = servers.replace(f"listen {port};", f"listen 127.0.0.1:{chosen};")
    configuration = folder / "nginx.conf"
    configuration.write_text(MAIN.format(user=user, folder=folder, servers=servers), encoding="utf-8")
    url = f"http://127.0.0.1:{chosen}/"
    with running([NGINX or "nginx", "-c", str(configuration), "-p", str(folder)], folder, {}) as process:
        wait_until_answers(f"{url}demo/", process)
        yield url


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    samples.wheel(tmp_path / "dist", "demo", "1.0")
    samples.sdist(tmp_path / "dist", "demo", "1.0")
    samples.wheel(tmp_path / "dist", "demo", "0.9+local.1")
    return tmp_path / "dist"


def fetched(url: str, accept: str = "*/*") -> tuple[str, str, bytes]:
    """Content-Type, Cache-Control and body."""
    with urlopen(Request(url, headers={"Accept": accept, "Accept-Encoding": "gzip"})) as answer:
        return answer.headers["Content-Type"], answer.headers["Cache-Control"], answer.read()


def redirect(url: str) -> tuple[str, str]:
    """Location and Cache-Control of the redirect that ``url`` answers with."""
    address = urlsplit(url)
    connection = HTTPConnection(str(address.hostname), address.port or 80)
    try:
        connection.request("GET", address.path)
        answer = connection.getresponse()
        assert answer.status == 301
        return answer.headers["Location"], answer.headers["Cache-Control"]
    finally:
        connection.close()


def check(url: str, folder: Path) -> None:
    for place in ("", "demo/"):
        kind, caching, body = fetched(url + place, f"{JSON}, text/html;q=0.01")
        assert (kind, caching) == (JSON, "no-cache")
        kind, caching, body = fetched(url + place, "text/html")
        assert kind in ("text/html", "text/html; charset=utf-8")
        assert caching == "no-cache"
    _, caching, body = fetched(f"{url}demo/demo-1.0-py3-none-any.whl.metadata")
    assert body.startswith(b"Metadata-Version: 2.1")
    assert caching == "max-age=365000000, immutable"
    assert fetched(f"{url}demo/demo-0.9%2Blocal.1-py3-none-any.whl")[2].startswith(b"PK")
    with pytest.raises(HTTPError) as caught:
        fetched(f"{url}absent/")
    assert caught.value.code == 404
    caught.value.close()
    pip = ("install", "--no-cache-dir", "--index-url", url, "--target", str(folder / "pip"))
    done = programs.run("pip", *pip, "demo", cwd=folder)
    assert done.status == 0, done.output
    uv = [program("uv"), "pip", "install", "--python", sys.executable, "--index-url", url, "--target", folder / "uv"]
    programs.output_of([*uv, "--exclude-newer", "2999-01-01T00:00:00Z", "demo"], cwd=folder)


def test_from_a_folder(dist: Path, tmp_path: Path) -> None:
    packages = tmp_path / "packages"
    assert programs.run("s3pypi", str(dist), "-t", str(packages), cwd=tmp_path).status == 0
    with nginx(tmp_path / "nginx", FOLDER.replace("/srv/packages", str(packages)), "8080") as url:
        check(url, tmp_path)
        assert redirect(f"{url}demo") == ("/demo/", "no-cache")
        for hidden in ("repository.json", "demo/manifest.json", ".s3pypi/lock"):
            with pytest.raises(HTTPError) as caught:
                fetched(url + hidden)
            assert caught.value.code == 404
            caught.value.close()


def test_in_front_of_a_bucket(
    dist: Path, public_bucket: tuple[str, str], s3_env: dict[str, str], tmp_path: Path
) -> None:
    target, origin = public_bucket
    assert programs.run("s3pypi", str(dist), "-t", target, cwd=tmp_path, environ=s3_env).status == 0
    configuration = BUCKET.replace("https://packages.s3.eu-west-1.amazonaws.com/simple", origin.rstrip("/"))
    with nginx(tmp_path / "nginx", configuration, "8081") as url:
        check(url, tmp_path)
