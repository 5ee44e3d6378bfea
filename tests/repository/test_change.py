"""A change of one project, step by step, and what happens between its requests."""

from __future__ import annotations

import pytest

from s3pypi_setuptools.errors import AccessDenied, FileConflict, LockError, Unavailable
from s3pypi_setuptools.locks.base import ROOT
from s3pypi_setuptools.monitor import Cancelled, Stage
from s3pypi_setuptools.repository.change import Decision
from s3pypi_setuptools.repository.manifest import Manifest, number_of
from s3pypi_setuptools.repository.page_kind import PageKind
from s3pypi_setuptools.repository.project_list import ProjectList
from s3pypi_setuptools.repository.snapshot import ProjectDocuments
from s3pypi_setuptools.stores.base import Attributes
from tests.repository.conftest import workspace
from tests.repository.desks import (
    FIRST,
    LIST,
    MANIFEST,
    SECOND,
    FakeLocks,
    ProjectDesk,
    listing,
    refusing,
    unlisting,
)
from tests.support.store_doubles import FaultyStore, once, raising


@pytest.fixture
def desk() -> ProjectDesk:
    return ProjectDesk()


def test_a_first_change_enters_the_root_before_its_commit_and_looks_after_it(desk: ProjectDesk) -> None:
    assert desk.change(listing(FIRST)) == "listed 1"

    assert desk.listed() == {FIRST}
    assert desk.projects() == ("demo",)
    commit = desk.writes().index("demo/manifest.json")
    assert desk.writes()[:commit] == [
        *("demo/index.json", "demo/index.html", "demo/"),
        *("manifest.json", "index.json", "index.html", ""),
    ]
    assert desk.writes()[commit + 1 :] == ["demo/index.json", "demo/index.html", "demo/"]
    asked = [(request.verb, request.key) for request in desk.store.requests]
    after = asked[asked.index(("put", MANIFEST)) :]
    assert [one for one in after if one[0] != "put"] == [("get", LIST)]


def test_commits_are_counted_and_never_cached(desk: ProjectDesk) -> None:
    for number, name in enumerate((FIRST, SECOND), 1):
        desk.change(listing(name))
        assert (number_of(desk.manifest.commit or ""), desk.manifest.generation) == (number, number)
        assert desk.store.store.attributes(MANIFEST) == Attributes(  # type: ignore[attr-defined]
            "application/json", "no-cache"
        )


@pytest.mark.parametrize("compresses", [True, False])
def test_a_large_manifest_is_compressed_where_the_repository_compresses(compresses: bool) -> None:
    desk = ProjectDesk(compresses=compresses)
    desk.change(listing(*(f"demo-{number}.tar.gz" for number in range(200))))
    encoding = desk.store.store.attributes(MANIFEST).content_encoding  # type: ignore[attr-defined]
    assert encoding == ("gzip" if compresses else None)
    assert len(desk.manifest.project.files) == 200


def test_a_later_change_never_asks_for_the_root(desk: ProjectDesk) -> None:
    desk.change(listing(FIRST))
    desk.store.requests.clear()
    desk.change(listing(SECOND))
    assert desk.listed() == {FIRST, SECOND}
    assert LIST not in [request.key for request in desk.store.requests]
    assert desk.writes() == ["demo/manifest.json", "demo/index.json", "demo/index.html", "demo/"]
    assert desk.store.requests[-1].verb == desk.store.requests[-4].verb == "put", "nothing is read after the commit"


def test_what_is_listed_already_commits_nothing_and_brings_pages_up(desk: ProjectDesk) -> None:
    desk.change(listing(FIRST))
    desk.store.store.delete("team/demo/index.html")
    commit = desk.manifest.commit
    desk.observer.stages.clear()
    desk.store.requests.clear()

    assert desk.change(listing(FIRST)) == "listed 1"

    assert set(desk.writes()) == {"demo/index.html"}, "pages that are up to the manifest are not written"

    assert desk.manifest.commit == commit
    assert desk.listed() == {FIRST}
    assert [stage for stage, _, _ in desk.observer.stages] == [Stage.COMMITTED, Stage.PUBLISHED]


def test_what_is_listed_already_enters_a_root_that_lacks_it(desk: ProjectDesk) -> None:
    desk.change(listing(FIRST))
    desk.store.store.delete(LIST)
    for key in ("team/index.json", "team/index.html", "team/"):
        desk.store.store.delete(key)
    desk.change(listing(FIRST))
    assert desk.projects() == ("demo",)


