"""What the reports of deletions, yanks and statuses say, with a question, with none, and as a dry run."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from s3pypi_setuptools.config.choices import PageStyle
from s3pypi_setuptools.errors import RepositoryError
from s3pypi_setuptools.index.model import Status
from s3pypi_setuptools.monitor import Monitor
from s3pypi_setuptools.operations.delete import DeleteReport, delete
from s3pypi_setuptools.operations.file_selector import FileSelector
from s3pypi_setuptools.operations.listing import show_project
from s3pypi_setuptools.operations.migrate_index import migrate_index
from s3pypi_setuptools.operations.status import StatusReport, set_status
from s3pypi_setuptools.operations.yank import YankedFile, YankReport, unyank, yank
from s3pypi_setuptools.repository.repository import Repository
from tests.operations.conftest import World
from tests.operations.processes import ONE, WHOLE, Watching, deleted, foreign, opened, state
from tests.support.store_doubles import FaultyStore


def ignore(report: DeleteReport) -> None:
    """Agree."""


@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize(
    "verb",
    [
        lambda repository: delete(repository, "dmo", ONE),
        lambda repository: delete(repository, "dmo", ONE, confirm=ignore),
        lambda repository: yank(repository, "dmo", ONE),
        lambda repository: unyank(repository, "dmo", ONE),
        lambda repository: set_status(repository, "dmo", Status.ARCHIVED),
        lambda repository: show_project(repository, "dmo"),
    ],
)
def test_a_project_that_there_is_not_is_named_with_the_nearest(
    three: World, verb: Callable[[Repository], object], dry_run: bool
) -> None:
    before = state(three)
    with opened(three, reading=dry_run) as repository, pytest.raises(RepositoryError) as caught:
        verb(repository)
    assert str(caught.value) == "memory:///team: there is no project 'dmo' (did you mean 'demo'?)"
    assert state(three) == before


def test_a_question_shows_what_a_dry_run_shows(three: World) -> None:
    shown: list[DeleteReport] = []
    with opened(three, reading=True) as repository:
        foretold = delete(repository, "demo", ONE, confirm=shown.append)
    assert shown == []
    with opened(three) as repository:
        report = delete(repository, "demo", ONE, confirm=shown.append)
    assert shown == [foretold]
    assert (foretold.dry_run, report.dry_run, report.files) == (True, False, foretold.files)


def test_other_projects_are_read_once_for_a_deletion(three: World) -> None:
    foreign(three, "alias", links=f'<a href="../demo/{three.wheel().name}">{three.wheel().name}</a>')
    three.push(three.wheel("3.0", name="alias"))
    store = FaultyStore(three.store)
    report = deleted(three, ONE, store=store)
    assert {file.filename: file.kept for file in report.files} == {
        three.wheel().name: "alias lists it, too",
        three.sdist().name: None,
    }
    read = [
        request.key for request in store.requests if request.key.startswith("team/alias/") and request.verb == "get"
    ]
    assert read == ["team/alias/manifest.json"]


def test_yanks_are_reported_file_by_file(three: World) -> None:
    wheel, sdist = three.wheel().name, three.sdist().name
    with opened(three, reading=True) as repository:
        foretold = yank(repository, "demo", ONE, reason="bad")
    with opened(three) as repository:
        report = yank(repository, "demo", ONE, reason="bad")
        again = yank(repository, "demo", FileSelector(filenames=(wheel,)))
        undone = unyank(repository, "demo", ONE)
    files = (YankedFile(wheel, "1.0", "bad", True), YankedFile(sdist, "1.0", "bad", True))
    assert report == YankReport("memory:///team", "demo", "1.0", files)
    assert foretold == YankReport("memory:///team", "demo", "1.0", files, dry_run=True)
    assert again == YankReport("memory:///team", "demo", None, (YankedFile(wheel, "1.0", "bad", False),))
    assert undone.files == (YankedFile(wheel, "1.0", None, True), YankedFile(sdist, "1.0", None, True))


def test_a_status_is_reported_with_the_one_before(three: World) -> None:
    with opened(three, reading=True) as repository:
        foretold = set_status(repository, "demo", Status.ARCHIVED, reason="over\n")
    with opened(three) as repository:
        report = set_status(repository, "demo", Status.ARCHIVED, reason="over\n")
        back = set_status(repository, "demo", Status.ACTIVE)
        noted = set_status(repository, "demo", Status.ACTIVE, reason="again")
    known = ("memory:///team", "demo")
    assert report == StatusReport(*known, Status.ARCHIVED, "over", Status.ACTIVE, True)
    assert foretold == StatusReport(*known, Status.ARCHIVED, "over", Status.ACTIVE, True, dry_run=True)
    assert back == StatusReport(*known, Status.ACTIVE, None, Status.ARCHIVED, True)
    assert noted == StatusReport(*known, Status.ACTIVE, "again", Status.ACTIVE, True)


def test_a_deleted_project_comes_back_with_no_mark(three: World) -> None:
    deleted(three, WHOLE)
    for verb in (
        lambda repository: yank(repository, "demo", WHOLE),
        lambda repository: set_status(repository, "demo", Status.ARCHIVED),
    ):
        with opened(three) as repository, pytest.raises(RepositoryError, match="there is no project 'demo'"):
            verb(repository)
    assert three.projects() == ("other",)


def test_the_latest_versions_are_named_where_one_lacks(world: World) -> None:
    world.push(*(world.wheel(f"1.{number}") for number in range(5)))
    with opened(world) as repository, pytest.raises(RepositoryError) as caught:
        delete(repository, "demo", FileSelector("9"))
    assert str(caught.value) == "demo has no version '9'; it has 1.4, 1.3, 1.2, 1.1, 1.0"
    world.push(world.wheel("1.5"))
    with opened(world) as repository, pytest.raises(RepositoryError) as caught:
        delete(repository, "demo", FileSelector("9"))
    assert str(caught.value) == "demo has no version '9'; it has 1.5, 1.4, 1.3, 1.2, 1.1, …"
    deleted(world, FileSelector(filenames=tuple(world.wheel(f"1.{number}").name for number in range(6))))
    with opened(world) as repository, pytest.raises(RepositoryError) as caught:
        yank(repository, "demo", FileSelector("9"))
    assert str(caught.value) == "demo has no version '9'; it lists no files"


def test_a_mark_that_is_there_already_writes_nothing(three: World) -> None:
    for _ in range(2):
        with opened(three) as repository:
            yank(repository, "demo", ONE, reason="bad")
            unyank(repository, "demo", FileSelector("2.0"))
            set_status(repository, "demo", Status.DEPRECATED, reason="old")
        before = state(three)
    with opened(three, reading=True) as repository:
        foretold = unyank(repository, "demo", ONE)
    with opened(three) as repository:
        yank(repository, "demo", ONE, reason="bad")
        set_status(repository, "demo", Status.DEPRECATED, reason="old")
    assert (foretold.dry_run, [file.yanked for file in foretold.files]) == (True, [None, None])
    assert state(three) == before


@pytest.mark.parametrize(
    ("verb", "told"),
    [
        (lambda repository: delete(repository, "demo", FileSelector("1.1")), ["demo-1.1-py3-none-any.whl"]),
        (lambda repository: yank(repository, "demo", FileSelector("2.0")), ["demo-2.0-py3-none-any.whl"]),
        (lambda repository: set_status(repository, "demo", Status.ARCHIVED), ["demo"]),
        (lambda repository: migrate_index(repository, PageStyle.INDEX_HTML), ["demo", "other"]),
    ],
    ids=["delete", "yank", "status", "migrate-index"],
)
def test_what_changes_is_told_by_name(three: World, verb: Callable[[Repository], object], told: list[str]) -> None:
    watching = Watching()
    repository = Repository(three.store, three.layout, monitor=Monitor(observer=watching))
    try:
        verb(repository)
    finally:
        repository.close()
    assert sorted(name.rpartition("/")[2] for name in watching.done) == told


def test_a_project_is_shown_with_the_repository_that_lists_it(three: World) -> None:
    with opened(three) as repository:
        report = show_project(repository, "demo", "1.0")
    assert (report.target, report.name, report.index_url) == ("memory:///team", "demo", None)
    assert [file.url for file in report.files] == [
        f"memory:///team/demo/{path.name}" for path in (three.wheel(), three.sdist())
    ]
