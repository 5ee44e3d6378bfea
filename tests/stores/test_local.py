from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from s3pypi_setuptools.errors import AccessDenied, NotFound, PreconditionFailed, StorageFull, StoreError
from s3pypi_setuptools.stores.base import ABSENT, Attributes, Matches
from s3pypi_setuptools.stores.local import store as local
from s3pypi_setuptools.stores.local import written_files
from s3pypi_setuptools.stores.local.store import LocalStore
from tests.stores.contract import StoreContract
from tests.stores.samples import PLAIN


class TestLocalStore(StoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> LocalStore:
        return LocalStore(tmp_path / "new" / "repo")


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
    an_hour_less = time.time() - 23 * 3600
    lock, other = root / ".s3pypi" / "lock", root / ".s3pypi" / "other"
    other.write_bytes(b"")
    for path in (old, lock, other):
        os.utime(path, (two_days_ago, two_days_ago))
    os.utime(young, (an_hour_less, an_hour_less))
    inode = lock.stat().st_ino
    LocalStore(root).put("b", b"1", PLAIN)
    assert (old.exists(), young.exists(), other.exists()) == (False, True, True)
    assert lock.stat().st_ino == inode, "writers that hold the lock would exclude nobody any more"


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
    root.write_bytes(b"kept")
    for store, why in (
        (LocalStore(root), "is a file; give a folder"),
        (LocalStore(root / "sub"), f"cannot be a folder: {root} is a file; give a folder"),
    ):
        for request in (
            lambda store: store.put("a", b"1", PLAIN),
            lambda store: store.get("a"),
            lambda store: list(store.list("")),
        ):
            with pytest.raises(StoreError) as caught:
                request(store)
            assert str(caught.value) == f"{store.root}: {why}"
    assert root.read_bytes() == b"kept"


@pytest.mark.parametrize(
    ("number", "kind", "advice"),
    [
        (errno.EROFS, AccessDenied, "mounted for writing"),
        (errno.EACCES, AccessDenied, "permissions"),
        (errno.ENOSPC, StorageFull, "free some space"),
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


def test_a_write_is_on_the_disk_before_it_is_reported(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bytes before the name, and each new folder in the one above it."""
    store = LocalStore(root)
    store.put("there", b"1", PLAIN)
    flushed: list[str] = []
    real = os.fsync

    def record(descriptor: int) -> None:
        number = os.fstat(descriptor).st_ino
        path = next(path for path in (root, *root.rglob("*")) if path.stat().st_ino == number)
        flushed.append("temporary" if path.suffix == ".tmp" else path.relative_to(root).as_posix())
        real(descriptor)

    monkeypatch.setattr(os, "fsync", record)
    store.put("p/q/a", b"1", PLAIN)
    assert flushed == ["temporary", ".", "p", "p/q"]
    flushed.clear()
    store.put("p/q/b", b"1", PLAIN)
    assert flushed == ["temporary", "p/q"]
    flushed.clear()
    store.delete("p/q/a")
    assert flushed == ["p/q"]


def test_large_objects_are_compared_by_their_file(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (local, written_files):
        monkeypatch.setattr(module, "PART_SIZE", 4)
    store = LocalStore(root)
    small, large = store.put("small", b"1234", PLAIN), store.put("large", b"12345", PLAIN)
    assert (store.token_of(b"1234"), store.token_of(b"12345")) == (small, None)
    assert (store.head("small").token, store.head("large").token) == (small, large)
    assert [info.token == large for info in store.list("large")] == [True]
    os.utime(root / "large", ns=(1, 1))
    with pytest.raises(PreconditionFailed):
        store.delete("large", Matches(large))
    new = store.put("large", b"54321", PLAIN, Matches(store.head("large").token))
    assert new == store.head("large").token != large
    with pytest.raises(PreconditionFailed):
        store.put("gone", b"12345", PLAIN, Matches(large))


def test_a_folder_that_is_gone_is_not_made_anew_by_the_same_store(root: Path) -> None:
    store = LocalStore(root)
    store.put("a", b"1", PLAIN)
    root.rename(root.with_name("away"))
    with pytest.raises(StoreError, match="was removed or unmounted meanwhile"):
        store.put("b", b"1", PLAIN)
    assert not root.exists()
    LocalStore(root).put("b", b"1", PLAIN)


def test_which_urls_are_those_of_its_objects(root: Path) -> None:
    store = LocalStore(root)
    path = root.as_posix()
    assert store.key_of(f"file://{path}/p/a%2Bb.whl#sha256=0") == "p/a+b.whl"
    assert store.key_of(f"file://localhost{path}/p/a.whl") == "p/a.whl"
    for url in (
        f"file://host{path}/a",
        f"http://{path}/a",
        f"https://localhost{path}/a",
        f"{path}/a",
        f"file://{path}",
        f"file://{path}/",
        f"file://{path}-other/a",
    ):
        assert store.key_of(url) is None


def test_the_store_around_it(root: Path) -> None:
    outer = LocalStore(root).outer
    assert outer is not None
    assert (outer[0].url, outer[1]) == (root.parent.as_uri(), root.name)
    assert LocalStore(Path(root.anchor)).outer is None


def test_two_paths_of_one_place(root: Path) -> None:
    store, link = LocalStore(root), root.with_name("link")
    link.symlink_to(root)
    for _ in range(2):
        assert store.is_same_place(LocalStore(link)), "also before there is a folder"
        assert not store.is_same_place(LocalStore(root / "p"))
        assert not store.is_same_place(LocalStore(root.parent))
        store.put("p/a", b"1", PLAIN)


def test_a_listing_begins_with_the_prefix_whatever_its_folder(root: Path) -> None:
    store = LocalStore(root)
    keys = ["a", "a.b", "a/b", "a/b/c.x", "a/bc", "ab/c", "b"]
    for key in ("a.b", "a/b/c.x", "a/bc", "ab/c", "b"):
        store.put(key, b"1", PLAIN)
    for prefix in ("", "a", "a/", "a/b", "a/b/", "ab", "c", "b"):
        assert [info.key for info in store.list(prefix)] == sorted(
            key for key in keys if key.startswith(prefix) and key not in ("a", "a/b")
        )