def test_a_project_deleted_while_it_enters_again_is_taken_off_the_root(desk: ProjectDesk) -> None:
    """The manifest that was read lists all; it is deleted before the root is asked for."""
    desk.change(listing(FIRST))
    desk.store.before = once("get", LIST, desk.other(unlisting()))
    desk.change(listing(FIRST))
    assert desk.projects() == ()
    assert desk.manifest.deleted


def test_a_lost_race_decides_again_from_what_was_committed(desk: ProjectDesk) -> None:
    desk.change(listing("demo-0.1.tar.gz"))
    seen: list[int] = []

    def decide(manifest: Manifest) -> Decision[str]:
        seen.append(len(manifest.project.files))
        return listing(SECOND)(manifest)

    desk.store.before = once("put", MANIFEST, desk.other(listing(FIRST)))
    desk.change(decide)
    assert seen == [1, 2]
    assert desk.listed() == {"demo-0.1.tar.gz", FIRST, SECOND}


def test_a_first_commit_writes_over_nobody_elses(desk: ProjectDesk) -> None:
    desk.store.before = once("put", MANIFEST, desk.other(listing(FIRST)))
    desk.change(listing(SECOND))
    assert desk.listed() == {FIRST, SECOND}


def test_a_commit_whose_answer_was_lost_is_not_decided_twice(desk: ProjectDesk) -> None:
    decided: list[Manifest] = []

    def decide(manifest: Manifest) -> Decision[str]:
        decided.append(manifest)
        return listing(FIRST)(manifest)

    desk.store.after = once("put", MANIFEST, raising(Unavailable(MANIFEST, "no answer came")))
    assert desk.change(decide) == "listed 1"
    assert len(decided) == 1
    assert desk.manifest.generation == 1
    assert desk.listed() == {FIRST}


def test_a_commit_that_did_not_take_effect_is_decided_again(desk: ProjectDesk) -> None:
    desk.store.before = once("put", MANIFEST, raising(Unavailable(MANIFEST, "no answer came")))
    desk.change(listing(FIRST))
    assert desk.listed() == {FIRST}
    stages = [stage for stage, _, _ in desk.observer.stages]
    assert stages == [Stage.COMMITTING, Stage.PENDING, Stage.COMMITTING, Stage.COMMITTED, Stage.PUBLISHED]


def test_stages_name_the_project_and_what_changes(desk: ProjectDesk) -> None:
    desk.change(listing(FIRST))
    assert desk.observer.stages == [
        (stage, "demo", (FIRST,)) for stage in (Stage.COMMITTING, Stage.COMMITTED, Stage.PUBLISHED)
    ]


def test_a_refusal_of_a_new_project_writes_nothing(desk: ProjectDesk) -> None:
    with pytest.raises(FileConflict):
        desk.change(refusing)
    assert desk.stored() == set()
    assert desk.observer.stages == []


def test_a_refusal_is_raised_once_the_pages_are_up(desk: ProjectDesk) -> None:
    desk.change(listing(FIRST))
    desk.store.store.delete("team/demo/index.html")
    desk.store.store.delete(LIST)
    desk.observer.stages.clear()

    with pytest.raises(FileConflict):
        desk.change(refusing)

    assert desk.listed() == {FIRST}
    assert "manifest.json" not in desk.stored(), "what is refused does not enter the root"
    assert desk.observer.stages == []


def test_a_refusal_of_a_deleted_project_leaves_the_root_alone(desk: ProjectDesk) -> None:
    desk.change(listing(FIRST))
    desk.change(unlisting())
    desk.store.requests.clear()
    with pytest.raises(FileConflict):
        desk.change(refusing)
    assert desk.writes() == []
    assert LIST not in [request.key for request in desk.store.requests]


def test_a_deletion_leaves_the_manifest_alone_and_takes_the_project_off_the_root(desk: ProjectDesk) -> None:
    desk.change(listing(FIRST))
    desk.store.store.put(f"team/demo/{FIRST}", b"x", Attributes())
    assert desk.change(unlisting()) == "unlisted"
    assert {key for key in desk.stored() if key.startswith("demo/")} == {"demo/manifest.json"}
    assert desk.projects() == ()


def test_a_deleted_project_that_is_published_to_again_is_new(desk: ProjectDesk) -> None:
    desk.change(listing(FIRST))
    desk.change(unlisting())
    desk.change(listing(SECOND))
    assert desk.listed() == {SECOND}
    assert desk.projects() == ("demo",)


