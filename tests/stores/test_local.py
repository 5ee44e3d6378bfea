from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from s3pypi_setuptools.errors import AccessDenied, NotFound, StoreError
from s3pypi_setuptools.stores.base import ABSENT, Attributes, Store
from s3pypi_setuptools.stores.local import LocalStore

from .contract import PLAIN, PROCESSES, StoreContract, run_incrementer


class TestLocalStore(StoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> LocalStore:
        return LocalStore(tmp_path / "new" / "repo")

    def racers(self, store: Store) -> list[Callable[[], None]]:
        return [lambda: run_incrementer(store) for _ in range(PROCESSES)]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "repo"


@pytest.fixture(params=["UTC-14", "UTC+12", "Asia/Kolkata"])
def elsewhere(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Local time is another than UTC."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("elsewhere")
def test_times_are_in_utc_wherever_it_runs(root: Path) -> None:
    store = LocalStore(root)
    store.put("p/a.whl", b"1", PLAIN)
    os.utime(root / "p" / "a.whl", (1_750_000_000, 1_750_000_000))
    [listed] = store.list("")
    for info in (store.head("p/a.whl"), store.get("p/a.whl").info, listed):
        assert info.modified == datetime(2025, 6, 15, 15, 6, 40, tzinfo=timezone.utc)
        assert info.modified.utcoffset() == timedelta(0), "shown and rendered without a conversion"


def test_only_the_objects_lie_beside_the_hidden_folder(root: Path) -> None:
    store = LocalStore(root)
    store.put("p/a.whl", b"1", PLAIN)
    store.put("p/a.whl", b"2", PLAIN)
    found = sorted(path.relative_to(root).as_posix() for path in root.rglob("*"))
    assert found == [".s3pypi", ".s3pypi/lock", "p", "p/a.whl"]


def test_files_have_the_usual_permissions(root: Path) -> None:
    LocalStore(root).put("p/a.whl", b"1", PLAIN)
    (root / "plain").write_bytes(b"")
    assert (root / "p" / "a.whl").stat().st_mode == (root / "plain").stat().st_mode


def test_the_hidden_folder_is_no_place_for_objects(root: Path) -> None:
    store = LocalStore(root)
    for key in (".s3pypi/lock", ".S3PyPI/x"):
        with pytest.raises(StoreError, match="kept for"):
            store.put(key, b"1", PLAIN)
    store.put("p/.s3pypi/x", b"1", PLAIN)
    assert [info.key for info in store.list("")] == ["p/.s3pypi/x"]


def test_deleting_the_last_object_removes_its_folders(root: Path) -> None:
    store = LocalStore(root)
    store.put("p/q/a", b"1", PLAIN)
    store.put("p/b", b"1", PLAIN)
    store.delete("p/q/a")
    assert not (root / "p" / "q").exists()
    store.delete("p/b")
    assert [path.name for path in root.iterdir()] == [".s3pypi"]


def test_what_a_crashed_writer_left_is_removed_a_day_later(root: Path) -> None:
    LocalStore(root).put("a", b"1", PLAIN)
    old, young = root / ".s3pypi" / "old.tmp", root / ".s3pypi" / "young.tmp"
    for path in (old, young):
        path.write_bytes(b"half")
    two_days_ago = time.time() - 2 * 24 * 3600
    os.utime(old, (two_days_ago, two_days_ago))
    LocalStore(root).put("b", b"1", PLAIN)
    assert (old.exists(), young.exists()) == (False, True)


def test_other_tools_files_are_objects_too(root: Path) -> None:
    root.mkdir()
    (root / "a").write_bytes(b"1")
    store = LocalStore(root)
    assert store.get("a").data == b"1"
    assert [info.key for info in store.list("")] == ["a"]


def test_nothing_is_made_by_reading(root: Path) -> None:
    store = LocalStore(root)
    assert list(store.list("p/")) == []
    with pytest.raises(NotFound):
        store.get("p/a")
    store.delete("p/a")
    assert not root.exists()


def test_a_folder_where_an_object_should_be_is_an_error(root: Path) -> None:
    store = LocalStore(root)
    store.put("a/b", b"1", PLAIN)
    for key in ("a", "a/b/c"):
        with pytest.raises(StoreError, match="cannot be written"):
            store.put(key, b"1", PLAIN, ABSENT)
    assert list((root / ".s3pypi").glob("*.tmp")) == []


def test_a_file_as_root_is_an_error(root: Path) -> None:
    root.write_bytes(b"")
    with pytest.raises(StoreError, match=rf"cannot be written: .*; move {root} out of the way"):
        LocalStore(root).put("a", b"1", PLAIN)


@pytest.mark.parametrize(
    ("number", "kind", "advice"),
    [
        (errno.EROFS, AccessDenied, "mounted for writing"),
        (errno.EACCES, AccessDenied, "permissions"),
        (errno.ENOSPC, StoreError, "free some space"),
    ],
)
def test_a_failing_disk_is_one_clear_line(
    root: Path, monkeypatch: pytest.MonkeyPatch, number: int, kind: type[StoreError], advice: str
) -> None:
    store = LocalStore(root)
    store.put("p/a", b"1", Attributes())

    def fail(descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(kind, match=advice) as caught:
        store.put("p/a", b"2", Attributes())
    monkeypatch.undo()
    assert "\n" not in str(caught.value)
    assert store.get("p/a").data == b"1"
    assert list((root / ".s3pypi").glob("*.tmp")) == []
