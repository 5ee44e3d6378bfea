"""Deleting versions, files and whole projects, in memory."""

from __future__ import annotations

import pytest

from s3pypi_setuptools.errors import NotFound, RepositoryError
from s3pypi_setuptools.index.model import Status
from s3pypi_setuptools.operations.delete import DeletedFile, DeleteReport, delete
from s3pypi_setuptools.operations.file_selector import FileSelector
from s3pypi_setuptools.operations.listing import list_projects
from s3pypi_setuptools.operations.publish.report import Outcome
from s3pypi_setuptools.operations.status import set_status
from s3pypi_setuptools.operations.yank import unyank, yank
from tests.operations.conftest import World
from tests.operations.processes import ONE, WHOLE, deleted, objects, opened
from tests.support.store_doubles import FaultyStore, Request


def test_a_deleted_version_is_on_no_page_and_its_objects_are_gone(three: World) -> None:
    report = deleted(three, FileSelector("1.0.0"))

    assert {file.filename for file in report.files} == {three.wheel().name, three.sdist().name}
    assert (report.remaining, report.whole) == (2, False)
    assert set(three.listed()) == {three.wheel("1.1").name, three.wheel("2.0").name}
    assert not [key for key in objects(three) if "demo-1.0" in key]
    assert three.projects() == ("demo", "other")


def test_a_version_deleted_again_is_success_and_writes_nothing(three: World) -> None:
    deleted(three)
    tokens = {info.key: info.token for info in three.store.list("")}
    report = deleted(three)
    assert (report.files, report.remaining) == ((), 2)
    assert {info.key: info.token for info in three.store.list("")} == tokens


def test_single_files_are_deleted_by_name(three: World) -> None:
    wanted = FileSelector(filenames=(three.sdist().name, three.wheel("2.0").name))
    assert len(deleted(three, wanted).files) == 2
    assert set(three.listed()) == {three.wheel().name, three.wheel("1.1").name}


def test_a_deleted_file_published_again_has_another_key(three: World) -> None:
    deleted(three)
    assert [file.outcome for file in three.push(three.wheel(salt="new")).files] == [Outcome.PUBLISHED]
    assert three.wheel().name in three.listed()
    assert f"team/demo/{three.wheel().name}" not in three.stored()
    assert len(deleted(three).files) == 1
    assert three.wheel().name not in three.listed()


def test_a_project_whose_last_version_is_deleted_stays_empty(world: World) -> None:
    world.push(world.wheel())
    assert deleted(world).remaining == 0
    assert world.listed() == {}
    assert world.projects() == ("demo",)


@pytest.mark.parametrize("false", [False, True], ids=["lost", "not found once"])
def test_a_deletion_that_finds_no_root_record_takes_its_own_project_alone_off_the_root(
    three: World, false: bool
) -> None:
    key, hidden = three.layout.project_list, [False]

    def hide_once(request: Request) -> None:
        if (request.verb, request.key) == ("get", key) and not hidden[0]:
            hidden[0] = True
            raise NotFound(key)

    if false:
        deleted(three, WHOLE, store=FaultyStore(three.store, before=hide_once))
    else:
        three.store.delete(key)
        deleted(three, WHOLE)
    assert three.projects() == ("other",)


def test_a_whole_project_leaves_nothing_but_its_record(three: World) -> None:
    with opened(three) as repository:
        set_status(repository, "demo", Status.ARCHIVED)
    report = deleted(three, WHOLE)

    assert (report.whole, len(report.files)) == (True, 4)
    assert [key for key in three.stored() if key.startswith("team/demo/")] == ["team/demo/manifest.json"]
    assert three.projects() == ("other",)
    assert deleted(three, WHOLE).whole
    assert deleted(three, ONE).files == ()

    assert three.push(three.wheel()).ok, "a deleted project is not archived any more"
    assert set(three.listed()) == {three.wheel().name}
    assert three.projects() == ("demo", "other")


@pytest.mark.parametrize(
    ("project", "wanted", "said"),
    [
        ("demo", FileSelector("1.2"), "demo has no version '1.2' (did you mean '1.1'?); it has 2.0, 1.1, 1.0"),
        ("demo", FileSelector("junk"), "demo has no version 'junk'"),
        (
            "demo",
            FileSelector(filenames=("demo-1.0.tar.xz",)),
            "demo lists no file 'demo-1.0.tar.xz' (did you mean 'demo-1",
        ),
        ("dmo", ONE, "memory:///team: there is no project 'dmo' (did you mean 'demo'?)"),
        ("dmo", WHOLE, "memory:///team: there is no project 'dmo' (did you mean 'demo'?)"),
    ],
)
def test_what_there_never_was_is_an_error_that_names_the_nearest(
    three: World, project: str, wanted: FileSelector, said: str
) -> None:
    before = {info.key: info.token for info in three.store.list("")}
    with opened(three) as repository:
        for work in (delete, unyank):
            with pytest.raises(RepositoryError) as caught:
                work(repository, project, wanted)
            assert str(caught.value).startswith(said)
    assert {info.key: info.token for info in three.store.list("")} == before


def test_no_repository_is_made_where_there_is_none(world: World) -> None:
    for work in (lambda repository: delete(repository, "demo", ONE), list_projects):
        with opened(world) as repository, pytest.raises(RepositoryError, match="there is no repository here"):
            work(repository)
    assert world.stored() == []


