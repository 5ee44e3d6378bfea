"""What `doctor` finds of an index that is served well, and of such that are not."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from s3pypi_setuptools import open_repository
from s3pypi_setuptools.doctor import http as http_reading
from s3pypi_setuptools.doctor import index as index_examination
from s3pypi_setuptools.doctor.check import Check, Result
from tests.doctor.examined import Examined
from tests.doctor.web import Page, Web, serving
from tests.support import samples
from tests.support.programs import run

INDEX = {"index URL", "root page", "project page", "old pip", "files", "absent project", "pip"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A repository."""
    paths = [samples.wheel(tmp_path / "dist", version=version) for version in ("1.0", "1.1")]
    assert open_repository(tmp_path / "repo").publish(*paths).ok
    return tmp_path / "repo"


@pytest.fixture
def web(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    monkeypatch.setattr(index_examination, "SETTLING", 0.01)
    with serving(folder) as server:
        yield server


def examine(folder: Path, url: str) -> Examined:
    return Examined(open_repository(folder, public_url=url).doctor(read_only=True))


def test_an_index_that_is_served_well(folder: Path, web: Web) -> None:
    found = examine(folder, web.url)
    assert found.report.ok
    assert found.named("ok") >= {*INDEX, "release age"}
    assert found["project page"].found == f"{index_examination.PAGE_TYPES[0]}, no-cache, as the repository has it"
    assert found["pip"].found == "finds demo (1.1)"


def test_html_served_gzipped_is_as_good(folder: Path, web: Web) -> None:
    def change(path: str, page: Page) -> None:
        if path.endswith("/") and page.status == 200:
            page.body = (folder / path.lstrip("/") / "index.html").read_bytes()
            page.headers.update({"Content-Type": "text/html; charset=utf-8", "Content-Encoding": "gzip"})

    web.change = change
    found = examine(folder, web.url)
    assert found.named("ok") >= INDEX


def of_html(folder: Path) -> Callable[[str, Page], None]:
    """HTML pages for everyone."""

    def change(path: str, page: Page) -> None:
        if path.endswith("/") and page.status == 200:
            page.body = (folder / path.lstrip("/") / "index.html").read_bytes()
            page.headers["Content-Type"] = "text/html; charset=utf-8"

    return change


def test_html_alone_tells_no_upload_times(folder: Path, web: Web, without_pip: None) -> None:
    web.change = of_html(folder)
    found = examine(folder, web.url)
    assert found.report.ok
    assert found.named("warning") == {"release age"}
    assert "poetry's min-release-age has no effect" in found["release age"].found


@pytest.mark.parametrize("served", [True, False])
def test_a_page_by_which_old_pips_reject_wheels(folder: Path, web: Web, without_pip: None, served: bool) -> None:
    page = folder / "demo" / "index.html"
    page.write_bytes(samples.page_old_pip_rejects(page.read_bytes()))
    web.change = of_html(folder)

    def examined() -> Examined:
        return examine(folder, web.url) if served else Examined(open_repository(folder).doctor(read_only=True))

    found = examined()
    assert found.named("failed") == {"old pip"}
    assert "pip 22.3 to 23.1.2 reject wheels" in found["old pip"].found
    open_repository(folder).reindex()
    assert examined()["old pip"].result.value == "ok"


def pages(**headers: str) -> Callable[[str, Page], None]:
    """Other headers of pages."""
    return lambda path, page: page.headers.update(headers) if path.endswith("/") else None


def of_files(change: Callable[[Page], object], ending: str = ".whl") -> Callable[[str, Page], None]:
    def changed(path: str, page: Page) -> None:
        if path.endswith(ending):
            change(page)

    return changed


def status(code: int, *paths: str) -> Callable[[str, Page], None]:
    """Another status, of the pages of those paths, or of what is absent."""

    def change(path: str, page: Page) -> None:
        if path in paths or (not paths and page.status == 404):
            page.status, page.body = code, b""

    return change


def other_bytes(page: Page) -> None:
    page.body = page.body[::-1]


@pytest.fixture
def without_pip(monkeypatch: pytest.MonkeyPatch) -> None:
    """pip takes its time, and sees what is tested here no better."""
    monkeypatch.setattr(index_examination, "pip_check", lambda *_, **__: Check("pip", Result.SKIPPED, "not asked"))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (pages(**{"Content-Type": "application/json"}), ("project page", "failed", "installers refuse")),
        (pages(**{"Cache-Control": ""}), ("project page", "warning", "no-cache")),
        (pages(**{"Cache-Control": "max-age=86400"}), ("root page", "warning", "ten minutes")),
        (lambda path, page: other_bytes(page), ("project page", "failed", "is not what the repository holds")),
        (status(403, "/demo/"), ("project page", "failed", "answers 403")),
        (status(404, "/"), ("root page", "failed", "correct public-url")),
        (status(403), ("absent project", "warning", "uv stops there")),
        (status(200), ("absent project", "warning", "go on to other indexes")),
        (of_files(lambda page: page.headers.update({"Content-Encoding": "gzip"})), ("files", "failed", "compress no")),
        (of_files(lambda page: setattr(page, "body", b"short")), ("files", "failed", "5 bytes instead of")),
        (of_files(lambda page: setattr(page, "status", 403)), ("files", "failed", "answers 403")),
        (of_files(other_bytes), ("files", "failed", "bytes that come have another hash")),
        (of_files(other_bytes, ".metadata"), ("files", "failed", "another hash")),
        (
            of_files(lambda page: page.headers.update({"Content-Encoding": "gzip"}), ".metadata"),
            ("files", "failed", "pip"),
        ),
        (of_files(lambda page: setattr(page, "status", 404), ".metadata"), ("files", "failed", "reindex")),
    ],
)
def test_an_index_that_is_served_badly(
    folder: Path, web: Web, without_pip: None, change: Callable[[str, Page], None], told: tuple[str, str, str]
) -> None:
    name, result, said = told
    web.change = change
    found = examine(folder, web.url)
    assert found[name].result.value == result
    assert said in f"{found[name].found}; {found[name].advice}"
    assert found.report.ok is (result != "failed")


