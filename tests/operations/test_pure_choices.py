"""What deletions, yanks, status changes and prune make of a manifest: functions of values, without a store."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from s3pypi_setuptools.errors import NoSuchProject, NotListed, RepositoryError
from s3pypi_setuptools.index.model import File, Project, Status
from s3pypi_setuptools.operations.delete import select, unlisted, urls_to_sweep
from s3pypi_setuptools.operations.file_selector import FileSelector
from s3pypi_setuptools.operations.prune_plan import (
    PrunedProject,
    PrunePlan,
    Reason,
    mark_removed,
    removal_url,
    unlisted_objects,
)
from s3pypi_setuptools.operations.status import mark_project
from s3pypi_setuptools.operations.yank import mark_files, unyanked, yanked
from s3pypi_setuptools.repository.inventory import Folder
from s3pypi_setuptools.repository.layout import Layout
from s3pypi_setuptools.repository.manifest import Manifest
from s3pypi_setuptools.stores.base import Info

OLD, NEW, OTHER = "demo-1.0.tar.gz", "demo-2.0.tar.gz", "demo-3.0.tar.gz"
ALL = FileSelector()
LAYOUT = Layout("team")
NOW = datetime(2026, 11, 30, tzinfo=timezone.utc)


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


def found(state: Manifest, *keys: str, age: timedelta = timedelta(days=2)) -> list[tuple[str, Reason]]:
    """What prune finds in a folder of these keys that were stored so long ago; it spares the last day's."""
    objects = {f"team/demo/{key}": Info(f"team/demo/{key}", "token", 3, NOW - age) for key in keys}
    chosen = unlisted_objects(LAYOUT, Folder("demo", objects), state, NOW - timedelta(days=1))
    return [(info.key.removeprefix("team/demo/"), reason) for info, reason in chosen]


def test_prune_finds_what_is_not_listed() -> None:
    state = manifest(file(OLD), file(NEW, "0123456789abcdef/"))
    assert found(state, OLD, f"0123456789abcdef/{NEW}") == []
    assert found(state, NEW, OTHER) == [(NEW, Reason.ORPHAN), (OTHER, Reason.ORPHAN)]


def test_prune_spares_what_is_young_unless_it_was_removed() -> None:
    state = manifest(removed=frozenset({OLD}))
    keys = (OLD, f"{OLD}.provenance", NEW)
    assert found(state, *keys, age=timedelta(hours=1)) == [(OLD, Reason.REMOVED), (keys[1], Reason.REMOVED)]
    assert found(state, *keys)[-1] == (NEW, Reason.ORPHAN)


def test_prune_spares_what_an_absolute_url_may_name() -> None:
    state = manifest(File(OLD, f"https://a.example/demo/{OLD}"))
    assert found(state, OLD, NEW) == [(NEW, Reason.ORPHAN)]


@pytest.mark.parametrize(
    ("key", "url"),
    [(OLD, OLD), (f"{OLD}.metadata", OLD), (f"{OLD}.provenance", OLD), (f"{OLD}.asc", f"{OLD}.asc")],
)
def test_a_metadata_file_is_removed_with_its_distribution(key: str, url: str) -> None:
    assert removal_url(LAYOUT, "demo", f"team/demo/{key}") == url


def plan(objects: set[str], files: set[str]) -> PrunePlan:
    return PrunePlan(PrunedProject("demo"), frozenset(objects), frozenset(files))


def test_what_is_pruned_is_noted_as_removed() -> None:
    decision = mark_removed(BOTH, plan({OTHER}, {OLD}), LAYOUT)
    assert (names(decision.manifest), decision.manifest.removed) == ([NEW], {OLD, OTHER})
    assert (decision.sweep, decision.names) == ({OLD, OTHER}, (OLD, OTHER))
    assert decision.result == PrunedProject("demo")


@pytest.mark.parametrize("url", [OTHER, f"../demo/{OTHER}"])
def test_an_object_that_is_listed_by_now_is_not_pruned(url: str) -> None:
    decision = mark_removed(manifest(File(OTHER, url)), plan({OTHER}, set()), LAYOUT)
    assert (decision.manifest, decision.sweep) == (manifest(File(OTHER, url)), frozenset())


def test_an_object_in_another_folder_is_unlisted_and_not_deleted() -> None:
    url = f"../other/{OLD}"
    decision = mark_removed(manifest(File(OLD, url)), plan(set(), {url}), LAYOUT)
    assert (names(decision.manifest), decision.manifest.removed, decision.sweep) == ([], {url}, frozenset())


def test_nothing_is_pruned_without_a_manifest() -> None:
    with pytest.raises(RepositoryError, match="demo: its manifest is gone"):
        mark_removed(Manifest(Project("demo")), plan({OTHER}, set()), LAYOUT)


def test_a_plan_is_empty_unless_it_deletes_or_reports() -> None:
    assert plan(set(), set()).is_empty
    assert not PrunePlan(PrunedProject("demo", error=RepositoryError("broken"))).is_empty


def test_only_the_projects_own_objects_of_those_names_are_swept() -> None:
    state = manifest(removed=frozenset({OLD, f"0123456789abcdef/{OLD}", f"../other/{OLD}", NEW}))
    assert urls_to_sweep(state, {OLD}, LAYOUT) == {OLD, f"0123456789abcdef/{OLD}"}
