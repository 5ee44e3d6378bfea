"""What a folder's errors are called."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from s3pypi_setuptools.errors import AccessDenied, NotFound, StorageFull, StoreError, Unavailable
from s3pypi_setuptools.index.model import LARGEST_DOCUMENT
from s3pypi_setuptools.locks.base import ROOT, locked_thing
from s3pypi_setuptools.stores.limits import check_key, check_size
from s3pypi_setuptools.stores.local.errors import translated


@pytest.mark.parametrize(
    ("number", "kind", "rest"),
    [
        (errno.EACCES, AccessDenied, "; check the permissions of {folder}"),
        (errno.EROFS, AccessDenied, "; {folder} must be mounted for writing"),
        (errno.ENOTDIR, StoreError, "; move {folder} out of the way"),
        (errno.ENOSPC, StorageFull, "; free some space and publish again"),
        (errno.EFBIG, StorageFull, " for the disk, or for what 'ulimit -f' allows"),
        (errno.EIO, Unavailable, ""),
        (errno.ENAMETOOLONG, StoreError, ""),
    ],
)
def test_reasons(tmp_path: Path, number: int, kind: type[StoreError], rest: str) -> None:
    name = str(tmp_path / "absent")
    error = translated(OSError(number, os.strerror(number)), name, "cannot be written")
    assert type(error) is kind
    assert str(error) == f"{name}: cannot be written: {os.strerror(number)}{rest.format(folder=tmp_path)}"


def test_an_error_without_words() -> None:
    assert str(translated(OSError("odd"), "/x", "cannot be written")) == "/x: cannot be written: odd"


def test_only_what_is_read_can_be_absent() -> None:
    for number in (errno.ENOENT, errno.ENOTDIR, errno.EISDIR):
        assert isinstance(translated(OSError(number, "gone"), "/x", "cannot be read"), NotFound)
        assert not isinstance(translated(OSError(number, "gone"), "/x", "cannot be listed"), NotFound)


def test_a_key_that_is_none_is_named() -> None:
    with pytest.raises(StoreError, match=r"'a/\.\./b'.*is not a key that an object can have"):
        check_key("a/../b")


def test_a_document_of_the_largest_size_is_read() -> None:
    check_size("x", LARGEST_DOCUMENT)
    with pytest.raises(StoreError):
        check_size("x", LARGEST_DOCUMENT + 1)


def test_what_a_lock_is_on() -> None:
    assert locked_thing(ROOT) == "the list of projects"
    assert locked_thing("demo") == "demo"
