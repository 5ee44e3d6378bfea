"""What is open on this machine without users, and to whom."""

from __future__ import annotations

from pathlib import Path

import pytest

from s3pypi_setuptools.errors import ConfigurationError
from s3pypi_setuptools.server.options import ServiceOptions
from s3pypi_setuptools.server.origins import is_loopback
from tests.server.conftest import Client, Place, Serve
from tests.server.test_uploading import upload
from tests.support import samples

OTHER_SITES = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://attacker.example.com"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:1"},
]


@pytest.fixture
def client(serve: Serve, folder: Place, tmp_path: Path) -> Client:
    folder.open().publish(samples.wheel(tmp_path))
    return serve(folder, anonymous_read=False, anonymous_upload=False, open_locally=True)


def host(client: Client) -> str:
    return client.url.removeprefix("http://")


@pytest.mark.parametrize(
    "name", ["localhost:8080", "LOCALHOST", "127.0.0.1", "127.1.2.3:1", "[::1]:8080", "pypi.localhost"]
)
def test_names_of_this_machine_are_open(client: Client, tmp_path: Path, name: str) -> None:
    assert client.get("/simple/demo/", headers={"Host": name}).status_code == 200
    wheel = samples.wheel(tmp_path, version="2.0")
    assert upload(client, wheel, headers={"Host": name}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "attacker.example.com"},
        {"Host": "127.0.0.1.example.com:8080"},
        {"Host": "localhost.example.com"},
        {"Host": "[::1"},
        {"Host": "192.0.2.1:8080"},
        {"X-Forwarded-For": "192.0.2.1"},
        {"X-Forwarded-Host": "localhost"},
        {"Forwarded": "for=192.0.2.1"},
    ],
)
def test_other_names_and_proxies_are_not(client: Client, tmp_path: Path, headers: dict[str, str]) -> None:
    """A page whose name leads to 127.0.0.1 reads nothing, and a proxy opens nothing that nobody opened."""
    for path in ("/", "/simple/", "/simple/demo/", "/simple/demo/demo-1.0-py3-none-any.whl", "/project/demo/"):
        answer = client.get(path, headers=headers)
        assert (answer.status_code, "demo" in answer.text) == (403, False)
        assert "localhost" in answer.text
    assert upload(client, samples.wheel(tmp_path, version="2.0"), headers=headers).status_code == 403


@pytest.mark.parametrize("headers", OTHER_SITES)
def test_a_page_of_another_site_uploads_nothing(
    client: Client, serve: Serve, folder: Place, tmp_path: Path, headers: dict[str, str]
) -> None:
    wheel = samples.wheel(tmp_path, version="2.0")
    for service in (client, serve(folder)):
        refused = upload(service, wheel, headers=headers)
        assert (refused.status_code, refused.text) == (403, "A page of another site may not upload\n")
        assert service.get("/simple/demo/", headers=headers).status_code == 200
    assert "2.0" not in client.get("/simple/demo/").text


def test_a_page_of_the_service_itself_may(client: Client, tmp_path: Path) -> None:
    own = ({"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {"Origin": client.url})
    for number, headers in enumerate(own):
        assert upload(client, samples.wheel(tmp_path, version=f"{number}.5"), headers=headers).status_code == 200


def test_what_somebody_opened_is_open_under_every_name(serve: Serve, folder: Place, tmp_path: Path) -> None:
    folder.open().publish(samples.wheel(tmp_path))
    client = serve(folder, anonymous_upload=False, open_locally=True)
    headers = {"Host": "packages.example.com", "X-Forwarded-For": "192.0.2.1"}
    assert client.get("/simple/demo/", headers=headers).status_code == 200
    assert upload(client, samples.wheel(tmp_path, version="2.0"), headers=headers).status_code == 403
    assert upload(client, samples.wheel(tmp_path, version="2.0")).status_code == 200


def test_anybody_who_uploads_may_read() -> None:
    with pytest.raises(ConfigurationError, match="anonymous-read"):
        ServiceOptions(anonymous_upload=True)


@pytest.mark.parametrize("name", ["127.0.0.1", "127.255.0.1", "::1", "localhost", "localhost.", "a.LOCALHOST"])
def test_addresses_of_this_machine(name: str) -> None:
    assert is_loopback(name)


@pytest.mark.parametrize("name", ["0.0.0.0", "::", "10.0.0.1", "example.com", "notlocalhost", "128.0.0.1", ""])
def test_other_addresses(name: str) -> None:
    assert not is_loopback(name)
