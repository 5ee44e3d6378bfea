"""Conditional reads by signed URLs: what they save, and that they never change what a reader sees."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace

import pytest

from s3pypi_setuptools.errors import NotFound
from s3pypi_setuptools.stores.base import Attributes, Token
from s3pypi_setuptools.stores.s3 import revalidation
from s3pypi_setuptools.stores.s3.store import S3Store
from tests.stores.test_s3 import options
from tests.support.fault_proxy import Answer, DropBefore, Fault, FaultProxy, Passing
from tests.support.servers import S3Server

KEY = "simple/demo/a+b c/index.json"


@pytest.fixture
def proxy(s3_server: S3Server) -> Iterator[FaultProxy]:
    with FaultProxy(s3_server.endpoint_url) as proxy:
        yield proxy


@pytest.fixture
def store(s3_server: S3Server, proxy: FaultProxy) -> S3Store:
    given = options(s3_server)
    through = replace(given, connection=replace(given.connection, endpoint_url=proxy.url))
    return S3Store(s3_server.new_bucket(), through)


@pytest.fixture
def mark(store: S3Store) -> str:
    store.put(KEY, b"first", Attributes("application/json"))
    found = store.get_if_changed(KEY, None)
    assert found is not None
    assert found.object.data == b"first"
    return found.mark


def is_signed_url(passing: Passing) -> bool:
    return "X-Amz-Signature" in passing.query


def test_an_unchanged_object_is_confirmed_by_one_request(store: S3Store, mark: str, proxy: FaultProxy) -> None:
    proxy.take()
    assert [store.get_if_changed(KEY, mark) for _ in range(3)] == [None] * 3
    passed = proxy.take()
    assert [(passing.method, is_signed_url(passing)) for passing in passed] == [("GET", True)] * 3
    assert len({passing.query for passing in passed}) == 1
    assert "authorization" not in passed[0].headers
    assert passed[0].headers["cache-control"] == "no-cache"  # or a shared cache may answer


def test_a_changed_object_is_read_at_once(store: S3Store, mark: str) -> None:
    assert store.get_if_changed(KEY, mark) is None
    store.put(KEY, b"second", Attributes("application/json"))
    found = store.get_if_changed(KEY, mark)
    assert found is not None
    assert found.object.data == b"second"
    assert store.get_if_changed(KEY, found.mark) is None
    assert store.get_if_changed(KEY, Token('"other"')) is not None


def test_an_object_that_is_gone_is_not_found(store: S3Store, mark: str) -> None:
    assert store.get_if_changed(KEY, mark) is None
    store.delete(KEY)
    with pytest.raises(NotFound):
        store.get_if_changed(KEY, mark)


@pytest.mark.parametrize("fault", [Answer(403, "AccessDenied"), Answer(200, "Login"), DropBefore()])
def test_where_signed_urls_do_not_work_they_are_not_tried_for_a_while(
    store: S3Store, mark: str, proxy: FaultProxy, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy.fault = lambda passing: fault if is_signed_url(passing) else None
    proxy.take()
    assert store.get_if_changed(KEY, mark) is None
    assert store.get_if_changed(KEY, mark) is None
    tried = [is_signed_url(passing) for passing in proxy.take()]
    assert tried[0]
    assert tried[-2:] == [False, False]
    proxy.fault = lambda passing: None
    assert store.get_if_changed(KEY, mark) is None
    assert [is_signed_url(passing) for passing in proxy.take()] == [False]
    monkeypatch.setattr(revalidation, "time", SimpleNamespace(monotonic=lambda: time.monotonic() + 61))
    assert store.get_if_changed(KEY, mark) is None
    assert [is_signed_url(passing) for passing in proxy.take()] == [True]
