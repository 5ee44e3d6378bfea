"""What deletions, yanks and status changes make of a manifest: functions of values, tested without a store."""

from __future__ import annotations

import pytest

from s3pypi_setuptools.errors import NoSuchProject, NotListed
from s3pypi_setuptools.index.model import File, Project, Status
from s3pypi_setuptools.operations.delete import select, unlisted
from s3pypi_setuptools.operations.file_selector import FileSelector
from s3pypi_setuptools.operations.status import mark_project
from s3pypi_setuptools.operations.yank import mark_files, unyanked, yanked
from s3pypi_setuptools.repository.manifest import Manifest

OLD, NEW, OTHER = "demo-1.0.tar.gz", "demo-2.0.tar.gz", "demo-3.0.tar.gz"
ALL = FileSelector()


def file(name: str, folder: str = "") -> File:
    return File(name, folder + name)


def manifest(*files: File, removed: frozenset[str] = frozenset(), deleted: bool = False) -> Manifest:
    return Manifest(Project.of("demo", files, commit="1" * 32), removed, deleted=deleted)


BOTH = manifest(file(OLD), file(NEW))


def names(state: Manifest) -> list[str]:
    return [one.filename for one in state.project.files]


@pytest.mark.parametrize("selector", [FileSelector("1.0"), FileSelector("1"), FileSelector(filenames=(OLD,))])
def test_the_selected_files_are_deleted(selector: FileSelector) -> None:
    assert select(BOTH, "demo", selector) == (file(OLD),)


def test_what_there_never_was_cannot_be_deleted() -> None:
    with pytest.raises(NoSuchProject):
        select(Manifest(Project("demo")), "demo", ALL)
    with pytest.raises(NotListed, match=r"demo has no version '3\.0'"):
        select(BOTH, "demo", FileSelector("3.0"))
    with pytest.raises(NotListed, match=f"demo lists no file '{OTHER}'"):
        select(BOTH, "demo", FileSelector(filenames=(OLD, OTHER)))


@pytest.mark.parametrize("selector", [ALL, FileSelector("3.0"), FileSelector(filenames=(OTHER,))])
def test_what_was_deleted_before_may_be_deleted_again(selector: FileSelector) -> None:
    assert select(manifest(removed=frozenset({OTHER}), deleted=True), "demo", selector) == ()


def test_a_file_that_is_deleted_is_noted_as_removed() -> None:
    new = unlisted(BOTH, [file(OLD)], whole=False)
    assert (names(new), new.removed, new.deleted) == ([NEW], {OLD}, False)


def test_a_file_of_the_same_name_under_another_url_stays() -> None:
    again = manifest(file(OLD, "abc/"), removed=frozenset({OLD}))
    assert unlisted(again, [file(OLD)], whole=True) == again


@pytest.mark.parametrize("whole", [True, False])
def test_a_project_without_files_is_deleted_only_if_all_of_it_was_selected(whole: bool) -> None:
    state = mark_project(manifest(file(OLD)), "demo", Status.ARCHIVED, None).manifest
    new = unlisted(state, [file(OLD)], whole=whole)
    assert (new.deleted, new.project.status is None, new.removed) == (whole, whole, {OLD})


def test_a_project_whose_deletion_meets_a_new_file_is_not_deleted() -> None:
    new = unlisted(BOTH, [file(OLD)], whole=True)
    assert (names(new), new.deleted) == ([NEW], False)


def test_a_yank_marks_the_selected_files_alone() -> None:
    decision = mark_files(BOTH, "demo", FileSelector("1.0"), lambda one: yanked(one, "broken"))
    assert [one.yanked for one in decision.manifest.project.files] == ["broken", None]
    assert [(one.filename, one.version, one.yanked, one.changed) for one in decision.result] == [
        (OLD, "1.0", "broken", True)
    ]
    assert (decision.names, decision.renews, decision.sweep) == ((OLD,), False, frozenset())


def test_a_yank_without_a_reason_keeps_the_reason() -> None:
    assert yanked(file(OLD), None).yanked == ""
    assert yanked(yanked(file(OLD), "broken\nfor all"), None).yanked == "broken for all"
    assert unyanked(yanked(file(OLD), "broken")) == file(OLD)


def test_marking_again_changes_nothing() -> None:
    once = mark_files(BOTH, "demo", ALL, lambda one: yanked(one, "broken")).manifest
    again = mark_files(once, "demo", ALL, lambda one: yanked(one, None))
    assert again.manifest == once
    assert [one.changed for one in again.result] == [False, False]


def test_nothing_is_marked_where_there_is_nothing() -> None:
    with pytest.raises(NoSuchProject):
        mark_files(manifest(deleted=True), "demo", ALL, unyanked)
    with pytest.raises(NotListed):
        mark_files(BOTH, "demo", FileSelector("3.0"), unyanked)
    with pytest.raises(NoSuchProject):
        mark_project(manifest(deleted=True), "demo", Status.ACTIVE, None)


def test_an_active_project_needs_no_marker_unless_there_is_a_reason() -> None:
    archived = mark_project(BOTH, "demo", Status.ARCHIVED, "no longer maintained")
    assert archived.result == (None, archived.manifest.project.status)
    assert mark_project(archived.manifest, "demo", Status.ACTIVE, None).manifest == BOTH
    reasoned = mark_project(BOTH, "demo", Status.ACTIVE, "taken over").manifest.project.status
    assert reasoned is not None
    assert (reasoned.status, reasoned.reason) == (Status.ACTIVE, "taken over")
