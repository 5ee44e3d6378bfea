from __future__ import annotations

from pathlib import Path

import pytest

from s3pypi_setuptools.stores.file_system import make_folders, opened, refused_by_windows, remove_empty_folders


@pytest.mark.parametrize("name", ["a:b.zip", "a?.whl", "a\x1f", "demo.", "demo ", "con", "NUL.tar.gz", "com1.whl"])
def test_names_that_windows_refuses(name: str) -> None:
    assert refused_by_windows(name)


@pytest.mark.parametrize("name", ["demo-1.0.tar.gz", "console.whl", "com.zip", "dëmo", "a b", ".metadata"])
def test_names_that_windows_takes(name: str) -> None:
    assert not refused_by_windows(name)


def test_empty_folders_are_removed_up_to_one_that_holds_something(tmp_path: Path) -> None:
    root = tmp_path / "root"
    make_folders(root / "a" / "b" / "c")
    (root / "a" / "file").touch()
    remove_empty_folders(root / "a" / "b" / "c", root)
    assert sorted(root.rglob("*")) == [root / "a", root / "a" / "file"]


def test_the_root_is_never_removed(tmp_path: Path) -> None:
    root = tmp_path / "root"
    make_folders(root / "a")
    remove_empty_folders(root / "a", root)
    assert list(tmp_path.rglob("*")) == [root]


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        opened(tmp_path)
