"""Symbolic links below a folder that is a store: nothing follows one."""

from __future__ import annotations

import contextlib
import itertools
import logging
import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from s3pypi_setuptools.distribution.local_file import LocalFile
from s3pypi_setuptools.errors import NotFound, StoreError
from s3pypi_setuptools.stores.base import ABSENT, ANY, Condition, Matches, Token
from s3pypi_setuptools.stores.local import open_folder
from s3pypi_setuptools.stores.local.store import LocalStore
from tests.stores.samples import PLAIN
from tests.support.markers import case

SECRET = b"not ours"


@pytest.fixture(params=["openat", "by path"])
def root(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Path:
    if request.param == "by path":  # as on Windows
        monkeypatch.setattr(open_folder, "_BY_DESCRIPTOR", False)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "file").write_bytes(SECRET)
    root = tmp_path / "root"
    (root / "real" / "inner").mkdir(parents=True)
    (root / "real" / "inner" / "file").write_bytes(b"ours")
    return root


LINKS = {
    "a folder outside": ("p", "../outside", "p/file"),
    "a folder outside, absolute": ("p", "{outside}", "p/file"),
    "another project": ("p", "real", "p/inner/file"),
    "a folder within": ("real/q", "inner", "real/q/file"),
    "itself": ("p", "p", "p/file"),
    "the root": ("p", ".", "p/real/inner/file"),
    "nothing": ("p", "gone", "p/file"),
    "a file outside": ("real/link", "../../outside/file", "real/link"),
    "a file within": ("real/link", "inner/file", "real/link"),
    "no file": ("real/link", "gone", "real/link"),
    "a file's link to itself": ("real/link", "link", "real/link"),
}


@pytest.fixture(params=list(LINKS))
def key(root: Path, request: pytest.FixtureRequest) -> str:
    """A key that leads through a link, which is made."""
    place, leads_to, key = LINKS[request.param]
    (root / place).symlink_to(leads_to.format(outside=root.parent / "outside"))
    return key


def state(folder: Path) -> dict[str, object]:
    """All that lies below a folder, but for the store's own."""
    found: dict[str, object] = {}
    for above, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(above, name)
            data = path.readlink() if path.is_symlink() else path.read_bytes() if path.is_file() else None
            found[path.relative_to(folder).as_posix()] = data
    return {name: data for name, data in found.items() if ".s3pypi" not in name}


def link_of(root: Path, key: str) -> str:
    return str(next(path for path in reversed((root / key, *(root / key).parents)) if path.is_symlink()))


def test_reading_a_key_behind_a_link_is_an_error_and_no_absence(root: Path, key: str) -> None:
    store = LocalStore(root)
    for read in (store.get, store.head, lambda key: list(store.stream(key))):
        with pytest.raises(StoreError, match="is a symbolic link, and links below the repository") as caught:
            read(key)
        assert not isinstance(caught.value, NotFound)
        assert link_of(root, key) in str(caught.value)


@pytest.mark.parametrize("condition", [ANY, ABSENT, Matches(Token("0" * 64)), Matches(Token("file-1-2-3"))])
def test_nothing_is_written_behind_a_link(root: Path, key: str, condition: Condition, tmp_path: Path) -> None:
    before = state(tmp_path)
    file = tmp_path / "outside" / "file"
    writes: tuple[Callable[[LocalStore], object], ...] = (
        lambda store: store.put(key, b"new", PLAIN, condition),
        lambda store: store.put_file(key, LocalFile.read(file), PLAIN, condition),
    )
    for write in writes:
        with pytest.raises(StoreError, match=r"cannot be written: .* is a symbolic link"):
            write(LocalStore(root))
    assert state(tmp_path) == before
    assert list((root / ".s3pypi").glob("*.tmp")) == []


def test_nothing_is_deleted_behind_a_link(root: Path, key: str, tmp_path: Path) -> None:
    before = state(tmp_path)
    with pytest.raises(StoreError, match=r"cannot be deleted: .* is a symbolic link"):
        LocalStore(root).delete(key)
    assert state(tmp_path) == before


def test_a_listing_passes_links_over_and_warns_once(root: Path, key: str, caplog: pytest.LogCaptureFixture) -> None:
    store = LocalStore(root)
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            assert [info.key for info in store.list("")] == ["real/inner/file"]
    (warning,) = caplog.messages
    assert warning.startswith(f"{link_of(root, key)}: is a symbolic link, which is not followed")
    with caplog.at_level(logging.WARNING):
        assert list(store.list(f"{key}/")) == []
    assert len(caplog.messages) == 1


