"""Endpoints that cannot be reached, are not trusted, or are somewhere else."""

from __future__ import annotations

import contextlib
import datetime
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.fault_matrix.buckets import Bench
from tests.fault_matrix.verbs import READS, VERBS
from tests.support.fault_proxy import Answer, FaultProxy
from tests.support.programs import Ended, assert_one_line

PLANTED = "planted-secret"


def fails(bench: Bench, endpoint: str, said: str, **environ: str) -> None:
    """Publishing and listing there end in one line; nothing is listed that was not."""
    prefix = bench.new_prefix()
    bench.put(prefix, bench.base)
    for arguments in (VERBS["next"].arguments, READS["list"]):
        done: Ended = bench.run(prefix, *arguments, endpoint=endpoint, **environ)
        assert done.status == 1
        assert_one_line(done.stderr, bench.server.secret_key, PLANTED)
        assert f"s3://{bench.bucket}/{prefix}/" in done.stderr
        assert said in done.stderr
    assert bench.reader(prefix).installable() == bench.listed


def test_nobody_listens(bench: Bench, closed_port: int) -> None:
    url = f"http://127.0.0.1:{closed_port}"
    fails(bench, url, f"no connection to the store at {url}; check the network and the endpoint")


def test_a_host_without_address(bench: Bench) -> None:
    url = "http://s3.nowhere.invalid"
    fails(bench, url, f"no connection to the store at {url}; check the network and the endpoint")


@pytest.mark.parametrize("login", ["", f"user:{PLANTED}@"], ids=["open", "with a password"])
@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy"])
def test_a_proxy_that_is_dead(variable: str, login: str, bench: Bench, closed_port: int) -> None:
    proxy = {variable: f"http://{login}127.0.0.1:{closed_port}", "NO_PROXY": ""}
    fails(
        bench,
        "http://s3.example.org",
        "no connection to the proxy; check HTTPS_PROXY, HTTP_PROXY and NO_PROXY",
        **proxy,
    )


def test_a_proxy_for_tls_that_is_dead(bench: Bench, closed_port: int) -> None:
    proxy = {"HTTPS_PROXY": f"http://user:{PLANTED}@127.0.0.1:{closed_port}", "NO_PROXY": ""}
    fails(bench, "https://s3.example.org", "no connection to the proxy", **proxy)


def test_a_server_that_speaks_no_tls(bench: Bench) -> None:
    url = bench.server.endpoint_url.replace("http:", "https:")
    fails(bench, url, f"the TLS connection to the store at {url} failed; check the endpoint")


@contextlib.contextmanager
def self_signed(folder: Path) -> Iterator[str]:
    """The URL of a server whose certificate nobody knows."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    private = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, *private) + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"https://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_a_certificate_that_is_not_trusted(bench: Bench, tmp_path: Path) -> None:
    with self_signed(tmp_path) as url:
        fails(bench, url, f"the TLS connection to the store at {url} failed; check the endpoint and AWS_CA_BUNDLE")


@pytest.mark.parametrize(
    "answer",
    [
        Answer(301, "PermanentRedirect"),
        Answer(301, "PermanentRedirect", headers={"x-amz-bucket-region": "eu-west-3"}),
        Answer(307, "TemporaryRedirect", headers={"Location": "http://127.0.0.1:9/"}),
        Answer(400, "IllegalLocationConstraintException"),
        Answer(400, "AuthorizationHeaderMalformed"),
    ],
    ids=["301", "301 with the region", "307", "location constraint", "signed for another region"],
)
def test_a_bucket_in_another_region(answer: Answer, bench: Bench) -> None:
    with FaultProxy(bench.server.endpoint_url, lambda passing: answer) as proxy:
        fails(bench, proxy.url, "region")
