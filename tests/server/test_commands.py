"""``s3pypi serve`` and ``s3pypi user`` as programs."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
import requests

from s3pypi_setuptools import open_repository
from s3pypi_setuptools.server.user_file import UserFile
from s3pypi_setuptools.server.users import Role
from tests.support import in_process, samples
from tests.support.servers import free_port

SCRIPT = [sys.executable, "-m", "s3pypi_setuptools"]


class Served:
    """A service that runs as a program."""

    def __init__(self, process: subprocess.Popen[str], port: int, scheme: str = "http") -> None:
        self.process = process
        self.url = f"{scheme}://127.0.0.1:{port}"

    def end(self, number: int = signal.SIGTERM) -> tuple[int, str, str]:
        """Exit status and output after a signal."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out, err


@contextlib.contextmanager
def serving(
    *arguments: str,
    environment: Mapping[str, str] | None = None,
    before: Sequence[str] = (),
    authority: Path | None = None,
) -> Iterator[Served]:
    """Run the service as a program.

    :param before: a command that runs the one behind it.
    :param authority: of the certificate, where the service speaks TLS.
    """
    port = free_port()
    process = subprocess.Popen(
        [*before, *SCRIPT, "serve", "--port", str(port), *arguments],
        env={**os.environ, **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    served = Served(process, port, "https" if authority else "http")
    try:
        until = time.monotonic() + 120
        while time.monotonic() < until:
            with contextlib.suppress(requests.ConnectionError):
                if requests.get(f"{served.url}/-/health", timeout=10, verify=str(authority) if authority else True).ok:
                    break
            assert process.poll() is None, process.communicate()
            time.sleep(0.05)
        yield served
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def test_a_service_says_where_it_is_and_ends_when_it_is_told(tmp_path: Path) -> None:
    with serving((tmp_path / "repository").as_uri()) as served:
        assert requests.get(f"{served.url}/-/ready", timeout=10).text == "ready\n"
        status, out, err = served.end()
    assert status == 0
    assert f"index   {served.url}/simple/    (anybody on this machine may read)" in err
    assert f"upload  {served.url}/legacy/    (anybody on this machine may upload)" in err
    assert "GET '/-/health' 200" in out
    assert "Traceback" not in err


def test_several_processes_serve_one_repository_and_end_together(tmp_path: Path) -> None:
    with serving((tmp_path / "repository").as_uri(), "--workers", "3") as served:
        wheel = samples.wheel(tmp_path)
        open_repository(tmp_path / "repository").publish(wheel)
        for _ in range(20):  # each on a connection of its own, so at one of the processes
            assert requests.get(f"{served.url}/simple/demo/", timeout=10).status_code == 200
        status, out, err = served.end()
    assert status == 0
    assert out.count("GET '/simple/demo/' 200") == 20
    assert err.count("index   ") == 1
    with pytest.raises(requests.ConnectionError):
        requests.get(served.url, timeout=10)


def test_a_log_of_json_lines_names_user_and_request(tmp_path: Path) -> None:
    with serving((tmp_path / "repository").as_uri(), "--log-format", "json") as served:
        requests.get(f"{served.url}/simple/x%22%0Ay/", headers={"X-Request-Id": "abc123"}, timeout=10)
        _, out, _ = served.end()
    line = json.loads(out.splitlines()[-1])
    assert (line["request"], line["method"], line["path"], line["status"]) == ("abc123", "GET", '/simple/x"\ny/', 404)
    assert line["user"] == ""


def test_settings_come_from_the_environment_and_pyproject_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text(
        '[tool.s3pypi]\ntarget = "./repository"\nreserved = "acme-*"\nmax-size = "1MB"\n', encoding="utf-8"
    )
    with serving(environment={"S3PYPI_FALLBACK": "http://127.0.0.1:9/simple/"}) as served:
        open_repository(tmp_path / "repository").publish(samples.wheel(tmp_path))
        answer = requests.get(f"{served.url}/simple/other/", timeout=10, allow_redirects=False)
        assert answer.headers["Location"] == "http://127.0.0.1:9/simple/other/"
        assert requests.get(f"{served.url}/simple/acme-x/", timeout=10).status_code == 404


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--host", "0.0.0.0"], "plain HTTP beyond this machine"),
        (["--port", "x"], "must be a port"),
        (["--port", "70000"], "must be a port"),
        (["--max-size", "much"], "must be a size"),
        (["--root-path", "x y"], "must be a path"),
        (["--workers", "0"], "must be a number of processes"),
        (["--fallback", "ftp://x"], "must be an http"),
        (["--tls-certificate", "./missing.pem", "--port", "0"], "tls-certificate: ./missing.pem cannot be used"),
        (["--host", "192.0.2.1", "--insecure-http", "--anonymous-read"], "cannot listen on 192.0.2.1:8080"),
        (["--host", "0.0.0.0", "--insecure-http"], "nobody may read; give --users, or --anonymous-read"),
        (["--anonymous-upload"], "give anonymous-read, too"),
        (["--users", "./missing.toml"], "there is no file missing.toml; s3pypi user add missing.toml NAME makes one"),
    ],
)
def test_what_cannot_be_served_is_one_clear_error(tmp_path: Path, arguments: list[str], reason: str) -> None:
    said = in_process.run("s3pypi", "serve", "./repository", *arguments, cwd=tmp_path)
    assert said.status == 1
    assert len(said.errors) == 1
    assert reason in said.err