def test_pip_says_no_where_it_cannot_read(folder: Path, web: Web) -> None:
    web.change = pages(**{"Content-Type": "application/json"})
    found = examine(folder, web.url)
    assert found["pip"].result.value == "failed"
    assert "Skipping page" in found["pip"].found
    assert f"pip index versions demo --index-url {web.url}/" in (found["pip"].advice or "")


def test_pip_is_not_blamed_for_a_page_that_is_not_there(folder: Path, web: Web) -> None:
    web.change = status(404, "/demo/")
    found = examine(folder, web.url)
    assert (found["pip"].result.value, found["pip"].found) == ("failed", "finds nothing of demo: see project page")


def test_of_a_large_file_the_size_is_compared(
    folder: Path, web: Web, without_pip: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_examination, "_HASHED", 10)
    web.change = of_files(other_bytes)
    assert examine(folder, web.url)["files"].found.endswith("comes with the size that is listed, its metadata file too")


def test_a_password_is_taken_from_netrc(folder: Path, web: Web, own_environment: Path) -> None:
    web.password = "never-to-be-shown"
    found = examine(folder, web.url)
    assert found["root page"].found == "asks for a password"
    assert "netrc" in (found["root page"].advice or "")
    netrc = own_environment / ".netrc"
    netrc.write_text(f"machine 127.0.0.1 login user password {web.password}\n")
    netrc.chmod(0o600)
    found = examine(folder, web.url)
    assert found.named("ok") >= INDEX
    assert web.password not in repr(found)


def test_a_password_goes_to_no_other_server(folder: Path, web: Web, without_pip: None, own_environment: Path) -> None:
    netrc = own_environment / ".netrc"
    netrc.write_text("machine 127.0.0.1 login user password never-to-be-shown\n")
    netrc.chmod(0o600)
    with serving(folder) as other:

        def change(path: str, page: Page) -> None:
            page.status, page.body, page.headers = 302, b"", {"Location": f"{other.url}{path}"}

        web.change = change
        assert examine(folder, web.url)["root page"].result.value == "ok", "it was redirected"
        assert other.passwords == []


