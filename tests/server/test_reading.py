"""Pages and files over HTTP: what is stored, in the form that is asked for, and never stale."""

from __future__ import annotations

import gzip
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from s3pypi_setuptools.config.service_options import DownloadStyle
from tests.server.conftest import BUCKETS, Place, Serve
from tests.support import samples

JSON = "application/vnd.pypi.simple.v1+json"
HTML = "application/vnd.pypi.simple.v1+html"


def test_pages_are_served_in_the_form_that_is_asked_for(serve: Serve, place: Place, tmp_path: Path) -> None:
    place.open().publish(samples.wheel(tmp_path), samples.sdist(tmp_path))
    client = serve()
    page = client.get("/simple/demo/", JSON)
    assert page.headers["Content-Type"] == JSON
    assert [file["filename"] for file in page.json()["files"]] == ["demo-1.0-py3-none-any.whl", "demo-1.0.tar.gz"]
    html = client.get("/simple/demo/")
    assert html.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "demo-1.0.tar.gz" in html.text
    assert client.get("/simple/demo/", HTML).headers["Content-Type"] == f"{HTML}; charset=utf-8"
    assert client.get(f"/simple/demo/?format={JSON}").headers["Content-Type"] == JSON
    assert [project["name"] for project in client.get("/simple/", JSON).json()["projects"]] == ["demo"]
    assert {page.headers["Vary"] for page in (page, html)} == {"Accept, Accept-Encoding"}
    assert client.get("/simple/demo/", "image/png").status_code == 406


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("/simple", "/simple/"),
        ("/simple/demo", "/simple/demo/"),
        ("/simple/De.Mo/", "/simple/de-mo/"),
        ("/simple/De_mo?format=html", "/simple/de-mo/?format=html"),
        ("/project/Demo", "/project/demo/"),
    ],
)
def test_other_spellings_lead_to_the_page(serve: Serve, folder: Place, asked: str, answered: str) -> None:
    answer = serve(folder).get(asked)
    assert (answer.status_code, answer.headers["Location"]) == (301, answered)


@pytest.mark.parametrize(
    "path",
    [
        "/simple/other/",
        "/simple/demo/demo-2.0.tar.gz",
        "/simple/demo/manifest.json",
        "/simple/demo/index.json",
        "/simple/demo/../../etc/passwd.whl",
        "/simple/demo/%2e%2e/%2e%2e/x.whl",
        "/simple/demo/..%2f..%2fx.whl",
        "/simple/demo/%00.whl",
        "/simple/-/",
        "/project/other/",
        "/somewhere",
        "/-/other",
    ],
)
def test_what_is_not_there_is_not_found(serve: Serve, folder: Place, tmp_path: Path, path: str) -> None:
    folder.open().publish(samples.wheel(tmp_path))
    assert serve(folder).get(path).status_code == 404


