"""HTML pages of any kind: our own, other tools', and heaps of elements."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3pypi_setuptools.errors import InvalidIndex
from s3pypi_setuptools.index import simple_html, simple_json
from s3pypi_setuptools.index.urls import LONGEST_URL, canonical_url, filename_of
from tests.fuzz.budget import share
from tests.fuzz.mutations import edited, edits, odd_texts
from tests.fuzz.repositories import VERBS, Place
from tests.fuzz.test_records import urls
from tests.index.strategies import MARKUP, indexes
from tests.support.refusals import result_of

SAMPLES = [path.read_bytes() for path in sorted((Path(__file__).parents[1] / "corpus" / "pages").glob("*.html"))]
ANCHORS = (b"<a ", b"href", b"<", b'"', b"data-")
names = st.sampled_from(["demo-1.0-py3-none-any.whl", "demo-2.0.zip", "other-1.0.zip", "demo", "../", "index.html"])
texts = st.one_of(names, odd_texts, st.sampled_from(MARKUP))
values = st.one_of(urls, names, odd_texts, st.sampled_from(["sha256=00", "true", "1", ">=3", "2020-01-01T00:00:00Z"]))
ATTRIBUTES = (
    "href HREF data-requires-python data-yanked data-size data-upload-time data-core-metadata data-dist-info-metadata "
    "data-gpg-sig data-provenance name content onclick ="
)
attributes = st.sampled_from([*ATTRIBUTES.split(), ""])
quotes = st.sampled_from(["{}={}", "{}='{}'", '{}="{}"', "{}", '{}="{}', "{} = '{}' "])
tags = st.sampled_from(
    ["a", "A", "base", "meta", "html", "body", "script", "style", "!--", "!doctype", "![CDATA[", "/a", "?", "svg"]
)
links = st.builds('<a href="{}{}">{}</a>'.format, urls, st.sampled_from(["", "#sha256=00", "#x", "&#47;x"]), texts)
metas = st.builds(
    '<meta name="{}" content="{}">'.format,
    st.sampled_from(["pypi:repository-version", "pypi:project-status", "pypi:project-status-reason", "s3pypi:commit"]),
    st.one_of(st.sampled_from(["1.0", "1.4", "2.0", "archived", "active", "0af3"]), odd_texts),
)


written_attributes = st.builds(lambda form, *found: form.format(*found), quotes, attributes, values)


@st.composite
def elements(draw: st.DrawFn) -> str:
    given_attributes = draw(
        st.lists(st.builds(lambda form, *found: form.format(*found), quotes, attributes, values), max_size=3)
    )
    return f"<{draw(tags)} {' '.join(given_attributes)}{draw(st.sampled_from(['>', '/>', '']))}{draw(texts)}"


@st.composite
def pages(draw: st.DrawFn) -> bytes:
    match draw(st.sampled_from(["made", "made", "ours", "others'"])):
        case "ours":
            return edited(simple_html.render_project(draw(indexes())), draw(edits), ANCHORS)
        case "others'":
            return edited(draw(st.sampled_from(SAMPLES)), draw(edits), ANCHORS)
    inner = "".join(draw(st.lists(st.one_of(links, links, metas, elements()), max_size=5)))
    data = f"<html>{inner}</html>".encode(draw(st.sampled_from(["utf-8", "utf-8", "utf-8", "utf-16"])), "surrogatepass")
    return edited(data, draw(edits) if draw(st.integers(0, 3)) == 0 else [])


@share(12)
@given(pages())
def test_pages(data: bytes) -> None:
    found = result_of(lambda: simple_html.parse_project(data, "demo"), InvalidIndex)
    if found is not None:
        page = simple_html.render_project(found)
        assert {file.filename for file in simple_html.parse_project(page, "demo").files} <= {
            file.filename for file in found.offered
        }
        assert simple_json.parse_project(simple_json.render_project(found)).offered == found.offered
    root = result_of(lambda: simple_html.parse_root(data), InvalidIndex)
    assert root is None or simple_html.parse_root(simple_html.render_root(root.projects, root.commit)) == root


@share(4)
@given(st.one_of(urls, odd_texts, st.lists(st.one_of(urls, odd_texts)).map("".join)))
def test_urls(reference: str) -> None:
    url = canonical_url(reference)
    if url is not None:
        assert url.isascii()
        assert url.isprintable()
        assert len(url) <= LONGEST_URL
        assert canonical_url(url) == url
        assert "\n" not in filename_of(url)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return Place(tmp_path_factory.mktemp("place"))


@share(2)
@given(st.sampled_from([*VERBS]), pages(), st.booleans())
def test_no_verb_obeys_a_page_beyond_its_project(place: Place, verb: str, data: bytes, adopted: bool) -> None:
    documents: dict[str, Any] = {f"team/demo/{name}": data for name in ("index.html", "")}
    gone = ("team/demo/manifest.json", "team/demo/index.json") if adopted else ()
    place.carry_out(verb, documents, without=gone)