def test_a_dry_run_tells_and_writes_nothing(three: World) -> None:
    before = {info.key: info.token for info in three.store.list("")}
    with opened(three, reading=True) as repository:
        report = delete(repository, "demo", ONE)
        marked = yank(repository, "demo", ONE)
        status = set_status(repository, "demo", Status.DEPRECATED)
    assert report.dry_run
    assert len(report.files) == 2
    assert all(file.changed for file in marked.files)
    assert status.changed
    assert {info.key: info.token for info in three.store.list("")} == before


def test_what_was_published_after_the_question_is_not_deleted(three: World) -> None:
    late = three.sdist("1.1")

    def answer(report: DeleteReport) -> None:
        assert [file.filename for file in report.files] == [three.wheel("1.1").name]
        three.push(late)

    with opened(three) as repository:
        report = delete(repository, "demo", FileSelector("1.1"), confirm=answer)
    assert [file.filename for file in report.files] == [three.wheel("1.1").name]
    assert late.name in three.listed()


def test_a_project_published_to_after_the_question_stays(three: World) -> None:
    late = three.wheel("3.0")

    def push_late() -> None:
        three.push(late)

    with opened(three) as repository:
        report = delete(repository, "demo", WHOLE, confirm=lambda report: push_late())
    assert (report.whole, report.remaining) == (False, 1)
    assert set(three.listed()) == {late.name}
    assert three.projects() == ("demo", "other")


def test_nothing_is_deleted_when_the_answer_is_no(three: World) -> None:
    before = {info.key: info.token for info in three.store.list("")}

    def no(report: DeleteReport) -> None:
        raise RepositoryError("no")

    with opened(three) as repository, pytest.raises(RepositoryError, match="no"):
        delete(repository, "demo", WHOLE, confirm=no)
    assert {info.key: info.token for info in three.store.list("")} == before


def test_adopted_files_in_another_projects_folder_are_unlisted_and_left(world: World) -> None:
    world.put("team/my/my_pkg-1.0.tar.gz", b"a")
    world.put("team/my_pkg-1.1.tar.gz", b"b")
    world.put("team/my-pkg/my_pkg-1.2.tar.gz", b"c")
    links = [
        "../my/my_pkg-1.0.tar.gz",
        "../my_pkg-1.1.tar.gz",
        "my_pkg-1.2.tar.gz",
        "https://a.example/my_pkg-1.3.tar.gz",
    ]
    world.put("team/my-pkg/index.html", "".join(f'<a href="{link}">{link[-16:]}</a>' for link in links).encode())

    report = deleted(world, WHOLE, "my-pkg")

    assert {file.filename[-10:-7]: file.kept for file in report.files} == {
        "1.0": "it lies in another project's folder, my",
        "1.1": None,
        "1.2": None,
        "1.3": "it lies outside the repository",
    }
    assert "team/my/my_pkg-1.0.tar.gz" in world.stored()
    assert "team/my_pkg-1.1.tar.gz" not in world.stored()
    assert "team/my-pkg/my_pkg-1.2.tar.gz" not in world.stored()
    assert "team/my-pkg/index.html" not in world.stored()


def test_a_version_deleted_of_a_deleted_project_does_not_bring_it_back(three: World) -> None:
    deleted(three, WHOLE)
    before = {info.key: info.token for info in three.store.list("")}

    report = deleted(three, ONE)

    assert (report.whole, report.remaining) == (True, 0)
    assert {info.key: info.token for info in three.store.list("")} == before
    assert three.projects() == ("other",)


def test_a_report_tells_where_each_deleted_file_lay(three: World) -> None:
    wheel = three.wheel("2.0")
    report = deleted(three, FileSelector("2.0"))
    assert (report.target, report.project, report.version) == ("memory:///team", "demo", "2.0")
    url = f"memory:///team/demo/{wheel.name}"
    assert report.files == (DeletedFile(wheel.name, "2.0", wheel.stat().st_size, url),)


def test_a_report_tells_where_files_lie_that_stay(world: World) -> None:
    links = ("https://a.example/demo-1.0.tar.gz", "a/b/demo-1.1.tar.gz")
    world.put("team/demo/a/b/demo-1.1.tar.gz", b"x")
    world.put("team/demo/index.html", "".join(f'<a href="{link}">{link[-15:]}</a>' for link in links).encode())

    report = deleted(world, WHOLE)

    assert {file.url: file.kept for file in report.files} == {
        links[0]: "it lies outside the repository",
        f"memory:///team/demo/{links[1]}": "it is no file of the project",
    }


def test_a_file_deleted_again_by_name_is_success(three: World) -> None:
    wanted = FileSelector(filenames=(three.sdist().name,))
    deleted(three, wanted)
    assert deleted(three, wanted).files == ()


def test_a_version_that_a_deleted_project_never_had_is_named(three: World) -> None:
    deleted(three, WHOLE)
    with opened(three) as repository, pytest.raises(RepositoryError, match=r"^demo has no version '9\.9'"):
        delete(repository, "demo", FileSelector("9.9"))


def test_only_objects_of_the_deleted_files_are_asked_to_go(three: World) -> None:
    deleted(three)
    store = FaultyStore(three.store)
    deleted(three, FileSelector("1.1"), store=store)
    names = {request.key.rpartition("/")[2] for request in store.requests if request.verb == "delete"}
    assert names == {three.wheel("1.1").name + suffix for suffix in ("", ".metadata", ".provenance")}
