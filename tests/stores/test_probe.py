from __future__ import annotations

import re
import time
from collections.abc import Callable
from itertools import count
from typing import TypeVar

import pytest

from s3pypi_setuptools.errors import AccessDenied, ConditionsRefused, StoreError
from s3pypi_setuptools.stores.base import ANY, Attributes, Condition, Matches, PartsWrite, Store, Token
from s3pypi_setuptools.stores.capabilities import Capabilities, known
from s3pypi_setuptools.stores.content_encoding import decode
from s3pypi_setuptools.stores.memory import MemoryStore
from s3pypi_setuptools.stores.probe import probe, probe_folder, probe_parts
from s3pypi_setuptools.stores.s3.store import S3Store
from tests.stores.test_s3 import options
from tests.support.servers import S3Server
from tests.support.store_doubles import ForwardingStore

T = TypeVar("T")

GOOD = Capabilities(True, True, True, True, True, True)


class Unknowing(MemoryStore):
    """A memory store that must be asked what it can do."""

    slash_keys = None  # type: ignore[assignment]
    conditional_writes = None  # type: ignore[assignment]
    keeps_encoding = None  # type: ignore[assignment]


class LosesEncodings(Unknowing):
    def put(self, key: str, data: bytes, attributes: Attributes, condition: Condition = ANY) -> Token:
        return super().put(key, data, attributes._replace(content_encoding=None), condition)


class DecodesItself(Unknowing):
    """Tells clients no encoding, and gives them what was encoded."""

    def put(self, key: str, data: bytes, attributes: Attributes, condition: Condition = ANY) -> Token:
        data = decode(key, data, attributes.content_encoding)
        return super().put(key, data, attributes._replace(content_encoding=None), condition)


class IgnoresConditions(Unknowing):
    def put(self, key: str, data: bytes, attributes: Attributes, condition: Condition = ANY) -> Token:
        return super().put(key, data, attributes, ANY)


class RefusesConditions(Unknowing):
    """Answers 501 to conditions."""

    def put(self, key: str, data: bytes, attributes: Attributes, condition: Condition = ANY) -> Token:
        if condition is not ANY:
            raise ConditionsRefused(key, "the store answered 501 NotImplemented")
        return super().put(key, data, attributes)


class RefusesToReplace(Unknowing):
    """Answers 501 to ``If-Match``."""

    def put(self, key: str, data: bytes, attributes: Attributes, condition: Condition = ANY) -> Token:
        if isinstance(condition, Matches):
            raise ConditionsRefused(key, "the store answered 501 NotImplemented")
        return super().put(key, data, attributes, condition)


class ChecksBeforeItWrites(Unknowing):
    """Honours every condition that comes alone."""

    def put(self, key: str, data: bytes, attributes: Attributes, condition: Condition = ANY) -> Token:
        with self._lock:
            self._check(key, condition)
        time.sleep(0.005)
        return super().put(key, data, attributes, ANY)


class ReplacesUnasked(Unknowing):
    def put(self, key: str, data: bytes, attributes: Attributes, condition: Condition = ANY) -> Token:
        return super().put(key, data, attributes, ANY if isinstance(condition, Matches) else condition)


class IgnoresDeleteConditions(Unknowing):
    def delete(self, key: str, condition: Condition = ANY) -> None:
        super().delete(key)


class DeniesDeletion(Unknowing):
    def delete(self, key: str, condition: Condition = ANY) -> None:
        raise AccessDenied(key, "denied")


class IgnoresConditionsOnParts(Unknowing):
    def begin_parts(self, key: str, data: bytes, attributes: Attributes) -> PartsWrite:
        return PartsWrite(lambda condition: self.put(key, data, attributes), lambda: None)


class ChecksPartsBeforeItCompletes(Unknowing):
    def begin_parts(self, key: str, data: bytes, attributes: Attributes) -> PartsWrite:
        def complete(condition: Condition) -> Token:
            with self._lock:
                self._check(key, condition)
            time.sleep(0.005)
            return self.put(key, data, attributes)

        return PartsWrite(complete, lambda: None)


