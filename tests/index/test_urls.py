"""The URLs that pages have."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3pypi_setuptools.index.urls import LONGEST_URL, canonical_url, is_elsewhere, is_relative


@pytest.mark.parametrize(
    ("reference", "url"),
    [
        ("demo-1.0+x.whl", "demo-1.0%2Bx.whl"),
        ("demo-1.0%2bx.whl", "demo-1.0%2Bx.whl"),
        (" demo 1.0.zip#sha256=00 ", "demo%201.0.zip"),
        ("../a/./demo-1.0.zip", "../a/./demo-1.0.zip"),
        (
            "https://Files.example/a+b/demo-1.0%2Bx.whl?x=1&y=%20#f",
            "https://Files.example/a+b/demo-1.0%2Bx.whl?x=1&y=%20",
        ),
        ("//files.example/demo-1.0.zip", "//files.example/demo-1.0.zip"),
        ("/simple/demo/demo-1.0.zip", "/simple/demo/demo-1.0.zip"),
        ("file:///srv/demo-1.0.zip", "file:///srv/demo-1.0.zip"),
        ("javascript:alert(1)", None),
        ("mailto:me@example.com", None),
        ("#top", None),
        ("", None),
        ("demo\n-1.0.zip", None),
        ("demo%0a-1.0.zip", None),
        ("http://[", None),
    ],
)
def test_canonical_urls(reference: str, url: str | None) -> None:
    assert canonical_url(reference) == url
    assert url is None or canonical_url(url) == url


@given(st.text(max_size=60))
def test_canonical_urls_are_printable_and_final(reference: str) -> None:
    url = canonical_url(reference)
    if url is not None:
        assert url.isascii()
        assert url.isprintable()
        assert " " not in url
        assert "#" not in url
        assert canonical_url(url) == url


def test_urls_longer_than_any_key_are_none() -> None:
    longest = "a" * LONGEST_URL
    assert canonical_url(longest) == longest
    assert canonical_url(f"{longest}a") is None
    assert canonical_url(" " + longest) is None
    assert canonical_url("ü" * (LONGEST_URL // 6)) == "%C3%BC" * (LONGEST_URL // 6)
    assert canonical_url("ü" * (LONGEST_URL // 6 + 1)) is None


@pytest.mark.parametrize(
    ("url", "relative", "elsewhere"),
    [
        ("demo-1.0.zip", True, False),
        ("sub/demo-1.0.zip", True, False),
        ("..demo-1.0.zip", True, False),
        ("../other/demo-1.0.zip", True, True),
        ("/simple/demo/demo-1.0.zip", False, True),
        ("//host/demo-1.0.zip", False, True),
        ("https://host/demo-1.0.zip", False, True),
        ("file:demo-1.0.zip", False, True),
        ("http://[", False, True),
    ],
)
def test_where_urls_begin(url: str, relative: bool, elsewhere: bool) -> None:
    assert (is_relative(url), is_elsewhere(url)) == (relative, elsewhere)
