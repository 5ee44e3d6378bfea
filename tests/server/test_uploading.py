"""The legacy upload API, as clients speak it."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests

from s3pypi_setuptools.server.upload_form import safe_name
from tests.server.conftest import Client, Place, Serve
from tests.support import samples

JSON = "application/vnd.pypi.simple.v1+json"


def form(path: Path, **changes: str | None) -> dict[str, str]:
    """The fields that twine sends for the file."""
    name, version = path.name.removesuffix(".tar.gz").split("-")[:2]
    fields: dict[str, str | None] = {
        ":action": "file_upload",
        "protocol_version": "1",
        "name": name,
        "version": version,
        "metadata_version": "2.1",
        "filetype": "bdist_wheel" if path.suffix == ".whl" else "sdist",
        "pyversion": "py3",
        "sha256_digest": hashlib.sha256(path.read_bytes()).hexdigest(),
        **changes,
    }
    return {field: value for field, value in fields.items() if value is not None}


def upload(client: Client, path: Path, where: str = "/legacy/", filename: str | None = None, **changes: Any) -> Any:
    headers = changes.pop("headers", {})
    with path.open("rb") as stream:
        files = {"content": (path.name if filename is None else filename, stream, "application/octet-stream")}
        return client.request("POST", where, data=form(path, **changes), files=files, headers=headers)


def listed(client: Client, project: str = "demo") -> list[str]:
    answer = client.get(f"/simple/{project}/", JSON)
    return [file["filename"] for file in answer.json()["files"]] if answer.status_code == 200 else []


def test_an_upload_is_listed_at_once(serve: Serve, place: Place, tmp_path: Path) -> None:
    client = serve()
    for path in (samples.wheel(tmp_path), samples.sdist(tmp_path)):
        answer = upload(client, path)
        assert (answer.status_code, answer.text) == (200, f"published {path.name}\n")
    assert listed(client) == ["demo-1.0-py3-none-any.whl", "demo-1.0.tar.gz"]
    assert place.open().verify("demo", deep=True).ok


@pytest.mark.parametrize("where", ["/", "/legacy", "/legacy/", "/simple", "/simple/"])
def test_uploads_are_taken_at_each_place(serve: Serve, folder: Place, tmp_path: Path, where: str) -> None:
    client = serve(folder)
    assert upload(client, samples.wheel(tmp_path), where).status_code == 200
    assert listed(client)


def test_a_page_of_the_index_takes_no_upload_and_says_where(serve: Serve, folder: Place, tmp_path: Path) -> None:
    answer = upload(serve(folder), samples.wheel(tmp_path), "/simple/demo/")
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert "upload to /legacy/" in answer.text


def test_the_same_file_again_is_success_and_another_a_conflict(serve: Serve, place: Place, tmp_path: Path) -> None:
    client = serve()
    first = samples.wheel(tmp_path / "first")
    assert upload(client, first).text == "published demo-1.0-py3-none-any.whl\n"
    assert upload(client, first).text == "present demo-1.0-py3-none-any.whl\n"
    other = samples.wheel(tmp_path / "other", salt="other")
    refused = upload(client, other)
    assert refused.status_code == 409
    assert refused.text.startswith("File already exists")
    assert str(tmp_path) not in refused.text
    stored = client.get("/simple/demo/", JSON).json()["files"][0]["hashes"]["sha256"]
    assert stored == hashlib.sha256(first.read_bytes()).hexdigest()
    assert upload(serve(overwrite=True), other).text == "replaced demo-1.0-py3-none-any.whl\n"


def test_errors_are_json_for_who_takes_it(serve: Serve, folder: Place, tmp_path: Path) -> None:
    client = serve(folder)
    upload(client, samples.wheel(tmp_path / "first"))
    other = samples.wheel(tmp_path / "other", salt="other")
    said = "409 File already exists: "
    for accept, code in (("application/json", said), ("application/problem+json", "file-exists")):
        answer = upload(client, other, headers={"Accept": accept})
        assert answer.headers["Content-Type"] == accept
        document = answer.json()
        assert (document["status"], document["error"], document["title"]) == (409, "file-exists", "Conflict")
        assert document["code"].startswith(code)
        assert document["message"] == document["detail"]
        assert "File already exists" in document["message"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"sha256_digest": "0" * 64}, "sha256 digest"),
        ({"sha256_digest": None, "md5_digest": "0" * 32}, "md5 digest"),
        ({"sha256_digest": None, "blake2_256_digest": "0" * 64}, "blake2_256 digest"),
        ({"name": "other"}, "of other, but it is of demo"),
        ({"name": "-"}, "no name of a project"),
        ({"version": "2.0"}, "says version 2.0, but the file has 1.0"),
        ({"version": "junk"}, "no version"),
        ({"filetype": "sdist"}, "no sdist"),
        ({"filetype": "bdist_egg"}, "filetype 'bdist_egg'"),
        ({":action": "frobnicate"}, ":action is 'frobnicate'"),
        ({"protocol_version": "2"}, "protocol_version '2'"),
        ({"attestations": "{"}, "no JSON"),
        ({"attestations": "{}"}, "must be a list"),
        ({"attestations": "[{}]"}, "no attestation"),
    ],
)
def test_a_form_that_is_wrong_is_refused_with_the_reason(
    serve: Serve, folder: Place, tmp_path: Path, changes: dict[str, str | None], reason: str
) -> None:
    client = serve(folder)
    answer = upload(client, samples.wheel(tmp_path), **changes)
    assert answer.status_code == 400
    assert reason in answer.text
    assert answer.text.count("\n") == 1
    assert "/tmp" not in answer.text
    assert str(tmp_path) not in answer.text
    assert listed(client) == []


@pytest.mark.parametrize(
    "name",
    [
        "../demo-1.0-py3-none-any.whl",
        "a/demo-1.0-py3-none-any.whl",
        "demo.whl",
        "..",
        "",
        "x\\demo-1.0-py3-none-any.whl",
    ],
)
def test_a_filename_that_is_none_is_refused(serve: Serve, folder: Place, tmp_path: Path, name: str) -> None:
    answer = upload(serve(folder), samples.wheel(tmp_path), filename=name)
    assert answer.status_code == 400
    assert "/tmp" not in answer.text
    assert str(tmp_path) not in answer.text


def test_a_file_that_is_no_distribution_is_refused(serve: Serve, folder: Place, tmp_path: Path) -> None:
    path = tmp_path / "demo-1.0-py3-none-any.whl"
    path.write_bytes(b"no zip file")
    answer = upload(serve(folder), path)
    assert answer.status_code == 400
    assert answer.text.startswith("demo-1.0-py3-none-any.whl: ")


def test_a_longer_digest_of_old_distutils_is_checked_too(serve: Serve, folder: Place, tmp_path: Path) -> None:
    client = serve(folder)
    path = samples.sdist(tmp_path)
    digest = hashlib.blake2b(path.read_bytes()).hexdigest()
    assert upload(client, path, blake2_256_digest=digest[:-1] + "x").status_code == 400
    assert upload(client, path, blake2_256_digest=digest).status_code == 200


@pytest.mark.parametrize("action", ["submit", "verify"])
def test_old_tools_registration_is_not_needed(serve: Serve, folder: Place, action: str) -> None:
    answer = serve(folder).request("POST", "/", data={":action": action}, files={"other": b""})
    assert answer.status_code == 410


def test_fields_that_nobody_knows_and_long_descriptions_pass(serve: Serve, folder: Place, tmp_path: Path) -> None:
    path = samples.wheel(tmp_path)
    changes = {"description": "ä" * (5 * 1024 * 1024 // 2), "unheard_of": "x", "gpg_signature": "y", "comment": ""}
    assert upload(serve(folder), path, **changes).status_code == 200


def test_what_is_too_large_is_refused(serve: Serve, folder: Place, tmp_path: Path) -> None:
    client = serve(folder, max_size=100_000)
    small, large = samples.wheel(tmp_path), samples.wheel(tmp_path, version="2.0", padding=100_000)
    assert upload(client, small).status_code == 200
    assert upload(client, large).status_code == 413
    assert listed(client) == [small.name]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "multipart/form-data; boundary=x"),
        (b"--x\r\n", "multipart/form-data; boundary=x"),
        (b"junk", "multipart/form-data; boundary=x"),
        (b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\nb", "multipart/form-data; boundary=x"),
        (b"a=b", "application/x-www-form-urlencoded"),
        (b"{}", "application/json"),
        (b"", "multipart/form-data"),
        (b"", ""),
    ],
)
def test_a_damaged_form_is_refused(serve: Serve, folder: Place, body: bytes, kind: str) -> None:
    answer = serve(folder).request("POST", "/", data=body, headers={"Content-Type": kind})
    assert answer.status_code == 400
    assert answer.text.count("\n") == 1


def test_20_uploads_of_one_project_at_once_are_all_listed(serve: Serve, folder: Place, tmp_path: Path) -> None:
    clients = [serve(folder), serve(folder)]
    paths = [samples.wheel(tmp_path, version=f"1.{number}") for number in range(20)]
    with ThreadPoolExecutor(len(paths)) as pool:
        answers = list(pool.map(lambda each: upload(clients[each[0] % 2], each[1]), enumerate(paths)))
    assert {answer.status_code for answer in answers} == {200}
    assert sorted(listed(clients[0])) == sorted(path.name for path in paths)


def test_hatch_finds_the_project_below_the_upload_url(serve: Serve, folder: Place, tmp_path: Path) -> None:
    client = serve(folder)
    upload(client, samples.wheel(tmp_path))
    for before in ("", "/legacy", "/simple"):
        assert json.loads(client.get(f"{before}/+simple/demo/", JSON).content)["name"] == "demo"
    assert isinstance(client.get("/+simple/other/", JSON), requests.Response)
    assert client.get("/+simple/other/", JSON).status_code == 404


@pytest.mark.parametrize(
    "name", ["..\\demo.whl", "a\\..\\..\\demo.whl", "C:\\demo.whl", "../demo.whl", "..", "", "\0.whl"]
)
def test_no_name_leads_out_of_the_folder_on_any_system(name: str) -> None:
    assert safe_name(name) == "unnamed"