class HasNoParts(Unknowing):
    def begin_parts(self, key: str, data: bytes, attributes: Attributes) -> PartsWrite:
        raise StoreError(key, "the store answered 501 NotImplemented")


class CannotAbandon(Unknowing):
    begun = 0

    def begin_parts(self, key: str, data: bytes, attributes: Attributes) -> PartsWrite:
        def abandon() -> None:
            raise AccessDenied(key, "denied")

        self.begun += 1
        return PartsWrite(lambda condition: self.put(key, data, attributes, condition), abandon)


class LosesSomeParts(Unknowing):
    """Every third upload fails; notes which were begun, and which were abandoned."""

    def __init__(self) -> None:
        super().__init__()
        self.begun: list[int] = []
        self.ended: list[int] = []
        self.numbers = count()

    def begin_parts(self, key: str, data: bytes, attributes: Attributes) -> PartsWrite:
        number = next(self.numbers)
        if number % 3 == 2:
            raise StoreError(key, "the store answered 400 EntityTooSmall")
        self.begun.append(number)
        return PartsWrite(lambda condition: self.put(key, data, attributes), lambda: self.ended.append(number))


class RefusesSlashes(Unknowing):
    def put(self, key: str, data: bytes, attributes: Attributes, condition: Condition = ANY) -> Token:
        if key.endswith("/"):
            raise StoreError(key, "the store answered 400 XMinioInvalidObjectName")
        return super().put(key, data, attributes, condition)


class Denies(Unknowing):
    def put(self, key: str, data: bytes, attributes: Attributes, condition: Condition = ANY) -> Token:
        raise AccessDenied(key, "denied")


class Untouchable(ForwardingStore):
    """A store that knows what it can do, and refuses to be asked anything."""

    slash_keys = True
    keeps_encoding = True
    conditional_writes = True
    keeps_metadata = True

    def perform(self, verb: str, key: str, work: Callable[[], T], condition: Condition = ANY) -> T:
        raise AssertionError(f"{verb} {key}")


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        (Unknowing, GOOD),
        (IgnoresConditions, Capabilities(False, False, True, False, True, True)),
        (ChecksBeforeItWrites, Capabilities(False, False, True, False, True, True)),
        (RefusesConditions, Capabilities(False, False, False, False, True, True)),
        (RefusesToReplace, GOOD._replace(conditional_replace=False, conditional_delete=False)),
        (ReplacesUnasked, GOOD._replace(conditional_replace=False)),
        (IgnoresDeleteConditions, GOOD._replace(conditional_delete=False)),
        (DeniesDeletion, GOOD._replace(conditional_delete=False)),
        (IgnoresConditionsOnParts, GOOD._replace(conditional_multipart=False)),
        (ChecksPartsBeforeItCompletes, GOOD._replace(conditional_multipart=False)),
        (HasNoParts, GOOD._replace(conditional_multipart=False)),
        (RefusesSlashes, GOOD._replace(slash_keys=False)),
        (LosesEncodings, GOOD._replace(content_encoding=False)),
        (DecodesItself, GOOD),
    ],
)
@pytest.mark.parametrize("prefix", ["", "a/b"])
def test_what_a_store_ignores_is_found(kind: type[Store], found: Capabilities, prefix: str) -> None:
    store = kind()
    assert probe(store, probe_folder(prefix)) == found
    left = [info.key for info in store.list("")]
    assert bool(left) is (kind is DeniesDeletion)


