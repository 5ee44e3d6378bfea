"""A store that fails as told, around a store that works."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from s3pypi_setuptools.distribution.local_file import LocalFile
from s3pypi_setuptools.stores.base import ANY, Attributes, Condition, Info, Object, PartsWrite, Store, Token
from s3pypi_setuptools.stores.memory import MemoryStore

__all__ = ["CarelessStore", "FaultyStore", "Killed", "Request"]


class Killed(BaseException):
    """The process is gone: nothing after this happens."""


@dataclass(frozen=True)
class Request:
    """One request: its number from 0, what it does, and to which key."""

    number: int
    verb: str
    key: str

    @property
    def writes(self) -> bool:
        return self.verb in ("put", "put_file", "delete")


def nothing(request: Request) -> None:
    """No fault."""


@dataclass
class FaultyStore(Store):
    """Calls ``before`` each request and ``after`` it took effect; either may raise."""

    store: Store
    before: Callable[[Request], None] = nothing
    after: Callable[[Request], None] = nothing
    requests: list[Request] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        return self.store.url

    @property
    def slash_keys(self) -> bool | None:
        return self.store.slash_keys

    @property
    def conditional_writes(self) -> bool | None:
        return self.store.conditional_writes

    @property
    def keeps_metadata(self) -> bool:
        return self.store.keeps_metadata

    def token_of(self, data: bytes) -> Token | None:
        return self.store.token_of(data)

    def get(self, key: str) -> Object:
        with self._request("get", key):
            return self.store.get(key)

    def stream(self, key: str) -> Iterator[bytes]:
        with self._request("stream", key):
            yield from self.store.stream(key)

    def head(self, key: str) -> Info:
        with self._request("head", key):
            return self.store.head(key)

    def put(self, key: str, data: bytes, attributes: Attributes, condition: Condition = ANY) -> Token:
        with self._request("put", key):
            return self.store.put(key, data, attributes, condition)

    def put_file(
        self,
        key: str,
        file: LocalFile,
        attributes: Attributes,
        condition: Condition = ANY,
        sent: Callable[[int], None] = lambda count: None,
    ) -> Token:
        with self._request("put_file", key):
            return self.store.put_file(key, file, attributes, condition, sent)

    def begin_parts(self, key: str, data: bytes, attributes: Attributes) -> PartsWrite:
        with self._request("begin_parts", key):
            return self.store.begin_parts(key, data, attributes)

    def delete(self, key: str, condition: Condition = ANY) -> None:
        with self._request("delete", key):
            self.store.delete(key, condition)

    def list(self, prefix: str) -> Iterator[Info]:
        with self._request("list", prefix):
            yield from self.store.list(prefix)

    def _request(self, verb: str, key: str) -> _Guard:
        with self.lock:
            request = Request(len(self.requests), verb, key)
            self.requests.append(request)
        return _Guard(self, request)


@dataclass
class _Guard:
    store: FaultyStore
    request: Request

    def __enter__(self) -> None:
        self.store.before(self.request)

    def __exit__(self, kind: object, error: object, traceback: object) -> None:
        if error is None:
            self.store.after(self.request)


class CarelessStore(MemoryStore):
    """Ignores the conditions of its writes, and takes a while for each."""

    conditional_writes: bool | None = None  # type: ignore[assignment]

    def put(self, key: str, data: bytes, attributes: Attributes, condition: Condition = ANY) -> Token:
        time.sleep(0.002)
        return super().put(key, data, attributes, ANY)
