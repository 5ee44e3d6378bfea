"""Descriptions, as the service renders them for people."""

from __future__ import annotations

import html
import os
import re

import pytest

from s3pypi_setuptools.server.description import describe
from s3pypi_setuptools.server.description_renderer import rendered, safe_html


@pytest.mark.parametrize(
    ("kind", "text", "shown", "hidden"),
    [
        ("text/markdown", "# Hi\n\n<script>alert(1)</script>\n\n*x*", "<em>x</em>", "<script>"),
        ("text/markdown", "[a](javascript:alert(1))", "a", "href="),
        ("text/markdown", "[a](data:text/html,x) [b](//example.com)", "b", "data:"),
        ("text/markdown", '<a onclick="x()" href="https://example.com">b</a>', 'rel="nofollow"', "onclick"),
        ("text/markdown", "<iframe src=x></iframe><style>*{}</style><form><button>x</button></form>x", "x", "<form"),
        ("text/x-rst", "Hi\n==\n\n*x*", "<em>x</em>", "*x*"),
        ("text/x-rst", ".. raw:: html\n\n   <script>alert(1)</script>\n\nx", "x", "alert"),
        ("text/x-rst", ".. include:: /etc/passwd\n\nx", "x", "root:"),
        ("text/x-rst", ".. csv-table::\n   :file: /etc/passwd\n\nx", "x", "root:"),
        ("text/x-rst", "`a <javascript:alert(1)>`_", "a", "href="),
    ],
)
def test_descriptions_are_rendered_and_safe(kind: str, text: str, shown: str, hidden: str) -> None:
    found = safe_html(text, kind) or html.escape(text)
    assert shown in found
    assert hidden not in found.replace(html.escape(text), "")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('![the <b> "logo"](https://example.com/x.png)', "the &lt;b&gt; &quot;logo&quot;"),
        ("![](docs/x.png)", "image"),
        ('<img alt="> <script>" src="x">', "&gt; &lt;script&gt;"),
    ],
)
def test_the_text_of_an_image_is_shown_in_its_place(text: str, shown: str) -> None:
    assert f'<span class="image">{shown}</span>' in (safe_html(text, "text/markdown") or "")


def test_headings_of_a_description_are_below_those_of_the_page() -> None:
    text = "".join(f"{'#' * level} x\n\n" for level in range(1, 7))
    found = safe_html(text, "text/markdown") or ""
    assert re.findall(r"<h(\d).*?>x</h\1>", found) == list("345666")


def test_a_description_is_rendered_in_a_process_of_its_own() -> None:
    found = describe("Description-Content-Type: text/markdown\n\nGr\u00f6\u00dfe: *x*".encode())
    assert found.html == "<p>Gr\u00f6\u00dfe: <em>x</em></p>\n"


def test_what_cannot_be_rendered_is_shown_as_it_is() -> None:
    found = describe(b"Description-Content-Type: text/x-rst\n\nHi\n=\n\n.. nothing::\n")
    assert (found.html, found.text) == ("", "Hi\n=\n\n.. nothing::\n")


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows limits no process")
@pytest.mark.parametrize("text", ["<div>" * 100_000, "> " * 50_000])
def test_rendering_ends_however_deeply_a_description_is_nested(text: str) -> None:
    assert rendered(text, "text/markdown") is None


def test_the_beginning_of_a_long_description_is_shown() -> None:
    found = describe(b"Description-Content-Type: text/markdown\n\n" + b"# x\n" * (5 * 1024 * 1024 // 4))
    assert found.is_shortened
    assert len(found.text) == 1024 * 1024


@pytest.mark.parametrize(
    "metadata",
    [
        b"",
        b"\xff\xfe\x00",
        b"Name",
        b"Description-Content-Type: text/plain\nName: x\n\n\xff",
        b"Content-Type: multipart/mixed; boundary=x\nDescription-Content-Type: text/plain\n\n--x\n\n# hi",
        b"A: " + b"x" * 100_000,
    ],
)
def test_odd_metadata_is_shown_as_far_as_it_can_be(metadata: bytes) -> None:
    found = describe(metadata)
    assert isinstance(found.summary, str)
    found.text.encode()


def test_no_metadata_makes_a_page_that_is_too_large() -> None:
    fields = b"Description-Content-Type: text/plain\nSummary: " + b"x" * 100_000 + b"\nRequires-Dist: demo" * 10_000
    found = describe(fields + b"\nProject-URL: a, https://example.com/" * 10_000 + b"\n\n")
    assert len(found.summary) == 2000
    assert (len(found.dependencies), found.dependencies_left_out) == (500, 9_500)
    assert len(found.links) == 500
    addresses = "a@b.cd\n\n" * (1024 * 1024 // 8)
    assert rendered(addresses, "text/markdown") is None, "it would be ten times as large"


def test_fields_are_read_as_utf_8() -> None:
    found = describe("Summary: Gr\u00f6\u00dfe\nAuthor-email: Zo\u00eb <zoe@example.com>\n\n".encode())
    assert (found.summary, found.author) == ("Gr\u00f6\u00dfe", "Zo\u00eb <zoe@example.com>")


def test_links_to_other_than_web_pages_are_left_out() -> None:
    found = describe(
        b"Project-URL: Bad, javascript:alert(1)\nProject-URL: Good, https://example.com/\nHome-page: x\n\n"
    )
    assert found.links == (("Good", "https://example.com/"),)