def user(cwd: Path, *arguments: str) -> in_process.Said:
    return in_process.run("s3pypi", "user", *arguments, cwd=cwd)


def test_users_are_made_shown_and_removed(tmp_path: Path) -> None:
    made = user(
        tmp_path, "add", "users.toml", "alice", "--random-password", "20", "--role", "upload", "--projects", "a-*"
    )
    assert len(made.out.strip()) == 20
    assert user(tmp_path, "list", "users.toml").out == "alice  upload  a-*  password\n"
    again = user(tmp_path, "add", "users.toml", "alice", "--random-password", "20")
    assert (again.status, len(again.errors)) == (1, 1)
    token = user(tmp_path, "token", "users.toml", "alice", "--token-name", "ci", "--expires", "90d").out.strip()
    assert token.startswith("s3pypi-alice-")
    shown = user(tmp_path, "show", "users.toml", "alice")
    assert "token ci" in shown.out
    assert token not in shown.out
    report = json.loads(user(tmp_path, "list", "users.toml", "--json").out)
    assert report["users"][0]["tokens"][0]["name"] == "ci"
    found = UserFile(tmp_path / "users.toml").find("alice")
    assert found is not None
    assert found.role is Role.UPLOAD
    user(tmp_path, "passwd", "users.toml", "alice", "--random-password", "30")
    changed = UserFile(tmp_path / "users.toml").find("alice")
    assert changed is not None
    assert changed.password != found.password
    assert changed.tokens == found.tokens
    assert user(tmp_path, "remove", "users.toml", "alice").out == "removed alice\n"
    assert user(tmp_path, "show", "users.toml", "alice").status == 1
    assert user(tmp_path, "list", "users.toml").out == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ["add", "users.toml"],
        ["list", "users.toml", "alice"],
        ["add", "users.toml", "a:b", "--random-password", "20"],
        ["add", "users.toml", "__token__", "--random-password", "20"],
        ["add", "users.toml", "alice", "--random-password", "3"],
        ["add", "users.toml", "alice", "--random-password", "20", "--salt-nbytes", "1"],
        ["add", "users.toml", "alice", "--random-password", "20", "--password-stdin"],
        ["add", "users.toml", "alice", "--role", "boss"],
        ["frobnicate", "users.toml", "alice"],
    ],
)
def test_a_wrong_command_line_is_one_error(tmp_path: Path, arguments: list[str]) -> None:
    said = user(tmp_path, *arguments)
    assert (said.status, len(said.errors)) == (2, 1)
    assert not (tmp_path / "users.toml").exists()


def test_a_password_may_hold_any_character_and_comes_from_stdin(tmp_path: Path) -> None:
    done = subprocess.run(
        [*SCRIPT, "user", "add", "users.toml", "alice", "--password-stdin"],
        input="p:ä ß%$\n",
        text=True,
        encoding="utf-8",
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    with serving((tmp_path / "repository").as_uri(), "--users", str(tmp_path / "users.toml")) as served:
        url = f"{served.url}/simple/x/"
        assert requests.get(url, auth=(b"alice", "p:ä ß%$".encode()), timeout=10).status_code == 404
        assert requests.get(url, auth=("alice", "p"), timeout=10).status_code == 401