def test_the_root_itself_and_the_folders_above_it_may_be_links(root: Path, tmp_path: Path) -> None:
    (tmp_path / "alias").symlink_to("root")
    (tmp_path / "above").symlink_to(".")
    for alias in (tmp_path / "alias", tmp_path / "above" / "root"):
        store = LocalStore(alias)
        store.put("p/file", b"1", PLAIN)
        assert store.get("p/file").data == b"1"
        assert [info.key for info in store.list("")] == ["p/file", "real/inner/file"]
        store.delete("p/file")
    assert not (root / "p").exists()


def test_the_private_folder_and_its_lock_are_not_followed_either(root: Path, tmp_path: Path) -> None:
    (root / ".s3pypi").symlink_to(tmp_path / "outside")
    with pytest.raises(StoreError, match="is a symbolic link"):
        LocalStore(root).put("p/file", b"1", PLAIN)
    (root / ".s3pypi").unlink()
    (root / ".s3pypi").mkdir()
    (root / ".s3pypi" / "lock").symlink_to(tmp_path / "outside" / "made")
    (root / ".s3pypi" / "old.tmp").symlink_to(tmp_path / "outside" / "file")
    os.utime(tmp_path / "outside" / "file", (0, 0))
    os.utime(root / ".s3pypi" / "old.tmp", (0, 0), follow_symlinks=False)
    if open_folder._BY_DESCRIPTOR:
        with pytest.raises(StoreError, match="cannot be written"):
            LocalStore(root).put("p/file", b"1", PLAIN)
    assert sorted(path.name for path in (tmp_path / "outside").iterdir()) == ["file"]


def test_emptied_folders_are_removed_and_links_to_folders_are_not(root: Path) -> None:
    store = LocalStore(root)
    (root / "real" / "inner" / "link").symlink_to("../../../outside")
    store.delete("real/inner/file")
    assert (root / "real" / "inner" / "link").is_symlink()


@pytest.mark.skipif(not open_folder._BY_DESCRIPTOR, reason="the system has no openat")
@pytest.mark.parametrize("swaps", [500, case(3000, slow=True)])
@pytest.mark.parametrize("verb", ["put", "delete", "get", "list"])
def test_a_folder_that_becomes_a_link_meanwhile_leads_nobody_out(tmp_path: Path, verb: str, swaps: int) -> None:
    outside, root = tmp_path / "outside", tmp_path / "root"
    outside.mkdir()
    (outside / "file").write_bytes(SECRET)
    (root / "p").mkdir(parents=True)
    stopped, swapped = threading.Event(), threading.Event()

    def swap() -> None:
        for number in itertools.count():
            if number == swaps:
                swapped.set()
            if stopped.is_set():
                return
            # The store makes and removes the folder meanwhile, so any of these may fail.
            for step in (
                lambda: (root / "p").rename(root / "aside"),
                lambda: (root / "p").symlink_to(outside),
                (root / "p").unlink,
                lambda: (root / "aside").rename(root / "p"),
                (root / "p").mkdir,
            ):
                with contextlib.suppress(OSError):
                    step()
            shutil.rmtree(root / "aside", ignore_errors=True)

    swapping = threading.Thread(target=swap)
    swapping.start()
    store, seen = LocalStore(root), set()
    try:
        while not swapped.is_set():
            try:
                if verb == "put":
                    store.put("p/file", b"new", PLAIN)
                elif verb == "delete":
                    store.put("p/file", b"new", PLAIN)
                    store.delete("p/file")
                elif verb == "get":
                    assert store.get("p/file").data != SECRET
                else:
                    assert [info.size for info in store.list("p/") if info.size == len(SECRET)] == []
            except (StoreError, OSError) as error:
                seen.add(type(error))
    finally:
        stopped.set()
        swapping.join()
    assert (outside / "file").read_bytes() == SECRET
    assert sorted(path.name for path in outside.iterdir()) == ["file"]


def test_pipes_are_neither_opened_nor_listed(root: Path) -> None:
    os.mkfifo(root / "real" / "pipe")
    store = LocalStore(root)
    for read in (store.get, store.head, lambda key: list(store.stream(key))):
        with pytest.raises(StoreError, match="cannot be read: not a regular file") as caught:
            read("real/pipe")
        assert not isinstance(caught.value, NotFound)
    assert [info.key for info in store.list("")] == ["real/inner/file"]


@pytest.mark.parametrize("depth", [100, case(400, slow=True)])
def test_folders_that_lie_deep_in_one_another_are_listed(root: Path, depth: int) -> None:
    deep = "/".join(["d"] * depth)
    (root / deep).mkdir(parents=True)
    (root / deep / "file").write_bytes(b"1")
    assert [info.key for info in LocalStore(root).list("d/")] == [f"{deep}/file"]
