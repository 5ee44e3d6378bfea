"""What an import makes of entries: pure decisions, and which files it need not read."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone

import pytest

from s3pypi_setuptools.index.model import File, Project
from s3pypi_setuptools.operations.transfer.in_place import complete
from s3pypi_setuptools.operations.transfer.source import is_complete_for_import
from s3pypi_setuptools.repository.manifest import Manifest
from s3pypi_setuptools.repository.stored_file import StoredBytes, StoredFile
from s3pypi_setuptools.stores.base import Info, Token
from s3pypi_setuptools.stores.memory import MemoryStore

TIME = datetime(2024, 5, 6, tzinfo=timezone.utc)
HASH = "ab" * 32
WHEEL = File("demo-1.0-py3-none-any.whl", "demo-1.0-py3-none-any.whl", (("sha256", HASH),), 3, TIME)
FULL_WHEEL = replace(WHEEL, core_metadata=(("sha256", HASH),))
SDIST = File("demo-1.0.tar.gz", "demo-1.0.tar.gz", (("sha256", HASH),), 3, TIME)
FULL_SDIST = replace(SDIST, requires_python=">=3.8")


def read(entry: File, **facts: str) -> StoredFile:
    info = Info(f"demo/{entry.filename}", Token("t"), 3, TIME)
    return StoredFile(StoredBytes(MemoryStore(), info, HASH), entry, "demo", "1.0", **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("file", "for_import", "facts"),
    [
        (FULL_WHEEL, True, True),
        (FULL_SDIST, True, True),
        (SDIST, False, True),
        (replace(FULL_WHEEL, upload_time=None), False, True),
        (replace(FULL_WHEEL, filename="other-1.0-py3-none-any.whl"), False, True),
        (WHEEL, False, False),
        (replace(WHEEL, core_metadata=()), False, False),
        (replace(WHEEL, url="https://elsewhere/x.whl", requires_python=">=3"), True, True),
        (replace(WHEEL, url="https://elsewhere/x.whl"), False, True),
        (replace(FULL_SDIST, hashes=()), False, False),
        (replace(FULL_SDIST, hashes=(("md5", "0"),)), False, False),
        (replace(FULL_SDIST, size=None), False, False),
    ],
)
def test_which_entries_are_complete(file: File, for_import: bool, facts: bool) -> None:
    assert is_complete_for_import("demo", file) is for_import
    assert file.has_facts is facts


def outcomes(manifest: Manifest, *files: StoredFile) -> dict[str, str]:
    decision = complete(manifest, {stored.entry.url: stored for stored in files})
    return {url: outcome.value for url, outcome in decision.result.items()}


def manifest(*files: File, commit: str | None = None) -> Manifest:
    return Manifest(Project.of("demo", files, None, commit))


def test_files_of_another_tool_are_adopted_or_kept() -> None:
    invalid = replace(read(SDIST), project="", invalid="is broken")
    assert outcomes(manifest(WHEEL, SDIST), read(WHEEL), invalid) == {WHEEL.url: "adopted", SDIST.url: "kept"}
    assert outcomes(manifest(WHEEL)) == {WHEEL.url: "adopted"}


def test_files_of_our_own_are_completed_or_complete() -> None:
    ours = manifest(WHEEL, FULL_SDIST, commit="0" * 32)
    assert outcomes(ours, read(WHEEL, metadata=b"M"), read(FULL_SDIST)) == {  # type: ignore[arg-type]
        WHEEL.url: "completed",
        FULL_SDIST.url: "present",
    }
    assert outcomes(ours) == {}


def test_files_that_nothing_lists() -> None:
    removed = replace(manifest(commit="0" * 32), removed=frozenset({WHEEL.url}))
    assert outcomes(manifest(), read(SDIST)) == {SDIST.url: "adopted"}
    assert outcomes(removed, read(WHEEL)) == {WHEEL.url: "left"}
    assert outcomes(manifest(SDIST), replace(read(SDIST), entry=replace(SDIST, url="5f0c/demo-1.0.tar.gz"))) == {
        SDIST.url: "adopted",
        "5f0c/demo-1.0.tar.gz": "left",
    }
    assert outcomes(manifest(), replace(read(SDIST), invalid="is broken")) == {SDIST.url: "left"}
