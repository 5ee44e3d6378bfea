"""Gzip as a content encoding."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3pypi_setuptools.stores.content_encoding import GZIP, decode, encode


@given(st.binary(max_size=10_000))
def test_any_gzip_reader_gets_the_data_back(data: bytes) -> None:
    assert gzip.decompress(encode(data)) == data
    assert decode("k", encode(data), GZIP) == data


def test_equal_data_gives_equal_bytes_that_state_no_time_and_no_system() -> None:
    assert encode(b"x" * 1000) == encode(b"x" * 1000)
    assert encode(b"x" * 1000)[:10] == bytes.fromhex("1f8b08000000000000ff")


@pytest.mark.parametrize("coding", [None, "", "identity", "br", "aws-chunked"])
def test_what_is_not_stated_is_not_decoded(coding: str | None) -> None:
    assert decode("k", encode(b"data"), coding) == encode(b"data")


@pytest.mark.parametrize("coding", ["gzip", "GZIP", "aws-chunked,gzip", "gzip, aws-chunked"])
def test_what_is_stated_is_decoded(coding: str) -> None:
    assert decode("k", encode(b"data"), coding) == b"data"


@pytest.mark.parametrize(
    "data",
    [b"{}", b"", encode(b"data" * 100)[:-9], encode(b"data")[:5], b"\x1f\x8b", encode(b"data")[:-8] + b"12345678"],
    ids=["decoded on the way", "empty", "cut short", "head alone", "magic alone", "wrong checksum"],
)
def test_what_is_not_gzip_after_all_is_left_as_it_is(data: bytes) -> None:
    assert decode("k", data, GZIP) == data
