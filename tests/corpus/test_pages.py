"""Pages as other tools write them, and pages that nobody should."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path

import pytest

from s3pypi_setuptools.errors import InvalidIndex
from s3pypi_setuptools.index import simple_html, simple_json
from s3pypi_setuptools.index.model import Project
from tests.corpus.conftest import CorpusRepository
from tests.support import samples
from tests.support.in_process import run
from tests.support.refusals import result_of

PAGES = sorted((Path(__file__).parent / "pages").iterdir())
HEAD, TAIL = b"<!DOCTYPE html><html><body>", b"</body></html>"
LINK = b"<a href='demo-1.0.zip'>demo-1.0.zip</a>"


def parsed(path: Path) -> Project:
    data = path.read_bytes()
    return simple_json.parse_project(data) if path.suffix == ".json" else simple_html.parse_project(data, "demo")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_what_pages_of_all_kinds_list(path: Path) -> None:
    project = parsed(path)
    found = [file for file in project.files if not file.filename.startswith("demo-9")]
    assert {file.filename for file in found} == {"demo-1.0-py3-none-any.whl", "demo-1.0+x.tar.gz"}
    for file in project.files:
        assert file.url.isascii()
        assert file.url.isprintable()
        assert not file.url.startswith(("javascript:", "data:"))


class Elements(HTMLParser):
    """What a page consists of."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.scripts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        if self.lasttag == "script" and data.strip():
            self.scripts.append(data)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_nothing_of_another_page_becomes_markup_or_drives_a_terminal(place: CorpusRepository, path: Path) -> None:
    for name in ("manifest.json", "index.json", "index.html"):
        (place.repository / "demo" / name).unlink()
    page = "index.json" if path.suffix == ".json" else "index.html"
    (place.repository / "demo" / page).write_bytes(path.read_bytes())
    assert place.run("list", "demo").status == 0
    assert place.run("show", "demo").status == 0
    assert place.run(str(samples.wheel(place.folder, version="2.0"))).status == 0
    assert place.run("show", "demo").status == 0
    elements = Elements()
    elements.feed((place.repository / "demo" / "index.html").read_text())
    assert not elements.tags & {"img", "base", "iframe"}
    assert elements.scripts == [simple_html.SCRIPTS[0]]
    assert not {name for name in elements.attributes if name.startswith("on")}


BAD = {
    "empty": b"",
    "NUL": b"\0" * 100,
    "another character set": HEAD + "ü".encode("latin-1") + TAIL,
    "UTF-16": (HEAD + LINK + TAIL).decode().encode("utf-16"),
    "compressed": b"\x1f\x8b\x08\0",
    "an error of S3": b"<?xml version='1.0'?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>",
    "a text": b"404 page not found",
    "cut short": HEAD + LINK + b"<a href='demo-2.0",
    "JSON": b'{"meta": {"api-version": "1.4"}}',
    "a later version": b"<html><meta name='pypi:repository-version' content='9.0'>" + LINK + TAIL,
    "no version": b"<html><meta name='pypi:repository-version' content='\x1b[2J'>" + LINK + TAIL,
}


@pytest.mark.parametrize("page", ["index.html", "index.json"])
@pytest.mark.parametrize("name", BAD)
def test_a_bad_page_is_one_line_and_nothing_is_written(tmp_path: Path, name: str, page: str) -> None:
    folder = tmp_path / "there" / "demo"
    folder.mkdir(parents=True)
    (folder / page).write_bytes(BAD[name])
    said = run("s3pypi", str(samples.wheel(tmp_path)), "-t", "./there", cwd=tmp_path)
    assert (said.status, len(said.errors)) == (1, 1), said
    assert f"demo/{page}: " in said.errors[0]
    assert [path.name for path in folder.iterdir()] == [page]
    assert (folder / page).read_bytes() == BAD[name]


LARGE = {
    "one line": LINK * 20_000,
    "a name": b"<a href='" + b"demo" + b"-py3" * 250_000 + b".zip'>x</a>",
    "an address": b"<a href='" + b"x/" * 500_000 + b"demo-1.0.zip'>x</a>",
    "a base for many": b"<base href='https://a.example/" + b"x" * 1_000_000 + b"/'>" + LINK * 10_000,
    "a text": b"<a href='demo-1.0.zip'>" + b"x" * 1_000_000 + b"</a>",
    "a yank": b"<a href='demo-1.0.zip' data-yanked='" + b"x" * 1_000_000 + b"'>x</a>",
    "a hash": b"<a href='demo-1.0.zip#sha256=" + b"0" * 1_000_000 + b"'>x</a>",
    "hashes": b"<a href='demo-1.0.zip#" + b"sha256=00&" * 100_000 + b"'>x</a>",
    "an attribute": b"<a " + b"x" * 1_000_000 + b">x</a>",
    "attributes": b"<a " + b"x=1 " * 200_000 + b">x</a>",
    "elements": b"<b>" * 100_000,
    "comments": b"<!--" * 250_000,
    "beginnings": b"<a" * 500_000,
    "ends": b"</" * 500_000,
    "references": b"&#1;" * 250_000,
    "quotes": b"<a href=\"'" * 100_000,
    "declarations": b"<!" * 500_000,
    "instructions": b"<?" * 500_000,
}


@pytest.mark.parametrize("name", LARGE)
def test_reading_a_megabyte_of_anything_ends(name: str) -> None:
    data = b"<html><body>" + LARGE[name] + TAIL
    project = result_of(lambda: simple_html.parse_project(data, "demo"), InvalidIndex)
    if project is None:
        return
    assert len(simple_html.render_project(project)) < 6 * len(data)
    assert len(simple_json.render_project(project)) < 6 * len(data)
    assert len(simple_html.parse_root(data).projects) <= 1


@pytest.mark.parametrize(
    "value",
    ["x" * 1_000_000, [[]] * 100_000, {"x": 1}, 10**4000, -1, "\x1b[2J", None, True],
    ids=lambda value: f"{value!a:.12}",
)
@pytest.mark.parametrize(
    "key", ["filename", "url", "hashes", "size", "upload-time", "requires-python", "yanked", "provenance"]
)
def test_a_json_page_with_anything_anywhere(key: str, value: object) -> None:
    file = {"filename": "demo-1.0.zip", "url": "demo-1.0.zip", "hashes": {}} | {key: value}
    page = {"meta": {"api-version": "1.4"}, "name": "demo", "files": [file]}
    project = result_of(lambda: simple_json.parse_project(json.dumps(page).encode()), InvalidIndex)
    if project is None:
        return
    assert simple_json.parse_project(simple_json.render_project(project)) == project
    simple_html.parse_project(simple_html.render_project(project), "demo")
