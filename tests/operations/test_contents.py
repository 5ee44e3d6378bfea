"""Deleting, yanking, status and listing, in memory."""

from __future__ import annotations

import pytest

from s3pypi_setuptools.index.model import Status
from s3pypi_setuptools.operations.file_selector import FileSelector
from s3pypi_setuptools.operations.listing import list_projects, show_project
from s3pypi_setuptools.operations.status import set_status
from s3pypi_setuptools.operations.yank import unyank, yank
from tests.operations.conftest import World
from tests.operations.processes import ONE, deleted, opened


def test_yanked_files_say_so_on_every_page_until_they_are_unyanked(three: World) -> None:
    def marks() -> list[dict[str, str | None]]:
        return [{file.filename: file.yanked for file in page.files} for page in three.pages()]

    with opened(three) as repository:
        report = yank(repository, "demo", ONE, reason="broken\n<b>badly</b>")
        assert {file.yanked for file in report.files} == {"broken <b>badly</b>"}
        assert all(mark[three.wheel().name] == "broken <b>badly</b>" for mark in marks())
        assert all(mark[three.wheel("2.0").name] is None for mark in marks())
        again = yank(repository, "demo", ONE)
        assert [(file.changed, file.yanked) for file in again.files] == [(False, "broken <b>badly</b>")] * 2
        other = yank(repository, "demo", FileSelector(filenames=(three.sdist().name,)), reason="")
        assert [(file.changed, file.yanked) for file in other.files] == [(True, "")]
        unyank(repository, "demo", ONE)
    assert all(mark[three.wheel().name] is None for mark in marks())


@pytest.mark.parametrize("status", list(Status))
def test_a_status_is_on_every_page(three: World, status: Status) -> None:
    with opened(three) as repository:
        report = set_status(repository, "demo", status, reason="because")
        assert report.changed
        assert not set_status(repository, "demo", status, reason="because").changed
    for page in three.pages():
        assert page.status is not None
        assert (page.status.status, page.status.reason) == (status, "because")
        assert bool(page.files) is (status is not Status.QUARANTINED)
    refused = status in (Status.ARCHIVED, Status.QUARANTINED)
    assert three.push(three.wheel("3.0")).ok is not refused
    with opened(three) as repository:
        set_status(repository, "demo", Status.ACTIVE)
    assert all(page.status is None for page in three.pages())
    assert three.push(three.wheel("4.0")).ok


def test_the_list_of_projects_says_what_each_holds(three: World) -> None:
    three.push(three.wheel("3.0rc1"), three.wheel("1.9"))
    with opened(three) as repository:
        yank(repository, "demo", FileSelector("2.0"))
        report = list_projects(repository)
        names = list_projects(repository, names_only=True)
    demo, other = report.projects
    assert (demo.name, demo.latest, demo.files, demo.status) == ("demo", "1.9", 6, Status.ACTIVE)
    assert demo.size == sum(info.size for info in three.store.list("team/demo/demo-") if info.key[-1] != "a")
    assert other.uploaded is not None
    assert [project.name for project in names.projects] == ["demo", "other"]


def test_a_project_that_cannot_be_read_does_not_hide_the_others(three: World) -> None:
    three.put("team/demo/manifest.json", b"garbage")
    with opened(three) as repository:
        report = list_projects(repository)
    assert not report.ok
    assert [project.error is None for project in report.projects] == [False, True]


def test_files_are_listed_as_the_pages_have_them(three: World) -> None:
    with opened(three) as repository:
        report = show_project(repository, "demo")
        one = show_project(repository, "demo", "1.0")
    page = three.pages()[0]
    assert [(file.filename, file.size, file.uploaded, file.hashes) for file in report.files] == [
        (file.filename, file.size, file.upload_time, dict(file.hashes)) for file in page.files
    ]
    assert report.versions == page.versions
    assert {file.version for file in one.files} == {"1.0"}


@pytest.mark.parametrize("root", [True, False])
def test_another_tools_repository_is_listed_and_left_as_it_is(world: World, root: bool) -> None:
    world.put("team/demo/demo-0.8.tar.gz", b"eight")
    world.put("team/demo/index.html", b'<a href="demo-0.8.tar.gz">demo-0.8.tar.gz</a>')
    if root:
        world.put("team/index.html", b'<a href="demo/">demo</a>')
    before = world.stored()
    with opened(world, reading=True) as repository:
        [project] = list_projects(repository).projects
        [file] = show_project(repository, "demo").files
    assert (project.name, project.latest, project.size) == ("demo", "0.8", 5)
    assert file.hashes == {}
    assert world.stored() == before


def test_the_status_of_a_project_outlives_a_version_of_it(three: World) -> None:
    with opened(three) as repository:
        set_status(repository, "demo", Status.DEPRECATED)
    deleted(three)
    assert {page.status.status for page in three.pages() if page.status} == {Status.DEPRECATED}
