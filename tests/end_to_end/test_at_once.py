"""Many processes at once, on real servers and in a folder."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from s3pypi_setuptools.index import simple_html, simple_json
from s3pypi_setuptools.index.model import Project, Root
from s3pypi_setuptools.repository.layout import Layout
from s3pypi_setuptools.repository.page_kind import PageKind
from s3pypi_setuptools.stores.base import Store
from s3pypi_setuptools.stores.local.store import LocalStore
from s3pypi_setuptools.stores.s3.store import S3Store
from tests.conftest import CEPH
from tests.stores.test_s3 import options
from tests.support import samples
from tests.support.forked_programs import ForkedPrograms
from tests.support.programs import Ended
from tests.support.servers import S3Server

FEW = 16
MANY = 64


@dataclass(frozen=True)
class Place:
    """Where a repository is, and how its processes reach it."""

    name: str
    target: str
    environ: Mapping[str, str]
    store: Store
    layout: Layout
    cli: ForkedPrograms
    folder: Path

    def together(self, *commands: Sequence[str | Path]) -> list[Ended]:
        """One process a command, all started at one moment."""
        start = threading.Barrier(len(commands))

        def run(command: Sequence[str | Path]) -> Ended:
            start.wait()
            arguments = map(str, (*command, "--target", self.target))
            return self.cli.run("s3pypi", *arguments, cwd=self.folder, environ=self.environ)

        with ThreadPoolExecutor(len(commands)) as threads:
            return list(threads.map(run, commands))

    def succeed(self, *commands: Sequence[str | Path]) -> None:
        """As `together`; every process must exit with 0."""
        ends = self.together(*commands)
        assert [end for end in ends if end.status] == []

    def wheel(self, version: str, project: str = "demo", salt: str = "") -> Path:
        return samples.wheel(self.folder / (salt or "plain"), project, version, salt=salt)

    def pages(self, project: str) -> list[Project]:
        """The project's pages, which are of one commit, and whose files exist with the bytes that are listed."""
        layout, slash = self.layout, self.store.slash_keys is not False
        keys = [layout.page(PageKind.HTML, project), *([layout.page(PageKind.SLASH, project)] if slash else [])]
        found = [
            simple_json.parse_project(self.store.get(layout.page(PageKind.JSON, project)).data),
            *(simple_html.parse_project(self.store.get(key).data, project) for key in keys),
        ]
        assert len({page.commit for page in found}) == 1
        assert len({tuple((file.filename, file.url, file.sha256) for file in page.files) for page in found}) == 1
        for file in found[0].files:
            data = self.store.get(layout.object_key(project, file.url) or "").data
            assert hashlib.sha256(data).hexdigest() == file.sha256, file
        return found

    def listed(self, project: str = "demo") -> dict[str, str | None]:
        """Hash by filename."""
        return {file.filename: file.sha256 for file in self.pages(project)[0].files}

    def projects(self) -> set[str]:
        """What the root lists: its record and its pages, which agree."""
        layout, slash = self.layout, self.store.slash_keys is not False
        found: list[Root] = [
            simple_json.parse_root(self.store.get(key).data)
            for key in (layout.project_list, layout.page(PageKind.JSON))
        ]
        found += [
            simple_html.parse_root(self.store.get(key).data)
            for key in (layout.page(PageKind.HTML), layout.page(PageKind.SLASH) if slash else None)
            if key
        ]
        assert len(set(found)) == 1
        return set(found[0].projects)


@pytest.fixture
def on_server(s3_server: S3Server, s3_bucket: str, cli: ForkedPrograms, tmp_path: Path) -> Place:
    store = S3Store(s3_bucket, options(s3_server))
    target = f"s3://{s3_bucket}/simple"
    return Place(s3_server.name, target, s3_server.environment, store, Layout("simple"), cli, tmp_path)


@pytest.fixture
def in_folder(cli: ForkedPrograms, tmp_path: Path) -> Place:
    folder = tmp_path / "repository"
    return Place("folder", str(folder), {}, LocalStore(folder), Layout(), cli, tmp_path)


def publishers_meet(place: Place, count: int) -> None:
    wheels = [place.wheel(f"1.{number}") for number in range(count)]
    before = place.listed() if any(place.store.list(place.layout.folder("demo"))) else {}

    place.succeed(*(("upload", wheel) for wheel in wheels))

    assert set(place.listed()) == {*before, *(wheel.name for wheel in wheels)}
    assert place.projects() == {"demo"}


@pytest.mark.slow
def test_64_versions_of_one_project(on_server: Place) -> None:
    """On the server that is to be trusted; fewer on others."""
    place = on_server
    place.succeed(("upload", place.wheel("0.9")))
    publishers_meet(place, MANY if place.name == ("Ceph" if CEPH else "MiniStack") else FEW)


@pytest.mark.slow
def test_versions_of_a_new_project(on_server: Place) -> None:
    publishers_meet(on_server, FEW)


@pytest.mark.slow
def test_64_versions_of_one_project_in_a_folder(in_folder: Place) -> None:
    publishers_meet(in_folder, MANY)


def new_projects_meet(place: Place) -> None:
    names = [f"demo{number}" for number in range(FEW)]

    place.succeed(*(("upload", place.wheel("1.0", name)) for name in names))

    assert place.projects() == set(names)
    for name in names:
        assert set(place.listed(name)) == {f"{name}-1.0-py3-none-any.whl"}


def test_new_projects_on_one_root(on_server: Place) -> None:
    new_projects_meet(on_server)


@pytest.mark.slow
def test_new_projects_on_one_root_in_a_folder(in_folder: Place) -> None:
    new_projects_meet(in_folder)


def all_verbs_meet(place: Place) -> None:
    old = {version: place.wheel(version) for version in ("1.0", "1.1", "1.2", "1.3", "1.4")}
    leaving, new = place.wheel("1.0", "leaving"), [place.wheel(f"2.{number}") for number in range(6)]
    replaced = place.wheel("1.1", salt="other")
    place.succeed(("upload", *old.values(), leaving))

    place.succeed(
        *(("upload", wheel) for wheel in new),
        ("upload", place.wheel("1.0", "coming")),
        ("upload", "--force", replaced),
        ("delete", "demo", "1.2", "--yes"),
        ("delete", "demo", "1.3", "--yes"),
        ("delete", "leaving", "--all", "--yes"),
        ("yank", "demo", "1.4", "--reason", "broken"),
        ("status", "demo", "deprecated"),
        ("reindex",),
        ("reindex", "demo"),
        ("prune", "demo", "--yes"),
    )

    listed = place.listed()
    assert set(listed) == {*(old[version].name for version in ("1.0", "1.1", "1.4")), *(wheel.name for wheel in new)}
    assert listed[replaced.name] == hashlib.sha256(replaced.read_bytes()).hexdigest()
    for page in place.pages("demo"):
        assert {file.filename: file.yanked for file in page.files if file.yanked is not None} == {
            old["1.4"].name: "broken"
        }
        assert page.status is not None
        assert page.status.status.value == "deprecated"
    assert place.projects() == {"demo", "coming"}
    assert place.listed("coming")
    assert [info.key for info in place.store.list(place.layout.folder("leaving"))] == [place.layout.manifest("leaving")]


@pytest.mark.slow
def test_all_verbs(on_server: Place) -> None:
    all_verbs_meet(on_server)


def test_all_verbs_in_a_folder(in_folder: Place) -> None:
    all_verbs_meet(in_folder)
