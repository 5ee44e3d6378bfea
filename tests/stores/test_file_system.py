from __future__ import annotations

import sys

import pytest

from s3pypi_setuptools.stores.local.files import patiently, refused_by_windows


@pytest.mark.parametrize("name", ["a:b.zip", "a?.whl", "a\x1f", "demo.", "demo ", "con", "NUL.tar.gz", "com1.whl"])
def test_names_that_windows_refuses(name: str) -> None:
    assert refused_by_windows(name)


@pytest.mark.parametrize("name", ["demo-1.0.tar.gz", "console.whl", "com.zip", "dëmo", "a b", ".metadata"])
def test_names_that_windows_takes(name: str) -> None:
    assert not refused_by_windows(name)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows refuses what another process has open")
def test_a_refusal_is_final_where_open_files_can_be_replaced() -> None:
    calls: list[int] = []

    def refused() -> None:
        calls.append(1)
        raise PermissionError

    with pytest.raises(PermissionError):
        patiently(refused)
    assert calls == [1]
