"""The kinds of index pages: key, form and how each is served."""

from __future__ import annotations

import pytest

from s3pypi_setuptools.config.choices import PageStyle
from s3pypi_setuptools.errors import InvalidIndex
from s3pypi_setuptools.index.model import File, Project, Root
from s3pypi_setuptools.repository.page_kind import PageKind, kinds_of, other_kinds

JSON, HTML, SLASH, SLASH_JSON = PageKind
PROJECT = Project.of("demo", (File("demo-1.0.zip", "demo-1.0.zip"),), None, "0" * 32)
ROOT = Root.of(("demo", "other"), "0" * 32)


@pytest.mark.parametrize("kind", PageKind)
def test_pages_are_parsed_as_they_are_rendered(kind: PageKind) -> None:
    assert kind.parse_root(kind.render_root(ROOT)) == ROOT
    assert kind.parse_project(kind.render_project(PROJECT), "demo").files == PROJECT.files
    assert kind.render_project(PROJECT).startswith(b"{") is kind.is_json
    assert kind.attributes.cache_control == "no-cache"


def test_how_pages_are_served() -> None:
    json, html = "application/vnd.pypi.simple.v1+json", "text/html"
    assert [kind.attributes.content_type.partition(";")[0] for kind in PageKind] == [json, html, html, json]


@pytest.mark.parametrize("kind", [SLASH, SLASH_JSON])
@pytest.mark.parametrize("writer", [SLASH, SLASH_JSON])
def test_a_page_at_a_slash_is_read_in_either_form(kind: PageKind, writer: PageKind) -> None:
    assert kind.parse_root(b"\n " + writer.render_root(ROOT)) == ROOT
    assert kind.parse_project(b"\n " + writer.render_project(PROJECT), "demo").files == PROJECT.files


@pytest.mark.parametrize("kind", [SLASH, SLASH_JSON])
def test_an_empty_object_at_a_slash_is_a_mark_of_the_console(kind: PageKind) -> None:
    assert kind.parse_project(b"", "demo") == Project("demo")
    assert kind.parse_root(b"") == Root()


def test_an_empty_json_page_is_damaged() -> None:
    with pytest.raises(InvalidIndex):
        JSON.parse_project(b"", "demo")
    with pytest.raises(InvalidIndex):
        JSON.parse_root(b"")


def test_the_pages_of_each_style() -> None:
    assert {style: kinds_of(style) for style in PageStyle} == {
        PageStyle.BOTH: (JSON, HTML, SLASH),
        PageStyle.INDEX_HTML: (JSON, HTML),
        PageStyle.SLASH: (JSON, SLASH),
        PageStyle.JSON: (JSON, HTML, SLASH_JSON),
    }


@pytest.mark.parametrize(
    ("kinds", "others"),
    [
        ((JSON, HTML, SLASH), ()),
        ((JSON, HTML, SLASH_JSON), ()),
        ((JSON, HTML), (SLASH,)),
        ((JSON, SLASH), (HTML,)),
        ((), (JSON, HTML, SLASH)),
    ],
)
def test_kinds_of_pages_at_other_keys(kinds: tuple[PageKind, ...], others: tuple[PageKind, ...]) -> None:
    assert other_kinds(kinds) == others
    assert other_kinds(kinds, PageKind) == ((*others, SLASH_JSON) if SLASH in others else others)
