from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from s3pypi_setuptools.errors import AccessDenied, StoreError
from s3pypi_setuptools.local_file import LocalFile
from s3pypi_setuptools.stores.base import ANY, Attributes, Condition, Info, Object, Store, Token
from s3pypi_setuptools.stores.memory import MemoryStore
from s3pypi_setuptools.stores.probe import Capabilities, probe
from s3pypi_setuptools.stores.s3 import S3Store

from ..servers import S3Server
from .test_s3 import options


class Unknowing(MemoryStore):
    """A memory store that must be asked what it can do."""

    slash_keys = None  # type: ignore[assignment]
    conditional_writes = None  # type: ignore[assignment]


class IgnoresConditions(Unknowing):
    def put(self, key: str, data: bytes, attributes: Attributes, condition: Condition = ANY) -> Token:
        return super().put(key, data, attributes, ANY)


class ChecksBeforeItWrites(Unknowing):
    """Honours every condition that comes alone."""

    def put(self, key: str, data: bytes, attributes: Attributes, condition: Condition = ANY) -> Token:
        with self._lock:
            self._check(key, condition)
        time.sleep(0.005)
        return super().put(key, data, attributes, ANY)


class IgnoresDeleteConditions(Unknowing):
    def delete(self, key: str, condition: Condition = ANY) -> None:
        super().delete(key)


class RefusesSlashes(Unknowing):
    def put(self, key: str, data: bytes, attributes: Attributes, condition: Condition = ANY) -> Token:
        if key.endswith("/"):
            raise StoreError(key, "the store answered 400 XMinioInvalidObjectName")
        return super().put(key, data, attributes, condition)


class Denies(Unknowing):
    def put(self, key: str, data: bytes, attributes: Attributes, condition: Condition = ANY) -> Token:
        raise AccessDenied(key, "denied")


class Untouchable(Store):
    """A store that knows, and is not to be asked."""

    url = "s3://bucket"
    slash_keys = True
    conditional_writes = True
    keeps_metadata = True

    def get(self, key: str) -> Object:
        raise AssertionError

    def stream(self, key: str) -> Iterator[bytes]:
        raise AssertionError

    def head(self, key: str) -> Info:
        raise AssertionError

    def put(self, key: str, data: bytes, attributes: Attributes, condition: Condition = ANY) -> Token:
        raise AssertionError

    def put_file(
        self,
        key: str,
        file: LocalFile,
        attributes: Attributes,
        condition: Condition = ANY,
        sent: Callable[[int], None] = lambda count: None,
    ) -> Token:
        raise AssertionError

    def delete(self, key: str, condition: Condition = ANY) -> None:
        raise AssertionError

    def list(self, prefix: str) -> Iterator[Info]:
        raise AssertionError


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        (Unknowing, Capabilities(True, True, True)),
        (IgnoresConditions, Capabilities(False, True, False)),
        (ChecksBeforeItWrites, Capabilities(False, True, False)),
        (IgnoresDeleteConditions, Capabilities(True, True, False)),
        (RefusesSlashes, Capabilities(True, False, True)),
    ],
)
@pytest.mark.parametrize("prefix", ["", "a/b"])
def test_what_a_store_ignores_is_found(kind: type[Store], found: Capabilities, prefix: str) -> None:
    store = kind()
    assert probe(store, prefix) == found
    assert list(store.list("")) == []


def test_nothing_is_asked_of_a_store_that_knows() -> None:
    assert probe(Untouchable(), "p") == Capabilities(True, True, True)


def test_a_denial_is_no_finding() -> None:
    with pytest.raises(AccessDenied):
        probe(Denies(), "p")


def test_good_servers(s3_server: S3Server, s3_bucket: str) -> None:
    store = S3Store(s3_bucket, options(s3_server))
    assert probe(store, "p") == Capabilities(True, True, True)
    assert list(store.list("")) == []
