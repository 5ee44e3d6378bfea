"""Endpoints that cannot be reached, are not trusted, or are somewhere else."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from tests.fault_matrix.buckets import Bench
from tests.fault_matrix.verbs import READS, VERBS
from tests.support.canned_server import Handler, serving
from tests.support.fault_proxy import Answer, FaultProxy
from tests.support.programs import Ended, assert_one_line
from tests.support.tls import make_certificates

PLANTED = "planted-secret"


def fails(bench: Bench, endpoint: str, said: str, **environ: str) -> None:
    """Publishing and listing there end in one line; nothing is listed that was not."""
    prefix = bench.new_repository()
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


def test_a_certificate_that_is_not_trusted(bench: Bench, tmp_path: Path) -> None:
    made, context = make_certificates(tmp_path), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.certificate, made.key)
    with serving(Handler, tls=context) as url:
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