def test_a_password_goes_on_to_the_same_server(folder: Path, web: Web, own_environment: Path) -> None:
    web.password = "never-to-be-shown"
    netrc = own_environment / ".netrc"
    netrc.write_text(f"machine 127.0.0.1 login user password {web.password}\n")
    netrc.chmod(0o600)

    def change(path: str, page: Page) -> None:
        if path == "/old/":
            page.status, page.headers = 302, {"Location": "/demo/"}

    web.change = change
    assert http_reading.fetch(f"{web.url}/old/").status == 200


@pytest.mark.parametrize(
    ("new", "kept"),
    [
        ("https://host/b", True),
        ("https://host:443/b", True),
        ("http://host/b", False),
        ("https://host:8443/b", False),
        ("https://host.example/b", False),
    ],
)
def test_which_server_is_the_same(new: str, kept: bool) -> None:
    assert http_reading._keeps_password("https://host/a", new) is kept
    assert http_reading._keeps_password("http://host:80/a", new) is (kept or new == "http://host/b")
    assert http_reading._keeps_password("http://host:8080/a", new) is False


@pytest.mark.parametrize(
    "body",
    [gzip.compress(b"1" * 999)[:-10], b"\x1f\x8b\x08" + bytes(7) + b"garbage", b"plain"],
    ids=["cut short", "garbled", "none"],
)
def test_pages_whose_compression_is_damaged(folder: Path, web: Web, without_pip: None, body: bytes) -> None:
    def change(path: str, page: Page) -> None:
        page.body, page.damaged = body, True
        page.headers["Content-Encoding"] = "gzip"

    web.change = change
    found = examine(folder, web.url)
    assert found.named("failed") == {"root page"}
    assert found["root page"].found == "no answer: what came is not the gzip that Content-Encoding says"


def test_a_length_that_is_no_number(folder: Path, web: Web, without_pip: None) -> None:
    web.change = of_files(lambda page: page.headers.update({"Content-Length": "many"}))
    found = examine(folder, web.url)
    assert found["files"].found.endswith("Content-Length many is no number")


def test_a_netrc_that_is_no_text(folder: Path, web: Web, without_pip: None, own_environment: Path) -> None:
    (own_environment / ".netrc").write_bytes(b"machine h\xff login u password p\n")
    assert examine(folder, web.url).report.ok


@pytest.mark.parametrize("variable", [None, "NETRC"])
def test_a_pipe_in_place_of_netrc_is_passed_over(
    folder: Path, web: Web, own_environment: Path, monkeypatch: pytest.MonkeyPatch, variable: str | None
) -> None:
    path = own_environment / ("other" if variable else ".netrc")
    os.mkfifo(path)
    if variable:
        monkeypatch.setenv(variable, str(path))
    assert examine(folder, web.url).named("ok") >= INDEX


def test_where_nobody_listens_publishing_is_sound_and_reading_unchecked(folder: Path, closed_port: int) -> None:
    url = f"http://127.0.0.1:{closed_port}"
    found = examine(folder, url)
    assert found["root page"].result.value == "warning"
    assert found["root page"].found.startswith("could not be checked: ")
    assert found.report.ok
    assert not found.report.is_index_checked
    assert INDEX & {check.name for check in found.report.checks} == {"index URL", "root page"}
    done = run("s3pypi", "doctor", str(folder), f"--public-url={url}", cwd=folder)
    last = f"publishing to {folder.as_uri()} is sound; reading through the public URL could not be checked"
    assert (done.status, done.stdout.splitlines()[-1]) == (0, last)


def test_of_a_folder_pip_reads_the_folder(folder: Path) -> None:
    found = Examined(open_repository(folder).doctor(read_only=True))
    assert found["index URL"].found == folder.as_uri()
    assert found["pip"].found == "finds demo (1.1)"
