"""What every store promises (`s3pypi_setuptools.stores.base`), as tests; a store's own test class inherits them."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import pytest

from s3pypi_setuptools.errors import AlreadyExists, NotFound, PreconditionFailed, StoreError
from s3pypi_setuptools.stores import content_encoding, limits
from s3pypi_setuptools.stores.base import ABSENT, CHUNK_SIZE, SMALL_CHUNK_SIZE, Attributes, Info, Matches, Store, Token
from s3pypi_setuptools.stores.content_encoding import GZIP, encode
from tests.stores.file_contract import FileContract
from tests.stores.race_contract import RaceContract
from tests.stores.samples import PLAIN

STALE = Matches(Token('"00000000000000000000000000000000"'))


class StoreContract(FileContract, RaceContract, ABC):
    @pytest.fixture
    @abstractmethod
    def store(self) -> Store:
        """An empty store."""

    def test_what_was_put_is_read_back(self, store: Store) -> None:
        before = datetime.now(timezone.utc) - timedelta(minutes=1)
        token = store.put("a/b.txt", b"bytes", Attributes("text/plain", "no-cache", {"commit-id": "x1"}))
        found = store.get("a/b.txt")
        assert found.data == b"bytes"
        assert (found.info.key, found.info.size, found.info.token) == ("a/b.txt", 5, token)
        assert before < found.info.modified < before + timedelta(minutes=2)
        assert found.info == store.head("a/b.txt")
        assert found.info.metadata == ({"commit-id": "x1"} if store.keeps_metadata else {})

    def test_what_is_stored_gzip_encoded_comes_back_decoded(self, store: Store) -> None:
        data = b"{}" * 20_000
        stored = encode(data)
        token = store.put("p/index.json", stored, Attributes("text/plain", content_encoding=GZIP))
        found = store.get("p/index.json")
        assert found.data == (stored if store.keeps_encoding is False else data)
        assert (found.info.size, found.info.token) == (len(stored), token)
        assert b"".join(store.stream("p/index.json")) == stored, "what is streamed is as it is stored"
        assert store.token_of(stored) in (token, None)
        store.put("p/index.json", b"{}", Attributes("text/plain"), Matches(token))
        assert store.get("p/index.json").data == b"{}"

    def test_a_distribution_is_never_decoded(self, store: Store) -> None:
        store.put("p/demo-1.0.tar.gz", encode(b"members"), Attributes("application/gzip"))
        assert store.get("p/demo-1.0.tar.gz").data == encode(b"members")

    def test_what_grows_beyond_all_bounds_when_decoded_is_refused(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for module in (content_encoding, limits):
            monkeypatch.setattr(module, "LARGEST_DOCUMENT", 100_000)
        store.put("p/index.json", encode(b" " * 5_000_000), Attributes("text/plain", content_encoding=GZIP))
        if store.keeps_encoding is False:
            assert len(store.get("p/index.json").data) < 100_000
        else:
            with pytest.raises(StoreError, match="larger than"):
                store.get("p/index.json")

    @pytest.mark.parametrize("key", ["a+b/c d.whl", "p/ä€😀.txt", "p/%2B%20&=;,.txt", "p/~(x)!'*.json", "x" * 200])
    def test_keys_of_any_characters(self, store: Store, key: str) -> None:
        store.put(key, b"1", PLAIN)
        assert store.get(key).data == b"1"
        assert [info.key for info in store.list("")] == [key]
        store.delete(key)
        assert list(store.list("")) == []

    @pytest.mark.parametrize("key", ["", "/a", "a//b", "../a", "a/../b", "a/./b", "a/..", ".", "a\0b"])
    def test_keys_that_no_object_has_are_refused(self, store: Store, key: str) -> None:
        for attempt in (
            lambda: store.put(key, b"1", PLAIN),
            lambda: store.get(key),
            lambda: store.head(key),
            lambda: store.delete(key),
            lambda: list(store.stream(key)),
        ):
            with pytest.raises(StoreError, match="not a key") as caught:
                attempt()
            assert not isinstance(caught.value, NotFound)

    @pytest.mark.parametrize("key", ["none", "none/at/all", "file/below"])
    def test_an_absent_object_is_not_found(self, store: Store, key: str) -> None:
        store.put("file", b"1", PLAIN)
        for attempt in (lambda: store.get(key), lambda: store.head(key), lambda: list(store.stream(key))):
            with pytest.raises(NotFound, match=key):
                attempt()

    def test_a_key_that_others_lie_below_is_not_found(self, store: Store) -> None:
        store.put("a/b", b"1", PLAIN)
        with pytest.raises(NotFound):
            store.get("a")
        store.delete("a")
        assert store.get("a/b").data == b"1"

    def test_empty_objects(self, store: Store) -> None:
        store.put("empty", b"", PLAIN)
        assert store.get("empty").data == b""
        assert b"".join(store.stream("empty")) == b""

    def test_streams_come_in_small_chunks(self, store: Store) -> None:
        data = os.urandom(CHUNK_SIZE * 2 + 17)
        store.put("k", data, PLAIN)
        chunks = list(store.stream("k"))
        assert b"".join(chunks) == data
        assert max(map(len, chunks)) <= CHUNK_SIZE
        next(iter(store.stream("k")))

    def test_ranges_are_streamed_in_smaller_chunks(self, store: Store) -> None:
        size = CHUNK_SIZE + SMALL_CHUNK_SIZE + 17
        data = os.urandom(size)
        store.put("k", data, PLAIN)
        for start, count in ((0, size), (0, 1), (size - 1, 1), (SMALL_CHUNK_SIZE - 1, CHUNK_SIZE + 2), (5, 7)):
            chunks = list(store.stream_range("k", start, count))
            assert b"".join(chunks) == data[start : start + count]
            assert max(map(len, chunks)) <= SMALL_CHUNK_SIZE
        with pytest.raises(NotFound):
            next(iter(store.stream_range("missing", 0, 1)))

    def test_a_folder_gives_its_open_file_and_others_none(self, store: Store) -> None:
        store.put("k", b"data", PLAIN)
        opened = store.open_local("k")
        assert (opened is not None) is store.cheap_reads
        if opened is not None:
            with opened[1] as stream:
                assert (opened[0], stream.read()) == (store.file_info("k"), b"data")
            with pytest.raises(NotFound):
                store.open_local("missing")

    def test_slash_keys(self, store: Store) -> None:
        if store.slash_keys is False:
            with pytest.raises(StoreError, match="ends in /"):
                store.put("a/", b"1", PLAIN)
            return
        store.put("a/b", b"b", PLAIN)
        store.put("a/", b"a", PLAIN)
        assert (store.get("a/").data, store.get("a/b").data) == (b"a", b"b")
        assert [info.key for info in store.list("a/")] == ["a/", "a/b"]
        store.delete("a/")
        assert [info.key for info in store.list("a/")] == ["a/b"]

    # --- conditions ---

    def test_absent_creates_once(self, store: Store) -> None:
        token = store.put("k", b"1", PLAIN, ABSENT)
        with pytest.raises(AlreadyExists, match="k"):
            store.put("k", b"2", PLAIN, ABSENT)
        assert (store.get("k").data, store.head("k").token) == (b"1", token)
        store.delete("k")
        store.put("k", b"3", PLAIN, ABSENT)

    def test_matches_replaces_that_version_alone(self, store: Store) -> None:
        first = store.put("k", b"1", PLAIN)
        second = store.put("k", b"2", PLAIN, Matches(first))
        assert second != first
        with pytest.raises(PreconditionFailed, match="k") as caught:
            store.put("k", b"3", PLAIN, Matches(first))
        assert not isinstance(caught.value, AlreadyExists)
        assert store.get("k").data == b"2"

    def test_matches_on_an_absent_object_fails(self, store: Store) -> None:
        token = store.put("k", b"1", PLAIN)
        store.delete("k")
        for condition in (Matches(token), STALE):
            with pytest.raises(PreconditionFailed):
                store.put("k", b"2", PLAIN, condition)
        with pytest.raises(NotFound):
            store.head("k")

    def test_tokens_from_everywhere_match(self, store: Store) -> None:
        store.put("k", b"1", PLAIN)
        sources: list[Callable[[str], Info]] = [store.head, lambda k: store.get(k).info, lambda k: next(store.list(k))]
        for number, ask in enumerate(sources):
            store.put("k", b"x%d" % number, PLAIN, Matches(ask("k").token))
        assert store.get("k").data == b"x2"

    def test_any_overwrites(self, store: Store) -> None:
        first = store.put("k", b"1", PLAIN)
        assert store.put("k", b"2", PLAIN) != first
        assert store.get("k").data == b"2"

    # --- deleting ---

    def test_delete(self, store: Store) -> None:
        token = store.put("p/k", b"1", PLAIN)
        with pytest.raises(PreconditionFailed):
            store.delete("p/k", STALE)
        assert store.get("p/k").data == b"1"
        store.delete("p/k", Matches(token))
        with pytest.raises(NotFound):
            store.get("p/k")
        store.delete("p/k")
        store.delete("p/k", Matches(token))

    # --- listing ---

    def test_list_is_by_prefix_and_in_key_order(self, store: Store) -> None:
        keys = ["a-b", "a.txt", "a/c", "a/b/z", "a/b-z", "ab", "b/a"]
        for key in keys:
            store.put(key, key.encode(), PLAIN)
        assert [info.key for info in store.list("")] == sorted(keys)
        assert [info.key for info in store.list("a/")] == ["a/b-z", "a/b/z", "a/c"]
        assert [info.key for info in store.list("a/b")] == ["a/b-z", "a/b/z"]
        assert [info.key for info in store.list("a")] == sorted(keys)[:-1]
        assert list(store.list("none/")) == []
        found = next(store.list("a/c"))
        assert (found.size, found.metadata) == (3, {})
        assert abs(found.modified - datetime.now(timezone.utc)) < timedelta(minutes=1)
