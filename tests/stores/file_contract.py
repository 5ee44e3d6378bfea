"""What every store promises of files of any size, as tests; `StoreContract` inherits them."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from s3pypi_setuptools.distribution.local_file import PART_SIZE
from s3pypi_setuptools.errors import AlreadyExists, InvalidDistribution, PreconditionFailed
from s3pypi_setuptools.stores.base import ABSENT, Attributes, Matches, Store
from tests.stores.samples import PLAIN, make_file


class FileContract:
    @pytest.mark.parametrize("size", [0, 1, PART_SIZE, 2 * PART_SIZE + 12345])
    def test_files_of_any_size(self, store: Store, tmp_path: Path, size: int) -> None:
        file = make_file(tmp_path, os.urandom(size))
        told: list[int] = []
        token = store.put_file(
            "p/f.whl", file, Attributes("application/zip", None, {"sha256": file.sha256}), ABSENT, told.append
        )
        assert sum(told) == size
        assert store.head("p/f.whl").token == token
        assert store.head("p/f.whl").size == size
        assert store.head("p/f.whl").metadata == ({"sha256": file.sha256} if store.keeps_metadata else {})
        digest = hashlib.sha256()
        for chunk in store.stream("p/f.whl"):
            digest.update(chunk)
        assert digest.hexdigest() == file.sha256

    @pytest.mark.parametrize("size", [10, 2 * PART_SIZE + 1])
    def test_files_go_under_conditions(self, store: Store, tmp_path: Path, size: int) -> None:
        one, other = make_file(tmp_path, os.urandom(size)), make_file(tmp_path, os.urandom(size), "other.whl")
        token = store.put_file("f", one, PLAIN, ABSENT)
        with pytest.raises(AlreadyExists):
            store.put_file("f", other, PLAIN, ABSENT)
        assert store.head("f").token == token
        second = store.put_file("f", other, PLAIN, Matches(token))
        assert second != token
        with pytest.raises(PreconditionFailed):
            store.put_file("f", one, PLAIN, Matches(token))
        with pytest.raises(PreconditionFailed):
            store.put_file("g", one, PLAIN, Matches(token))
        assert [info.key for info in store.list("")] == ["f"]
        assert b"".join(store.stream("f")) == other.path.read_bytes()

    @pytest.mark.parametrize("size", [10, 2 * PART_SIZE + 1])
    def test_a_file_that_changed_is_not_stored(self, store: Store, tmp_path: Path, size: int) -> None:
        file = make_file(tmp_path, bytes(size))
        for data in (bytes(size - 1) + b"x", bytes(size - 1), bytes(size + 1)):
            file.path.write_bytes(data)
            with pytest.raises(InvalidDistribution, match="changed while it was being published"):
                store.put_file("f", file, PLAIN)
        file.path.unlink()
        with pytest.raises(InvalidDistribution, match="cannot be read"):
            store.put_file("f", file, PLAIN)
        assert list(store.list("")) == []

    def test_what_the_watcher_raises_stops_the_upload(self, store: Store, tmp_path: Path) -> None:
        file = make_file(tmp_path, os.urandom(3 * PART_SIZE))

        def stop(count: int) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            store.put_file("f", file, PLAIN, ABSENT, stop)
        assert list(store.list("")) == []