def test_a_page_that_did_not_change_is_not_sent_again(serve: Serve, place: Place, tmp_path: Path) -> None:
    place.open().publish(samples.wheel(tmp_path))
    client = serve()
    first = client.get("/simple/demo/", JSON)
    again = client.get("/simple/demo/", JSON, headers={"If-None-Match": f'"other", W/{first.headers["ETag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert client.get("/simple/demo/", headers={"If-None-Match": first.headers["ETag"]}).status_code == 200
    place.open().publish(samples.wheel(tmp_path, version="1.1"))
    changed = client.get("/simple/demo/", JSON, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert changed.json()["versions"] == ["1.0", "1.1"]


def test_large_pages_are_compressed_for_those_who_take_it(serve: Serve, folder: Place, tmp_path: Path) -> None:
    folder.open().publish(*(samples.wheel(tmp_path, version=f"1.{number}") for number in range(20)))
    client = serve(folder)
    plain = client.get("/simple/demo/", JSON, headers={"Accept-Encoding": "identity"})
    packed = client.get("/simple/demo/", JSON, headers={"Accept-Encoding": "gzip"}, stream=True)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.raw.read()) == plain.content
    assert packed.headers["ETag"] != plain.headers["ETag"]
    refused = client.get("/simple/demo/", JSON, headers={"Accept-Encoding": "gzip;q=0"})
    assert "Content-Encoding" not in refused.headers


def test_heads_answer_as_gets_do(serve: Serve, place: Place, tmp_path: Path) -> None:
    place.open().publish(samples.wheel(tmp_path))
    client = serve(downloads=DownloadStyle.STREAM)
    for path in ("/simple/demo/", "/simple/", "/simple/demo/demo-1.0-py3-none-any.whl", "/simple/other/", "/"):
        head, get = (
            client.request(method, path, headers={"Accept-Encoding": "identity"}) for method in ("HEAD", "GET")
        )
        assert head.content == b""
        assert head.status_code == get.status_code
        assert head.headers["Content-Length"] == str(len(get.content))


def test_readers_beside_publishers_never_see_an_older_page_again(serve: Serve, place: Place, tmp_path: Path) -> None:
    repository = place.open()
    repository.publish(samples.wheel(tmp_path))
    client = serve()

    def reader(_: int) -> bool:
        seen = []
        while len(seen) < 60:
            before = published[-1]
            count = len(client.session.get(f"{client.url}/simple/demo/", headers={"Accept": JSON}).json()["files"])
            seen.append((before, count))
        return all(before <= count for before, count in seen)

    published = [1]
    with ThreadPoolExecutor(8) as pool:
        readers = pool.map(reader, range(8))
        for number in range(1, 6):
            repository.publish(samples.wheel(tmp_path, version=f"1.{number}"))
            published.append(number + 1)
        assert all(readers)


def test_files_are_served_whole_and_in_ranges(serve: Serve, place: Place, tmp_path: Path) -> None:
    path = samples.wheel(tmp_path, padding=3_000_000)
    place.open().publish(path)
    data = path.read_bytes()
    client = serve(downloads=DownloadStyle.STREAM)
    url = f"/simple/demo/{path.name}"
    whole = client.get(url)
    assert whole.content == data
    assert whole.headers["Content-Type"] == "application/zip"
    for asked, start, stop in (
        ("bytes=0-9", 0, 10),
        ("bytes=1000000-2999999", 1_000_000, 3_000_000),
        ("bytes=-7", len(data) - 7, len(data)),
        (f"bytes={len(data) - 1}-", len(data) - 1, len(data)),
        ("bytes=5-99999999", 5, len(data)),
    ):
        part = client.get(url, headers={"Range": asked})
        assert part.status_code == 206
        assert part.content == data[start:stop]
        assert part.headers["Content-Range"] == f"bytes {start}-{stop - 1}/{len(data)}"
    assert client.get(url, headers={"Range": f"bytes={len(data)}-"}).status_code == 416
    for odd in ("bytes=9-3", "bytes=0-1,4-5", "lines=0-1", "bytes=-", "bytes=a-b"):
        assert client.get(url, headers={"Range": odd}).content == data
    tag = whole.headers["ETag"]
    assert client.get(url, headers={"If-None-Match": tag}).status_code == 304
    assert client.get(url, headers={"Range": "bytes=0-9", "If-Range": tag}).status_code == 206
    assert client.get(url, headers={"Range": "bytes=0-9", "If-Range": '"other"'}).status_code == 200
    sidecar = client.get(f"{url}.metadata")
    assert sidecar.content == samples.metadata("demo", "1.0")


@pytest.mark.parametrize("place", BUCKETS, indirect=True)
def test_files_of_a_bucket_are_redirects_that_stay_the_same(serve: Serve, place: Place, tmp_path: Path) -> None:
    path = samples.wheel(tmp_path)
    place.open().publish(path)
    first, second = serve(), serve()
    answers = [client.get(f"/simple/demo/{path.name}") for client in (first, second, first)]
    assert {answer.status_code for answer in answers} == {302}
    (url,) = {answer.headers["Location"] for answer in answers}
    assert requests.get(url, timeout=60).content == path.read_bytes()
    assert first.get("/simple/demo/demo-2.0-py3-none-any.whl").status_code == 404


def test_json_is_what_is_stored(serve: Serve, folder: Place, tmp_path: Path) -> None:
    folder.open().publish(samples.wheel(tmp_path))
    stored = (tmp_path / "repository" / "demo" / "index.json").read_bytes()
    assert serve(folder).get("/simple/demo/", JSON).content == stored
    assert json.loads(stored)["name"] == "demo"
