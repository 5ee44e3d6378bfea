"""How ``s3pypi serve`` starts and ends, and whose address it believes."""

from __future__ import annotations

import contextlib
import signal
import socket
import time
from pathlib import Path

import pytest
import requests

from s3pypi_setuptools.server.password_records import password_record
from s3pypi_setuptools.server.user_file import UserFile
from s3pypi_setuptools.server.users import User
from tests.server.test_commands import serving
from tests.support import in_process, samples
from tests.support.markers import case
from tests.support.servers import free_port
from tests.support.tls import make_certificates


def form(wheel: Path) -> bytes:
    """The body of an upload; its boundary is ``x``."""
    fields = {":action": "file_upload", "name": "demo", "version": "1.0", "filetype": "bdist_wheel"}
    head = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()
    )
    head += f'--x\r\nContent-Disposition: form-data; name="content"; filename="{wheel.name}"\r\n\r\n'
    return head.encode() + wheel.read_bytes() + b"\r\n--x--\r\n"


def wait_until_refused(port: int) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        with contextlib.suppress(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), 10).close()
            time.sleep(0.01)
            continue
        return
    raise TimeoutError


@pytest.mark.parametrize(
    ("number", "workers"),
    [
        case(signal.SIGTERM, "1", slow=False),
        case(signal.SIGINT, "1", slow=True),
        case(signal.SIGTERM, "2", slow=False),
        case(signal.SIGINT, "2", slow=True),
    ],
)
def test_an_upload_that_is_under_way_is_finished(tmp_path: Path, number: int, workers: str) -> None:
    wheel = samples.wheel(tmp_path)
    body = form(wheel)
    with serving((tmp_path / "repository").as_uri(), "--workers", workers) as served:
        port = int(served.url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), 60) as client, client.makefile("rb") as answer:
            client.sendall(
                b"POST /legacy/ HTTP/1.1\r\nHost: 127.0.0.1\r\nExpect: 100-continue\r\nConnection: close\r\n"
                b"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: %d\r\n\r\n" % len(body)
            )
            assert answer.readline() == b"HTTP/1.1 100 Continue\r\n"  # so the upload is under way
            client.sendall(body[: len(body) // 2])
            served.process.send_signal(number)
            wait_until_refused(port)
            assert served.process.poll() is None
            client.sendall(body[len(body) // 2 :])
            said = answer.read().decode()
        _, err = served.process.communicate(timeout=60)
    assert said.startswith("\r\nHTTP/1.1 200 ")
    assert said.endswith(f"published {wheel.name}\n")
    assert (served.process.returncode, "Traceback" in err) == (0, False)


@pytest.mark.parametrize(
    ("proxies", "forwarded", "one_client"),
    [
        case("", "203.0.113.{}", True, slow=False),
        case("192.0.2.1", "203.0.113.{}", True, slow=True),
        case("127.0.0.1", "203.0.113.{}", False, slow=True),
        case("127.0.0.0/8", "203.0.113.{}, 192.0.2.9", True, slow=False),
        case("*", "203.0.113.{}", False, slow=True),
        case("*", "203.0.113.{}, 192.0.2.9:{}", True, slow=False),
    ],
)
def test_guesses_are_counted_by_an_address_that_no_client_chooses(
    tmp_path: Path, proxies: str, forwarded: str, one_client: bool
) -> None:
    arguments = ["--users", str(tmp_path / "users.toml"), *(["--trusted-proxies", proxies] if proxies else [])]
    UserFile(tmp_path / "users.toml").save(User("alice", password=password_record("right")))
    with serving((tmp_path / "repository").as_uri(), *arguments) as served:
        statuses = [
            requests.get(
                f"{served.url}/simple/",
                auth=("alice", f"guess {number}"),
                headers={"X-Forwarded-For": forwarded.format(number, number)},
                timeout=60,
            ).status_code
            for number in range(11)
        ]
    assert statuses == [401] * 10 + [429 if one_client else 401]


def test_a_port_that_is_in_use_is_one_line(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        said = in_process.run("s3pypi", "serve", "./repository", "--port", str(port), cwd=tmp_path)
    assert said.errors == [
        f"s3pypi: error: cannot listen on 127.0.0.1:{port}: Address already in use; choose another --port"
    ]


@pytest.mark.parametrize("host", ["no-such-host.invalid", "x" * 70, "..", "127.0.0.300"])
def test_a_host_that_is_none_is_one_line(tmp_path: Path, host: str) -> None:
    arguments = ["--host", host, "--insecure-http", "--anonymous-read", "--port", str(free_port())]
    said = in_process.run("s3pypi", "serve", "./repository", *arguments, cwd=tmp_path)
    assert (said.status, len(said.errors)) == (1, 1)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_certificate_that_cannot_be_used_is_one_line(tmp_path: Path, workers: str) -> None:
    made, other = make_certificates(tmp_path), tmp_path / "other"
    other.mkdir()
    wrong = make_certificates(other)
    junk = tmp_path / "junk.pem"
    junk.write_text("junk", encoding="utf-8")
    for certificate, key, reason in (
        (made.certificate, wrong.key, "KEY_VALUES_MISMATCH"),
        (junk, made.key, f"{junk} and {made.key} cannot be used"),
        (made.certificate, tmp_path / "missing.pem", "No such file or directory"),
        (tmp_path, made.key, "cannot be used"),
        (None, made.key, "give the certificate, too, as --tls-certificate"),
    ):
        arguments = [
            "--port",
            "0",
            "--tls-key",
            str(key),
            *(["--tls-certificate", str(certificate)] if certificate else []),
        ]
        said = in_process.run("s3pypi", "serve", "./repository", *arguments, "--workers", workers, cwd=tmp_path)
        assert (said.status, len(said.errors)) == (1, 1)
        assert reason in said.err


def test_without_a_target_nothing_is_served(tmp_path: Path) -> None:
    said = in_process.run("s3pypi", "serve", "--port", "0", cwd=tmp_path)
    assert said.status == 1
    assert said.errors[0].startswith("s3pypi: error: no target: ")


def test_what_keeps_the_repository_from_being_read_is_said_at_the_start(tmp_path: Path) -> None:
    """The service runs: the store may come back."""
    closed = f"http://127.0.0.1:{free_port()}"
    keys = ["--aws-access-key-id", "a", "--aws-secret-access-key", "planted"]
    with serving("s3://test-bucket", "--endpoint-url", closed, *keys, environment={"AWS_MAX_ATTEMPTS": "1"}) as served:
        assert served.process.stderr is not None
        warning = next(line for line in served.process.stderr if "until that is fixed" in line)
        assert warning.startswith("s3pypi: warning: ")
        assert requests.get(f"{served.url}/-/health", timeout=60).ok
        assert requests.get(f"{served.url}/simple/", timeout=60).status_code == 503
        served.process.send_signal(signal.SIGTERM)
        served.process.wait(60)


def test_a_target_without_a_repository_is_said_at_the_start(tmp_path: Path) -> None:
    """Its name may have a typo; if not, the first upload makes the repository."""
    with serving(tmp_path.as_uri()) as served:
        assert served.process.stderr is not None
        warning = next(line for line in served.process.stderr if "warning" in line)
        assert "there is no repository here; check the target, or make one with s3pypi init" in warning
        assert requests.get(f"{served.url}/-/health", timeout=60).ok
        served.process.send_signal(signal.SIGTERM)
        served.process.wait(60)
