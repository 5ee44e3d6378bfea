"""Faults of the store, seen over HTTP: 502 or 503 with one line, never 404; nothing is lost, nothing remembered."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from s3pypi_setuptools.config.service_options import DownloadStyle
from tests.fault_matrix.matrix import FAULTS
from tests.server.conftest import Client, Place, Serve
from tests.server.test_uploading import upload
from tests.support import samples
from tests.support.fault_proxy import Fault, FaultProxy, Passing, no_fault
from tests.support.markers import case
from tests.support.repository_reader import RepositoryReader, read_bucket
from tests.support.servers import S3Server

JSON = "application/vnd.pypi.simple.v1+json"
QUICK = ("403", "503", "200 and nothing", "lost before")
CHOSEN = [case(name, slow=name not in QUICK) for name in FAULTS]
ROUTES = {
    "/simple/demo/": JSON,
    "/simple/demo/?": "text/html",
    "/simple/": JSON,
    "/simple/demo/demo-1.0-py3-none-any.whl": "*/*",
    "/simple/demo/demo-1.0-py3-none-any.whl.metadata": "*/*",
    "/project/demo/": "*/*",
    "/": "*/*",
    "/-/ready": "*/*",
}


@dataclass
class Broken:
    """A bucket behind a proxy, which lists one project.

    :param place: by way of the proxy.
    """

    proxy: FaultProxy
    place: Place
    reader: RepositoryReader

    def failing(self, fault: Fault, matches: Callable[[Passing], bool] = lambda passing: True) -> None:
        self.proxy.fault = lambda passing: fault if matches(passing) else None

    def well(self) -> None:
        self.proxy.fault = no_fault


@pytest.fixture
def broken(ministack: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Broken]:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    bucket = ministack.new_bucket()
    with FaultProxy(ministack.endpoint_url) as proxy:
        place = Place(f"s3://{bucket}/simple", {**ministack.settings, "endpoint_url": proxy.url})
        place.open().publish(samples.wheel(tmp_path / "first"))
        yield Broken(proxy, place, read_bucket(ministack.client(), bucket, "simple"))


def assert_says_so(answer: requests.Response, caplog: pytest.LogCaptureFixture) -> None:
    assert answer.status_code in (502, 503), answer.text
    assert ("Retry-After" in answer.headers) is (answer.status_code == 503)
    assert "\n" not in answer.text.removesuffix("\n")
    assert "s3://" not in answer.text
    lines = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert lines
    assert not any(record.exc_info or "\n" in record.getMessage() for record in lines)


def read(client: Client, path: str) -> requests.Response:
    return client.get(path, ROUTES[path])


def assert_fails(client: Client, path: str, fault: str, caplog: pytest.LogCaptureFixture, *, warm: bool) -> None:
    is_file = ".whl" in path
    try:
        answer = read(client, path)
    except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
        assert is_file  # it was begun, and broke off
        assert fault == "cut short"
        return
    if fault == "404":  # the one that means that there is no such object
        assert answer.status_code == (200 if path in ("/", "/-/ready") else 404)
    elif fault == "no bucket" and is_file:  # HEAD has no body that tells it from the one above
        assert answer.status_code == 404
    elif fault == "garbled" and is_file:  # other bytes, as many: the client has the file's hash
        assert answer.status_code == 200
    elif fault in ("garbled", "cut short") and answer.status_code == 200:
        # A page that is remembered has not changed, which an answer without a body says; and a record is not looked at.
        assert warm or path == "/-/ready"
    else:
        assert_says_so(answer, caplog)


@pytest.mark.parametrize("fault", CHOSEN)
def test_a_read_that_the_store_fails_is_said_to_have_failed(
    serve: Serve, broken: Broken, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    for warm in (False, True):
        client = serve(broken.place, downloads=DownloadStyle.STREAM)
        broken.well()
        if warm:
            assert {path: read(client, path).status_code for path in ROUTES} == dict.fromkeys(ROUTES, 200)
        for path in ROUTES:
            broken.failing(FAULTS[fault])
            caplog.clear()
            assert_fails(client, path, fault, caplog, warm=warm)
        broken.well()
        assert {path: read(client, path).status_code for path in ROUTES} == dict.fromkeys(ROUTES, 200)


@pytest.mark.parametrize("fault", CHOSEN)
def test_an_upload_that_the_store_fails_changes_nothing_and_succeeds_afterwards(
    serve: Serve, broken: Broken, tmp_path: Path, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    client = serve(broken.place)
    before = broken.reader.installable()
    new = samples.wheel(tmp_path / "next", version="2.0")
    for matches in (lambda passing: True, lambda passing: passing.key.endswith("/manifest.json")):
        broken.failing(FAULTS[fault], matches)
        caplog.clear()
        answer = upload(client, new)
        if fault == "404" and answer.status_code == 403:
            assert "manifest.json: is missing, though the project has pages of ours" in answer.text
        elif answer.status_code != 200:
            assert_says_so(answer, caplog)
        assert before.items() <= broken.reader.installable().items()
        broken.well()
    assert upload(client, new).status_code == 200
    assert {*broken.reader.installable()} == {*before, new.name}
    broken.reader.assert_consistent()


def test_a_redirect_that_cannot_be_made_is_no_file_that_is_absent(
    serve: Serve, broken: Broken, caplog: pytest.LogCaptureFixture
) -> None:
    client = serve(broken.place)
    path = "/simple/demo/demo-1.0-py3-none-any.whl"
    assert client.get(path).status_code == 302
    broken.failing(FAULTS["503"])
    assert_says_so(client.get(path), caplog)
