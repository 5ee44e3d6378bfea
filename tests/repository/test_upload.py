"""Where a distribution's bytes are stored before anything lists them."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

import pytest

from s3pypi_setuptools.distribution import Distribution
from s3pypi_setuptools.distribution.local_file import PART_SIZE
from s3pypi_setuptools.errors import AccessDenied, Unavailable
from s3pypi_setuptools.repository.upload import Part, Upload
from s3pypi_setuptools.repository.workspace import wait_for
from s3pypi_setuptools.stores.base import Attributes
from s3pypi_setuptools.stores.memory import MemoryStore
from tests.repository.conftest import workspace
from tests.support import samples
from tests.support.store_doubles import FaultyStore, Request


def deny(request: Request) -> None:
    raise AccessDenied(request.key, "no")


@dataclass
class Bench:
    store: FaultyStore
    wheel: Distribution

    @property
    def plain(self) -> str:
        return self.wheel.filename

    def upload(self) -> Upload:
        return Upload(workspace(self.store), self.wheel)

    def stored(self) -> list[str]:
        keys = [info.key.removeprefix("team/demo/") for info in self.store.store.list("")]
        return [key for key in keys if key.endswith(".whl")]

    def put(self, suffix: str = "", data: bytes = b"other") -> None:
        self.store.store.put(f"team/demo/{self.plain}{suffix}", data, Attributes())


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(FaultyStore(MemoryStore()), samples.read(samples.wheel(tmp_path)))


def url(upload: Upload, *removed: str, plain: bool = True) -> str:
    return upload.url(frozenset(removed), plain=plain)


def test_the_plain_key_holds_the_bytes_that_were_created_there(bench: Bench) -> None:
    upload = bench.upload()
    upload.begin(plain=True)
    assert url(upload) == url(upload) == bench.plain
    assert upload.created(bench.plain) == {Part.FILE, Part.METADATA}
    assert [request.verb for request in bench.store.requests] == ["put_file", "put"]


def test_the_plain_key_serves_where_somebody_else_has_stored_the_same(bench: Bench) -> None:
    url(bench.upload())
    again = bench.upload()
    assert url(again) == bench.plain
    assert again.created(bench.plain) == frozenset()


@pytest.mark.parametrize("suffix", ["", ".metadata"])
def test_what_the_plain_key_lacks_gets_a_random_key(bench: Bench, suffix: str) -> None:
    bench.put(suffix)
    upload = bench.upload()
    found = url(upload)
    assert found.endswith(f"/{bench.plain}")
    assert url(upload) == found
    assert found in bench.stored()


def test_a_removed_name_gets_a_random_key_and_another_if_that_was_removed(bench: Bench) -> None:
    upload = bench.upload()
    first = url(upload, plain=False)
    second = url(upload, first, plain=False)
    assert len({bench.plain, first, second}) == 3
    assert {*bench.stored()} == {first, second}


def test_after_an_error_the_next_attempt_stores_under_another_key(bench: Bench) -> None:
    upload, failed = bench.upload(), [0]

    def fail(request: Request) -> None:
        if request.verb == "put_file" and failed[0] < 3:
            failed[0] += 1
            raise Unavailable(request.key, "no answer")

    bench.store.before = fail
    with pytest.raises(Unavailable):
        url(upload, plain=False)
    found = url(upload, plain=False)
    assert bench.stored() == [found]
    assert bench.store.requests[0].key != f"team/demo/{found}"


def test_after_an_error_the_plain_key_is_tried_again(bench: Bench) -> None:
    upload = bench.upload()
    bench.store.before = deny
    upload.begin(plain=True)
    upload.wait()
    with pytest.raises(AccessDenied):
        url(upload)
    bench.store.before = lambda request: None
    assert url(upload) == bench.plain


def test_only_what_was_created_is_taken_back(bench: Bench) -> None:
    bench.put(".metadata")
    upload = bench.upload()
    upload.begin(plain=True)
    upload.take_back()
    assert bench.store.store.get(f"team/demo/{bench.plain}.metadata").data == b"other"
    assert bench.stored() == []


def test_a_file_that_cannot_be_taken_back_is_named(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    upload = bench.upload()
    upload.begin(plain=True)
    bench.store.before = deny
    upload.take_back()
    assert f"team/demo/{bench.plain}: was stored in another repository, delete it: " in caplog.text


def test_it_is_remembered_that_a_missing_object_was_stored_again(bench: Bench) -> None:
    upload = bench.upload()
    assert not upload.may_have_restored(bench.plain)
    upload.restore(bench.plain, frozenset({Part.METADATA}))
    assert not upload.may_have_restored(bench.plain)
    upload.restore(bench.plain, frozenset({Part.FILE}))
    assert upload.may_have_restored(bench.plain)
    assert bench.stored() == [bench.plain]


def test_nothing_is_restored_over_other_bytes(bench: Bench) -> None:
    bench.put()
    with pytest.raises(Unavailable, match="cannot be stored again"):
        bench.upload().restore(bench.plain, frozenset({Part.FILE}))


@pytest.mark.parametrize(("padding", "in_parts"), [(0, False), (PART_SIZE, True)])
def test_a_large_file_is_sent_in_parts(tmp_path: Path, padding: int, in_parts: bool) -> None:
    wheel = samples.read(samples.wheel(tmp_path, padding=padding))
    assert Upload(workspace(MemoryStore()), wheel).in_parts is in_parts


def test_a_request_that_was_dropped_is_not_waited_for() -> None:
    dropped: Future[None] = Future()
    failed: Future[None] = Future()
    dropped.cancel()
    failed.set_exception(AccessDenied("key", "no"))
    wait_for([dropped, failed])