@pytest.mark.parametrize(
    ("kind", "honours"),
    [(IgnoresConditions, False), (ChecksBeforeItWrites, False), (ReplacesUnasked, False), (Unknowing, True)],
)
def test_without_parts_the_other_races_are_run_all_the_same(
    kind: type[Store], honours: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def begin_parts(self: Store, key: str, data: bytes, attributes: Attributes) -> PartsWrite:
        raise AssertionError(key)

    monkeypatch.setattr(kind, "begin_parts", begin_parts)
    store = kind()
    found = probe(store, probe_folder("p"), parts=False)
    assert (found.conditional_writes, found.conditional_multipart) == (honours, None)
    assert list(store.list("")) == []


@pytest.mark.parametrize(
    ("kind", "honours"),
    [(IgnoresConditionsOnParts, False), (ChecksPartsBeforeItCompletes, False), (HasNoParts, False), (Unknowing, True)],
)
def test_parts_alone(kind: type[Store], honours: bool) -> None:
    store = kind()
    assert probe_parts(store, probe_folder("p")) is honours
    assert list(store.list("")) == []


def test_what_a_probe_of_parts_cannot_delete_is_told_of(caplog: pytest.LogCaptureFixture) -> None:
    probe_parts(DeniesDeletion(), probe_folder("p"))
    assert re.fullmatch(r"memory:///p/.s3pypi-probe-\w+/: these objects .* stay, .*", caplog.messages[0])


def test_what_cannot_be_deleted_is_told_of(caplog: pytest.LogCaptureFixture) -> None:
    probe(DeniesDeletion(), probe_folder("p"))
    assert re.fullmatch(r"memory:///p/.s3pypi-probe-\w+/: these objects .* stay, .*", caplog.messages[0])


def test_of_parts_that_cannot_be_sent_none_is_left() -> None:
    store = LosesSomeParts()
    assert probe(store, probe_folder("p")).conditional_multipart is False
    assert store.begun
    assert sorted(store.begun) == sorted(store.ended)


def test_where_nothing_can_be_abandoned_nothing_is_begun_twice() -> None:
    store = CannotAbandon()
    assert probe(store, probe_folder("p")).conditional_multipart is False
    assert store.begun == 1


class DeniesParts(Unknowing):
    def begin_parts(self, key: str, data: bytes, attributes: Attributes) -> PartsWrite:
        raise AccessDenied(key, "denied")


def test_who_may_not_send_parts_learns_nothing_of_them() -> None:
    assert probe(DeniesParts(), probe_folder("p")) == GOOD._replace(conditional_multipart=False)
    with pytest.raises(AccessDenied):
        probe_parts(DeniesParts(), probe_folder("p"))


def test_what_is_known_need_not_be_asked() -> None:
    assert known(Untouchable(MemoryStore())) == GOOD
    assert known(Unknowing()) is None


def test_a_denial_is_no_finding() -> None:
    with pytest.raises(AccessDenied):
        probe(Denies(), probe_folder("p"))


def test_good_servers(s3_server: S3Server, s3_bucket: str) -> None:
    store = S3Store(s3_bucket, options(s3_server))
    assert probe(store, probe_folder("p")) == GOOD
    assert list(store.list("")) == []
    assert probe_parts(store, probe_folder("p")) is True
    assert list(store.list("")) == []
    assert s3_uploads(s3_server, store) == []


def s3_uploads(server: S3Server, store: S3Store) -> list[object]:
    return list(server.client().list_multipart_uploads(Bucket=store.bucket.name).get("Uploads", []))


@pytest.mark.parametrize("fault", ["ignores-complete", "gap-complete"])
def test_a_server_that_is_careless_with_parts_alone(moto: S3Server, fault: str) -> None:
    store = S3Store(moto.new_bucket(fault), options(moto))
    assert probe(store, probe_folder("p")) == GOOD._replace(conditional_multipart=False)
    assert probe_parts(store, probe_folder("p")) is False
    assert s3_uploads(moto, store) == []


@pytest.mark.parametrize("fault", ["ignores-put", "gap-put"])
def test_a_server_that_is_careless_is_found_out_every_time(moto: S3Server, fault: str) -> None:
    store = S3Store(moto.new_bucket(fault), options(moto))
    for _ in range(5):
        assert not probe(store, probe_folder("p")).conditional_writes
        assert not probe(store, probe_folder("p"), parts=False).conditional_writes
        assert list(store.list("")) == []
