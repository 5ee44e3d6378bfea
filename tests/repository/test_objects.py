"""Reading single objects of a store."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from s3pypi_setuptools.errors import AccessDenied, NotFound, StoreError
from s3pypi_setuptools.repository.objects import (
    download,
    has_bytes,
    head_if_exists,
    matches_listing,
    read_if_exists,
    stream_hash,
)
from s3pypi_setuptools.stores.base import Attributes, Token
from s3pypi_setuptools.stores.memory import MemoryStore
from tests.support.store_doubles import FaultyStore, Request, once

KEY = "team/demo/demo-1.0.tar.gz"
DATA = bytes(range(256)) * 10_000
SHA256 = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def store() -> MemoryStore:
    store = MemoryStore()
    store.put(KEY, DATA, Attributes())
    store.put("small", b"data", Attributes())
    return store


def test_an_object_that_exists(store: MemoryStore) -> None:
    assert head_if_exists(store, KEY) == store.head(KEY)
    assert read_if_exists(store, "small") == b"data"
    assert has_bytes(store, "small", b"data")
    assert not has_bytes(store, "small", b"other")


def test_an_object_that_does_not_exist(store: MemoryStore) -> None:
    assert head_if_exists(store, "absent") is None
    assert read_if_exists(store, "absent") is None
    assert not has_bytes(store, "absent", b"")


def test_an_object_that_may_not_be_read_is_not_taken_for_absent(store: MemoryStore) -> None:
    def refuse(request: Request) -> None:
        raise AccessDenied(request.key, "no")

    faulty = FaultyStore(store, before=refuse)
    for read in (head_if_exists, read_if_exists, stream_hash):
        with pytest.raises(AccessDenied):
            read(faulty, KEY)


def test_an_etag_that_is_the_md5_proves_the_content(store: MemoryStore) -> None:
    md5 = hashlib.md5(b"data", usedforsecurity=False).hexdigest()
    info = store.head("small")._replace(token=Token(f'"{md5}"'))
    assert matches_listing(info, b"data")
    assert not matches_listing(info, b"atad")
    assert not matches_listing(info._replace(size=1), b"data")
    assert not matches_listing(info._replace(token=Token('"of-another-kind-2"')), b"data")


def test_the_hash_of_a_large_object(store: MemoryStore) -> None:
    assert stream_hash(store, KEY) == SHA256
    with pytest.raises(NotFound):
        stream_hash(store, "absent")


def test_a_download_counts_its_bytes(store: MemoryStore, tmp_path: Path) -> None:
    counts: list[int] = []
    assert download(store, KEY, tmp_path / "file", counts.append) == SHA256
    assert (tmp_path / "file").read_bytes() == DATA
    assert sum(counts) == len(DATA)
    assert len(counts) > 1


def test_a_download_may_be_ended(store: MemoryStore, tmp_path: Path) -> None:
    def end(count: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        download(store, KEY, tmp_path / "file", end)


def test_a_file_that_cannot_be_written_is_an_error_of_the_object(store: MemoryStore, tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        download(store, KEY, tmp_path / "absent" / "file")
    assert str(caught.value) == f"{KEY}: cannot be kept in a temporary file: No such file or directory"


def test_an_object_that_is_deleted_before_its_download(store: MemoryStore, tmp_path: Path) -> None:
    faulty = FaultyStore(store, before=once("stream", KEY, lambda: store.delete(KEY)))
    with pytest.raises(NotFound):
        download(faulty, KEY, tmp_path / "file")
