"""What reindexing makes of a manifest: functions of values."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from types import SimpleNamespace

from s3pypi_setuptools.index.model import File, Project
from s3pypi_setuptools.operations.reindex.evidence import Evidence, rebuilt
from s3pypi_setuptools.operations.reindex.project_reindex import Rebuild
from s3pypi_setuptools.repository.inventory import Folder
from s3pypi_setuptools.repository.layout import Layout
from s3pypi_setuptools.repository.manifest import Manifest
from s3pypi_setuptools.repository.stored_file import StoredBytes, StoredFile
from s3pypi_setuptools.stores.base import Info, Token
from s3pypi_setuptools.stores.memory import MemoryStore

TIME = datetime(2024, 5, 6, tzinfo=timezone.utc)
HASH = "ab" * 32
OLD = File("demo-1.0.tar.gz", "demo-1.0.tar.gz", yanked="bad", requires_python=">=2")
NEW = File("demo-2.0.tar.gz", "demo-2.0.tar.gz")


def base(*files: File) -> Manifest:
    return Manifest(Project.of("demo", files), frozenset({"demo-0.1.tar.gz"}))


def test_without_evidence_nothing_changes() -> None:
    assert rebuilt(base(OLD), Evidence()) == base(OLD)


def test_what_a_file_says_goes_before_what_is_listed_and_a_yank_stays() -> None:
    info = Info("demo/demo-1.0.tar.gz", Token("t"), 3, TIME)
    said = StoredFile(StoredBytes(MemoryStore(), info, HASH), OLD, "demo", "1.0", ">=3.8")
    [file] = rebuilt(base(OLD), Evidence(read={OLD.url: said})).project.files
    assert (file.sha256, file.size, file.requires_python, file.yanked) == (HASH, 3, ">=3.8", "bad")


def test_a_missing_file_is_unlisted_and_its_url_serves_no_other() -> None:
    new = rebuilt(base(OLD, NEW), Evidence(missing=frozenset({OLD.url})))
    assert new.project.files == (NEW,)
    assert new.removed == {OLD.url, "demo-0.1.tar.gz"}


def test_a_found_file_is_listed_unless_its_name_is_listed_or_was_removed() -> None:
    again = replace(OLD, url="5f0c/demo-1.0.tar.gz")
    removed = File("demo-0.1.tar.gz", "demo-0.1.tar.gz")
    assert rebuilt(base(OLD), Evidence(found=(again, removed, NEW))).project.files == (OLD, NEW)


def test_a_deleted_project_exists_again_once_a_file_is_found() -> None:
    deleted = replace(base(), deleted=True)
    assert rebuilt(deleted, Evidence()).deleted
    assert not rebuilt(deleted, Evidence(found=(NEW,))).deleted


def rebuild(evidence: Evidence) -> Rebuild:
    """A change whose choice reads nothing: it has no store."""
    workspace = SimpleNamespace(layout=Layout("team"))
    return Rebuild(workspace, Folder("demo", {}), None, evidence)  # type: ignore[arg-type]


def test_of_the_missing_files_only_those_still_missing_are_unlisted_and_swept() -> None:
    elsewhere = File("demo-3.0.tar.gz", "../other/demo-3.0.tar.gz")
    change = rebuild(Evidence(missing=frozenset({OLD.url, NEW.url, elsewhere.url})))
    plan = change.choose(base(OLD, NEW, elsewhere), frozenset({OLD.url, elsewhere.url}))
    decision = change.apply(base(OLD, NEW, elsewhere), plan, None)
    assert decision.manifest.project.files == (NEW,)
    assert decision.manifest.removed == {OLD.url, elsewhere.url, "demo-0.1.tar.gz"}
    assert (decision.sweep, decision.names, decision.refusal) == ({OLD.url}, ("demo",), None)


def test_where_nothing_is_missing_the_store_is_not_asked() -> None:
    assert rebuild(Evidence(found=(NEW,))).inspect(base(OLD)) == frozenset()
