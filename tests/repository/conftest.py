"""A workspace in memory, for parts of a repository on their own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any, TypeVar

import pytest

from s3pypi_setuptools.repository.layout import Layout
from s3pypi_setuptools.repository.page_kind import PageKind
from s3pypi_setuptools.repository.repository_config import RepositoryConfig
from s3pypi_setuptools.repository.workspace import Clock, Workspace
from s3pypi_setuptools.stores.base import Store
from s3pypi_setuptools.stores.memory import MemoryStore
from s3pypi_setuptools.transaction import Backoff
from tests.support.store_doubles import FaultyStore

T = TypeVar("T")

CONFIG = RepositoryConfig((PageKind.JSON, PageKind.HTML, PageKind.SLASH), True, True, True)
"""A store that honours everything; documents are not compressed, and projects may list files of others."""


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
    options = {"config": lambda: CONFIG, "clock": Clock(backoff=Backoff(sleep=lambda seconds: None)), **options}
    return Workspace(store, Layout("team"), pool, pool, **options)


@pytest.fixture
def store() -> FaultyStore:
    return FaultyStore(MemoryStore())
