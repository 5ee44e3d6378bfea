"""The S3 servers that tests talk to."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import secrets
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import botocore.session
from botocore.config import Config

from s3pypi_setuptools.config.connection import Connection
from s3pypi_setuptools.config.secret import Secret
from tests.support.tls import Certificates

STARTUP_SECONDS = 300


@dataclass(frozen=True)
class S3Server:
    """A running server and the credentials of its owner."""

    name: str
    endpoint_url: str
    access_key: str
    secret_key: str
    region: str = "us-east-1"

    @functools.cache  # noqa: B019 - there are few servers
    def client(self, service: str = "s3") -> Any:
        """A client of botocore, the same for all tests of this process: it is not closed."""
        return botocore.session.Session().create_client(
            service,
            region_name=self.region,
            endpoint_url=self.endpoint_url,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            config=Config(request_checksum_calculation="when_required", response_checksum_validation="when_required"),
        )

    def new_bucket(self, start: str = "test") -> str:
        """The name of a fresh, empty bucket, which begins with ``start``."""
        name = f"{start}-{secrets.token_hex(8)}"
        self.client().create_bucket(Bucket=name)
        return name

    def keys(self, bucket: str, prefix: str = "") -> list[str]:
        """The keys of all objects in the bucket that begin with ``prefix``."""
        pages = self.client().get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        return [entry["Key"] for page in pages for entry in page.get("Contents", ())]

    def make_public(self, bucket: str) -> None:
        """Let anyone read the objects of the bucket."""
        statement = {
            "Effect": "Allow", "Principal": "*", "Action": ["s3:GetObject"], "Resource": [f"arn:aws:s3:::{bucket}/*"]
        }  # fmt: skip
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.client().put_bucket_policy(Bucket=bucket, Policy=policy)

    @property
    def settings(self) -> dict[str, str]:
        """The settings that lead this package to this server, as `open_repository` takes them."""
        return {
            "endpoint_url": self.endpoint_url,
            "region": self.region,
            "aws_access_key_id": self.access_key,
            "aws_secret_access_key": self.secret_key,
        }

    @property
    def connection(self) -> Connection:
        """The same as a value of this package."""
        return Connection(**{**self.settings, "aws_secret_access_key": Secret(self.secret_key)})  # type: ignore[arg-type]

    @property
    def environment(self) -> dict[str, str]:
        """The variables that lead boto to this server."""
        return {
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_EC2_METADATA_DISABLED": "true",
        }


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@contextlib.contextmanager
def ministack(
    folder: Path,
    access_key: str = "testowner",
    secret_key: str | None = None,
    services: str = "s3,dynamodb",
    *,
    script: Path | None = None,
    certificates: Certificates | None = None,
    **more: str,
) -> Iterator[S3Server]:
    """MiniStack on a port of its own; its owner has a secret key of its own unless one is given.

    :param script: that starts it; the one that the tests are installed with if None.
    :param certificates: for HTTPS; plain HTTP if None.
    :param more: variables of its environment.
    """
    secret_key = secret_key or secrets.token_hex(20)
    scheme, of_tls = "http", {}
    if certificates is not None:
        scheme = "https"
        of_tls = {
            "USE_SSL": "1",
            "MINISTACK_SSL_CERT": str(certificates.certificate),
            "MINISTACK_SSL_KEY": str(certificates.key),
        }
    server = S3Server("MiniStack", f"{scheme}://127.0.0.1:{free_port()}", access_key, secret_key)
    environment = {
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": server.endpoint_url.rpartition(":")[2],
        "AUTH": "true",
        "SERVICES": services,
        # Two services that take long to load, and listen on all of the machine's addresses.
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "AWS_ACCESS_KEY_ID": server.access_key,
        "AWS_SECRET_ACCESS_KEY": server.secret_key,
        "HOME": str(folder),
        **of_tls,
        **more,
    }
    if script is not None or certificates is not None:
        command = [str(script or program("ministack"))]
    else:  # a request takes half as long in uvicorn as in the server that the script runs
        options = ["--no-access-log", "--log-level=warning", "--timeout-keep-alive=75"]
        where = ["--host=127.0.0.1", f"--port={environment['GATEWAY_PORT']}"]
        command = [sys.executable, "-m", "uvicorn", "ministack.app:app", *where, *options]
    with running(command, folder, environment) as process:
        trust = ssl.create_default_context(cafile=certificates.authority) if certificates else None
        wait_until_answers(f"{server.endpoint_url}/_ministack/health", process, trust)
        yield server


def ceph(environment: Mapping[str, str]) -> S3Server | None:
    """The Ceph gateway that the environment names, if any."""
    if not (endpoint := environment.get("S3PYPI_TEST_CEPH_ENDPOINT")):
        return None
    return S3Server(
        "Ceph",
        endpoint,
        environment["S3PYPI_TEST_CEPH_ACCESS_KEY"],
        environment["S3PYPI_TEST_CEPH_SECRET_KEY"],
    )


def description(ceph_server: S3Server | None) -> str:
    found = f"Ceph at {ceph_server.endpoint_url}" if ceph_server else "(Ceph not configured)"
    return f"S3 servers: MiniStack {version('ministack')}, {found}"


def program(name: str) -> str:
    """The script ``name`` beside this Python, or on the path."""
    found = shutil.which(name, path=os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", ""))))
    if found is None:
        raise FileNotFoundError(f"{name} is not installed; the tests need it")
    return found


@contextlib.contextmanager
def running(
    command: list[str], folder: Path, environment: Mapping[str, str], *, log: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A server process in ``folder``; its output goes to ``server.log`` there, or in the folder ``log``."""
    with ((log or folder) / "server.log").open("wb") as output:
        process = subprocess.Popen(
            command, cwd=folder, env={**os.environ, **environment}, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until_answers(url: str, process: subprocess.Popen[bytes], trust: ssl.SSLContext | None = None) -> None:
    deadline = time.monotonic() + STARTUP_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, f"the server for {url} has stopped"
        try:
            urllib.request.urlopen(url, timeout=2, context=trust).close()
        except urllib.error.HTTPError as error:
            error.close()
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(url)
