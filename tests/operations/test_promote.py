"""A version of one repository, listed in another one too."""

from __future__ import annotations

from pathlib import Path

import pytest

from s3pypi_setuptools.config.choices import IfExists
from s3pypi_setuptools.errors import NotAllowed, NotListed, RepositoryError
from s3pypi_setuptools.index.model import Status
from s3pypi_setuptools.operations.file_selector import FileSelector
from s3pypi_setuptools.operations.status import set_status
from s3pypi_setuptools.operations.transfer.promote import PromoteReport, promote
from s3pypi_setuptools.operations.yank import yank
from s3pypi_setuptools.stores.base import Store
from tests.operations.conftest import World
from tests.operations.processes import foreign, killed_at_every_request, problems, state
from tests.support.markers import case


@pytest.fixture
def staging(tmp_path: Path) -> World:
    world = World(tmp_path / "staging")
    world.push(world.wheel(), world.sdist(), world.wheel("2.0"))
    return world


def promoted(
    source: World, target: World, version: str = "1.0", store: Store | None = None, **how: IfExists
) -> PromoteReport:
    with source.opened(reading=True) as origin, target.opened(store) as destination:
        return promote(origin, destination, "demo", version, **how)


def test_every_file_of_the_version_is_listed_with_its_hashes_and_metadata(staging: World, world: World) -> None:
    report = promoted(staging, world)

    assert report.ok
    assert not report.server_side
    assert [file.outcome.value for file in report.files] == ["published", "published"]
    there = staging.listed()
    assert world.listed() == {name: there[name] for name in ("demo-1.0-py3-none-any.whl", "demo-1.0.tar.gz")}
    before = {file.filename: file for file in staging.pages()[0].files}
    for file in world.pages()[0].files:
        origin = before[file.filename]
        assert (file.requires_python, file.core_metadata) == (origin.requires_python, origin.core_metadata)
        assert (file.upload_time or 0) > (origin.upload_time or 0)  # type: ignore[operator]
    sidecar = "team/demo/demo-1.0-py3-none-any.whl.metadata"
    assert world.store.get(sidecar).data == staging.store.get(sidecar).data
    assert (
        world.store.head("team/demo/demo-1.0.tar.gz").metadata
        == staging.store.head("team/demo/demo-1.0.tar.gz").metadata
    )


def test_again_is_success_and_writes_nothing(staging: World, world: World) -> None:
    promoted(staging, world)
    before = [(info.key, info.token) for info in world.store.list("")]
    assert [file.outcome.value for file in promoted(staging, world).files] == ["present", "present"]
    assert [(info.key, info.token) for info in world.store.list("")] == before


def test_a_yank_goes_along(staging: World, world: World) -> None:
    with staging.opened() as repository:
        yank(repository, "demo", FileSelector("1.0"), reason="leaks <memory>")
    report = promoted(staging, world)
    assert report.yanked == ("demo-1.0-py3-none-any.whl", "demo-1.0.tar.gz")
    assert {file.yanked for file in world.pages()[0].files} == {"leaks <memory>"}


def test_other_bytes_there_are_a_conflict_unless_replaced(staging: World, world: World) -> None:
    world.push(world.wheel(salt="other"))
    before = world.listed()

    report = promoted(staging, world)
    assert not report.ok
    assert "is published already with other contents" in str(report.files[0].error)
    assert world.listed() == before

    assert promoted(staging, world, if_exists=IfExists.REPLACE).ok
    assert world.listed()["demo-1.0-py3-none-any.whl"] == staging.listed()["demo-1.0-py3-none-any.whl"]


def test_a_version_that_is_not_there(staging: World, world: World) -> None:
    with pytest.raises(NotListed, match=r"demo has no version '3.0'.*it has 2.0, 1.0"):
        promoted(staging, world, "3.0")
    assert set(world.stored()) <= {"team/repository.json"}


def test_a_quarantined_project_offers_nothing(staging: World, world: World) -> None:
    with staging.opened() as repository:
        set_status(repository, "demo", Status.QUARANTINED)
    with pytest.raises(NotAllowed, match="is quarantined"):
        promoted(staging, world)


def test_a_damaged_object_is_not_promoted(staging: World, world: World) -> None:
    staging.put("team/demo/demo-1.0.tar.gz", b"x" * staging.store.head("team/demo/demo-1.0.tar.gz").size)
    with pytest.raises(RepositoryError, match=r"demo-1.0.tar.gz: does not hold the bytes that the index states"):
        promoted(staging, world)


def test_a_missing_object_is_not_promoted(staging: World, world: World) -> None:
    staging.store.delete("team/demo/demo-1.0.tar.gz")
    with pytest.raises(RepositoryError, match=r"demo-1.0.tar.gz: is listed, but missing"):
        promoted(staging, world)


def test_what_another_tool_listed_is_promoted_complete(tmp_path: Path, world: World) -> None:
    source = World(tmp_path / "old")
    foreign(source, "demo", source.wheel(), source.sdist())
    assert promoted(source, world).ok
    wheel, sdist = world.pages()[0].files
    assert wheel.core_metadata
    assert wheel.requires_python == ">=3.8"
    assert sdist.sha256
    assert "team/repository.json" not in source.stored(), "the source is only read"


@pytest.mark.parametrize("when", [case("before", slow=True), "after"])
def test_killed_at_any_request_and_done_again(tmp_path: Path, staging: World, when: str) -> None:
    def make(number: int) -> tuple[World, object]:
        world = World(tmp_path / str(number))
        return world, lambda store: promoted(staging, world, store=store)

    for _, world in killed_at_every_request(make, when):  # type: ignore[arg-type]
        if "team/demo/index.json" in world.stored():
            for page in world.pages_there("demo"):
                assert all(world.fetched("demo", file.url) == file.sha256 for file in page.files)
        assert promoted(staging, world).ok
        assert len(world.listed()) == 2
        assert world.projects() == ("demo",)


def test_a_dry_run_says_what_would_be_and_writes_nothing(staging: World, world: World) -> None:
    world.push(world.wheel(name="other"))
    before = state(world)
    with staging.opened(reading=True) as source, world.opened(reading=True) as target:
        report = promote(source, target, "demo", "1")
        assert (report.source, report.target) == (source.url, target.url)
    assert (report.ok, report.dry_run, report.project, report.version) == (True, True, "demo", "1")
    assert [file.outcome.value for file in report.files] == ["published", "published"]
    assert state(world) == before


def test_a_project_that_takes_no_uploads_gets_no_object(staging: World, world: World) -> None:
    world.push(world.wheel("0.9"))
    with world.opened() as repository:
        set_status(repository, "demo", Status.ARCHIVED)
    before = state(world)
    assert not promoted(staging, world).ok
    assert state(world) == before


def test_a_project_that_is_not_there_is_named_with_the_nearest(staging: World, world: World) -> None:
    with staging.opened(reading=True) as source, world.opened() as target, pytest.raises(RepositoryError) as caught:
        promote(source, target, "dem", "1.0")
    assert str(caught.value) == "memory:///team: there is no project 'dem' (did you mean 'demo'?)"


def test_a_metadata_file_that_is_not_the_listed_one_is_not_taken_along(staging: World, world: World) -> None:
    sidecar = "team/demo/demo-1.0-py3-none-any.whl.metadata"
    right = staging.store.get(sidecar).data
    staging.put(sidecar, b"Name: other")
    assert promoted(staging, world).ok
    assert world.store.get(sidecar).data == right
    assert problems(world, deep=True) == []
