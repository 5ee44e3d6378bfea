"""One session, used for a long time and by several threads, sees what other processes change."""

from __future__ import annotations

import contextlib
import gc
import os
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from s3pypi_setuptools import PackageRepository, open_repository
from tests.conftest import CEPH
from tests.support import samples
from tests.support.markers import case
from tests.support.programs import run
from tests.support.servers import S3Server

SERVERS = ["ministack", *([case("ceph", slow=True)] if CEPH else [])]


@pytest.fixture(params=["folder", *SERVERS])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A target for this process and those that it starts."""
    if request.param == "folder":
        return (tmp_path / "repo").as_uri()
    server: S3Server = CEPH if request.param == "ceph" and CEPH else request.getfixturevalue("ministack")
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    return f"s3://{server.new_bucket()}/team"


@pytest.fixture
def program(place: str, tmp_path: Path) -> Callable[..., str]:
    """Another process: ``s3pypi`` with these arguments and the target."""

    def program(*arguments: str) -> str:
        done = run("s3pypi", *arguments, "-t", place, cwd=tmp_path)
        assert done.status == 0, done.stderr
        return done.stdout

    return program


def open_sockets() -> int:
    """How many sockets this process has open."""
    count = 0
    for number in range(1024):
        with contextlib.suppress(OSError):
            count += stat.S_ISSOCK(os.fstat(number).st_mode)
    return count


def published(repository: PackageRepository, folder: Path, *versions: str, name: str = "demo") -> None:
    report = repository.publish(*(samples.wheel(folder, name, version) for version in versions))
    assert report.ok, report.files


@pytest.mark.parametrize("place", SERVERS, indirect=True)  # a folder has one style of pages alone
def test_pages_migrated_by_another_process_are_kept_up(place: str, program: Callable[..., str], tmp_path: Path) -> None:
    with open_repository(place) as repository:
        published(repository, tmp_path / "dist", "1.0")
        program("migrate-index", "index.html", "--yes")
        published(repository, tmp_path / "dist", "2.0")
        assert repository.verify().ok
        program("migrate-index", "both", "--yes")
        published(repository, tmp_path / "dist", "3.0")
        assert repository.verify().findings == ()
    assert "all is well" in program("verify", "--deep")


def test_a_project_deleted_by_another_process_enters_the_list_again(
    place: str, program: Callable[..., str], tmp_path: Path
) -> None:
    with open_repository(place) as repository:
        published(repository, tmp_path / "dist", "1.0")
        program("delete", "demo", "--all", "--yes")
        assert repository.names() == ()
        published(repository, tmp_path / "dist", "2.0")
        assert repository.names() == ("demo",)
        assert [file.filename for file in repository.show("demo").files] == ["demo-2.0-py3-none-any.whl"]


def test_a_place_that_became_a_repository_after_a_failure(
    place: str, program: Callable[..., str], tmp_path: Path
) -> None:
    with open_repository(place) as repository:
        with pytest.raises(Exception, match="there is no repository here"):
            repository.names()
        program("init")
        assert repository.names() == ()
        published(repository, tmp_path / "dist", "1.0")


def test_threads_share_a_session(place: str, tmp_path: Path) -> None:
    with open_repository(place) as repository, ThreadPoolExecutor(4) as pool:
        published(repository, tmp_path / "dist", "1.0")
        calls = [
            pool.submit(published, repository, tmp_path / f"dist-{number}", f"{number}.0", name="demo")
            for number in range(2, 5)
        ]
        calls += [
            pool.submit(published, repository, tmp_path / f"other-{number}", "1.0", name=f"other{number}")
            for number in range(3)
        ]
        names = [pool.submit(repository.names) for _ in range(4)]
        for call in calls:
            call.result()
        assert all("demo" in name.result() for name in names)
        assert repository.names() == ("demo", "other0", "other1", "other2")
        assert len(repository.show("demo").files) == 4
        assert repository.verify().ok


def test_connections_are_closed_with_the_object_and_open_again(place: str, tmp_path: Path) -> None:
    gc.collect()
    before = open_sockets()
    repository = open_repository(place)
    published(repository, tmp_path / "dist", "1.0")
    assert open_sockets() > before or place.startswith("file:")
    repository.close()
    gc.collect()  # urllib3 closes the connections of a pool with it
    assert open_sockets() <= before
    assert repository.names() == ("demo",)
    del repository
    gc.collect()
    assert open_sockets() <= before
