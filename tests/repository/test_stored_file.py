"""What the bytes of a stored file say, and how an entry is corrected or completed by it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import pytest

from s3pypi_setuptools.errors import NotFound
from s3pypi_setuptools.index.model import File
from s3pypi_setuptools.repository.stored_file import StoredFile
from s3pypi_setuptools.stores.base import Attributes
from s3pypi_setuptools.stores.memory import MemoryStore
from tests.support import samples

NAME = "demo-1.0-py3-none-any.whl"
KEY = f"team/demo/{NAME}"
ENTRY = File(NAME, NAME)
TIME = datetime(2024, 5, 6, tzinfo=timezone.utc)


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def wheel(tmp_path: Path, store: MemoryStore) -> bytes:
    """The bytes of a wheel, stored."""
    data = samples.wheel(tmp_path).read_bytes()
    store.put(KEY, data, Attributes())
    return data


@pytest.fixture
def stored(store: MemoryStore, wheel: bytes) -> StoredFile:
    return StoredFile.read(store, store.head(KEY), ENTRY)


def test_a_valid_wheel(store: MemoryStore, wheel: bytes, stored: StoredFile) -> None:
    assert (stored.filename, stored.project, stored.version) == (NAME, "demo", "1.0")
    assert (stored.file.size, stored.file.sha256) == (len(wheel), hashlib.sha256(wheel).hexdigest())
    assert (stored.requires_python, stored.invalid, stored.warnings) == (">=3.8", None, ())
    assert stored.metadata
    assert b"Name: demo" in stored.metadata
    assert stored.file.path == store.url_of(KEY)


def test_a_file_that_is_no_distribution(store: MemoryStore) -> None:
    store.put(KEY, b"no archive", Attributes())
    stored = StoredFile.read(store, store.head(KEY), ENTRY)
    assert stored.invalid
    assert "s3pypi-" not in stored.invalid, "the temporary file is nobody's business"
    assert NAME not in stored.invalid
    assert (stored.project, stored.metadata) == ("", None)
    assert stored.file.sha256 == hashlib.sha256(b"no archive").hexdigest()


def test_the_size_is_that_of_the_bytes_that_were_read(store: MemoryStore, wheel: bytes) -> None:
    before = store.head(KEY)._replace(size=1)
    assert StoredFile.read(store, before, ENTRY).file.size == len(wheel)


def test_a_file_that_does_not_exist(store: MemoryStore, wheel: bytes) -> None:
    info = store.head(KEY)
    store.delete(KEY)
    with pytest.raises(NotFound):
        StoredFile.read(store, info, ENTRY)


def test_bytes_go_before_the_index_in_a_correction_and_after_it_in_a_completion(stored: StoredFile) -> None:
    listed = replace(ENTRY, requires_python=">=2", core_metadata=(("sha256", "0" * 64),), yanked="bad", size=1)
    offered = (("sha256", hashlib.sha256(stored.metadata or b"").hexdigest()),)
    corrected, completed = stored.corrected(listed), stored.completed(listed)
    assert (corrected.requires_python, completed.requires_python) == (">=3.8", ">=2")
    for entry in (corrected, completed):
        assert (entry.size, entry.sha256) == (stored.file.size, stored.file.sha256)
        assert (entry.core_metadata, entry.yanked) == (offered, "bad")


def test_without_metadata_to_list(stored: StoredFile) -> None:
    apart = replace(stored, metadata=None)
    listed = replace(ENTRY, core_metadata=())
    assert apart.corrected(listed).core_metadata is None
    assert apart.completed(listed).core_metadata == ()


def test_the_entry_tells_url_and_upload_time(stored: StoredFile) -> None:
    moved = replace(stored, entry=replace(ENTRY, url="5f0c/x.whl", upload_time=TIME))
    assert moved.corrected(ENTRY).url == "5f0c/x.whl"
    assert moved.completed(ENTRY).url == "5f0c/x.whl"
    assert moved.completed(ENTRY).upload_time == TIME
    assert moved.completed(replace(ENTRY, upload_time=TIME.replace(year=2020))).upload_time == TIME.replace(year=2020)
    assert moved.corrected(ENTRY).upload_time is None


def test_a_listed_file_of_other_bytes_is_not_completed(stored: StoredFile) -> None:
    listed = replace(ENTRY, hashes=(("sha256", "0" * 64),))
    assert stored.completed(listed) is listed
