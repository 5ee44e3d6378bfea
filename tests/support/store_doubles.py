"""Stores that stand in for real ones: with faults, with a record of what was requested, or that ignore conditions.

`FaultyStore` is the fault injector for tests without a server; `tests.support.fault_proxy` is that of tests with one.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from s3pypi_setuptools.distribution.local_file import LocalFile
from s3pypi_setuptools.stores.base import ANY, Attributes, Condition, Info, Object, PartsWrite, Store, Token
from s3pypi_setuptools.stores.memory import MemoryStore

T = TypeVar("T")


class Killed(BaseException):
    """The process was killed: nothing that it would do after this point happens."""


@dataclass
class ForwardingStore(Store):
    """Passes every request on to another store, by way of `perform`."""

    store: Store

    def perform(self, verb: str, key: str, work: Callable[[], T], condition: Condition = ANY) -> T:
        """Make a request.

        :param verb: the name of the method of `Store`.
        :param work: makes it of the other store.
        """
        return work()

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
        return self.perform("get", key, lambda: self.store.get(key))

    def stream(self, key: str) -> Iterator[bytes]:
        yield from self.perform("stream", key, lambda: [*self.store.stream(key)])

    def head(self, key: str) -> Info:
        return self.perform("head", key, lambda: self.store.head(key))

    def put(self, key: str, data: bytes, attributes: Attributes, condition: Condition = ANY) -> Token:
        return self.perform("put", key, lambda: self.store.put(key, data, attributes, condition), condition)

    def put_file(
        self,
        key: str,
        file: LocalFile,
        attributes: Attributes,
        condition: Condition = ANY,
        sent: Callable[[int], None] = lambda count: None,
    ) -> Token:
        return self.perform(
            "put_file", key, lambda: self.store.put_file(key, file, attributes, condition, sent), condition
        )

    def begin_parts(self, key: str, data: bytes, attributes: Attributes) -> PartsWrite:
        return self.perform("begin_parts", key, lambda: self.store.begin_parts(key, data, attributes))

    def delete(self, key: str, condition: Condition = ANY) -> None:
        self.perform("delete", key, lambda: self.store.delete(key, condition), condition)

    def list(self, prefix: str) -> Iterator[Info]:
        yield from self.perform("list", prefix, lambda: [*self.store.list(prefix)])


@dataclass(frozen=True)
class Request:
    """One request.

    :param number: from 0, in the order of requests.
    :param verb: the name of the method of `Store`.
    """

    number: int
    verb: str
    key: str
    condition: Condition = ANY

    @property
    def writes(self) -> bool:
        return self.verb in ("put", "put_file", "delete")


def no_fault(request: Request) -> None:
    """No fault."""


@dataclass
class FaultyStore(ForwardingStore):
    """Calls ``before`` before each request, and ``after`` when it took effect; either may raise.

    ``requests`` are those that were made until now.
    """

    before: Callable[[Request], None] = no_fault
    after: Callable[[Request], None] = no_fault
    requests: list[Request] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def perform(self, verb: str, key: str, work: Callable[[], T], condition: Condition = ANY) -> T:
        with self.lock:
            request = Request(len(self.requests), verb, key, condition)
            self.requests.append(request)
        self.before(request)
        result = work()
        self.after(request)
        return result


def kill_at(store: Store, number: int, when: str) -> FaultyStore:
    """The store as a process sees it that is killed ``when`` (before, after) its request of that number.

    Each later request of the process, which other threads make, ends in `Killed` too.
    """

    def before(request: Request) -> None:
        if request.number > number or (request.number == number and when == "before"):
            raise Killed

    def after(request: Request) -> None:
        if request.number >= number:
            raise Killed

    return FaultyStore(store, before=before, after=after)


def kill_before_write(store: Store, key: str) -> FaultyStore:
    """The store as a process sees it that is killed before it writes or deletes the object of that key."""

    def before(request: Request) -> None:
        if request.key == key and request.writes:
            raise Killed

    return FaultyStore(store, before=before)


def completes(work: Callable[[], object]) -> bool:
    """Do ``work``, and tell whether it came to its end: False if its process was killed."""
    try:
        work()
    except Killed:
        return False
    return True


def once(verb: str, key: str, action: Callable[[], object]) -> Callable[[Request], None]:
    """A hook for `FaultyStore` that calls ``action`` at the first such request."""
    actions = [action]

    def hook(request: Request) -> None:
        if (request.verb, request.key) == (verb, key) and actions:
            actions.pop()()

    return hook


def raising(error: BaseException) -> Callable[[], object]:
    """An action that raises the error."""

    def work() -> None:
        raise error

    return work


class CarelessStore(MemoryStore):
    """Ignores the conditions of its writes, and takes a while for each."""

    conditional_writes: bool | None = None  # type: ignore[assignment]

    def put(self, key: str, data: bytes, attributes: Attributes, condition: Condition = ANY) -> Token:
        time.sleep(0.002)
        return super().put(key, data, attributes, ANY)