def test_a_project_that_was_taken_off_the_root_meanwhile_is_added_again(desk: ProjectDesk) -> None:
    def take_off() -> None:
        work = workspace(FaultyStore(desk.store.store))
        ProjectList(work).reconcile(frozenset(), frozenset({"demo"}), lambda name: True)

    desk.store.before = once("put", MANIFEST, take_off)
    desk.change(listing(FIRST))
    assert desk.projects() == ("demo",)


def test_a_page_that_another_tool_writes_meanwhile_is_taken_over(desk: ProjectDesk) -> None:
    desk.change(listing(FIRST))
    desk.store.store.put(f"team/demo/{SECOND}", b"x", Attributes())
    link = f'<a href="{SECOND}">{SECOND}</a>'.encode()

    def write() -> None:
        desk.store.store.put("team/demo/index.html", link, Attributes("text/html"))

    desk.store.before = once("put", "team/demo/index.html", write)
    desk.change(listing("demo-3.0.tar.gz"))
    assert desk.listed() == {FIRST, SECOND, "demo-3.0.tar.gz"}


def test_a_page_of_another_tool_that_adds_nothing_is_written_over(desk: ProjectDesk) -> None:
    desk.change(listing(FIRST))
    desk.store.store.put("team/demo/index.html", f'<a href="{FIRST}">{FIRST}</a>'.encode(), Attributes("text/html"))
    assert desk.change(listing(FIRST)) == "listed 1"
    assert desk.listed() == {FIRST}


def test_nobody_is_asked_to_stop_where_nothing_is_committed(desk: ProjectDesk) -> None:
    desk.change(listing(FIRST))
    desk.observer.asked = desk.observer.stops_at = 0
    assert desk.change(listing(FIRST)) == "listed 1"


@pytest.mark.parametrize("times", [0, 1])
def test_a_change_that_is_to_stop_commits_nothing(desk: ProjectDesk, times: int) -> None:
    desk.observer.stops_at = times
    with pytest.raises(Cancelled):
        desk.change(listing(FIRST))
    assert "demo/manifest.json" not in desk.stored()
    assert ("manifest.json" in desk.stored()) is bool(times)


def test_the_project_is_locked_until_the_end(desk: ProjectDesk) -> None:
    desk.locks = locks = FakeLocks()
    desk.change(listing(FIRST))
    assert locks.names == ["demo", ROOT]


@pytest.mark.parametrize(("lasts", "committed", "pages"), [(2, False, False), (3, True, False), (4, True, True)])
def test_nothing_is_written_once_the_lock_is_lost(desk: ProjectDesk, lasts: int, committed: bool, pages: bool) -> None:
    """The root confirms twice; the project before its commit, and before its pages."""
    desk.locks = FakeLocks(lasts=lasts)
    if pages:
        desk.change(listing(FIRST))
    else:
        with pytest.raises(LockError):
            desk.change(listing(FIRST))
    assert ("demo/manifest.json" in desk.stored()) is committed
    assert (ProjectDocuments(workspace(desk.store), "demo").pages.state(PageKind.JSON).commit != "") is pages


def test_a_reading_that_is_under_way_is_used_once(desk: ProjectDesk) -> None:
    desk.change(listing(FIRST))
    reading = ProjectDocuments(workspace(desk.store), "demo").reading()
    desk.other(listing("demo-3.0.tar.gz"))()
    desk.store.requests.clear()

    desk.change(listing(SECOND), reading)

    assert desk.listed() == {FIRST, "demo-3.0.tar.gz", SECOND}
    assert desk.store.requests[0].verb == "put", "the reading that was given is not asked for again"


def test_blank_pages_are_waited_for_when_the_root_fails(desk: ProjectDesk) -> None:
    desk.store.before = once("put", LIST, raising(AccessDenied(LIST, "no")))
    with pytest.raises(AccessDenied):
        desk.change(listing(FIRST))
    assert desk.stored() == {"demo/index.json", "demo/index.html", "demo/"}


def test_a_lost_root_record_is_not_made_up_for_others_by_a_deletion(desk: ProjectDesk) -> None:
    desk.change(listing(FIRST))
    work = workspace(FaultyStore(desk.store.store))
    ProjectList(work).enter("other")
    desk.store.store.delete(LIST)
    desk.change(unlisting())
    assert desk.projects() == ("other",)
