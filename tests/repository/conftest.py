"""A workspace in memory, for parts of a repository on their own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any, TypeVar

import pytest

from s3pypi_setuptools.repository.layout import Layout
from s3pypi_setuptools.repository.workspace import SYSTEM, Workspace
from s3pypi_setuptools.stores.base import Store
from s3pypi_setuptools.stores.memory import MemoryStore
from s3pypi_setuptools.transaction import Backoff
from tests.support.store_doubles import FaultyStore

T = TypeVar("T")


class AtOnce(Executor):
    """Runs what is submitted to its end before `submit` returns: the order of requests is that of the code."""

    def submit(self, work: Callable[..., T], /, *args: Any, **options: Any) -> Future[T]:
        done: Future[T] = Future()
        try:
            done.set_result(work(*args, **options))
        except BaseException as error:
            done.set_exception(error)
        return done


def workspace(store: Store, **options: Any) -> Workspace:
    """A workspace under the prefix ``team`` of ``store``, whose requests follow one another."""
    pool = AtOnce()
    backoff = options.pop("backoff", Backoff(sleep=lambda seconds: None))
    return Workspace(store, Layout("team"), pool, pool, options.pop("clock", SYSTEM), backoff, **options)


@pytest.fixture
def store() -> FaultyStore:
    return FaultyStore(MemoryStore())
