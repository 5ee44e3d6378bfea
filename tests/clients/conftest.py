"""One repository, served in every way, and the installers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from s3pypi_setuptools.config.choices import PageStyle
from s3pypi_setuptools.config.settings import Settings
from s3pypi_setuptools.config.target import FolderTarget, S3Target
from s3pypi_setuptools.operations.publish.publish import publish
from s3pypi_setuptools.repository.opening import OpenOptions
from s3pypi_setuptools.repository.repository import Repository
from s3pypi_setuptools.repository.workspace import Clock
from s3pypi_setuptools.session import Session
from tests.end_to_end import test_serve
from tests.support import samples
from tests.support.servers import S3Server, ceph

CEPH = ceph(os.environ)

PROJECTS = ("Acme.Core_Lib", "Zeta.Core_Lib")
"""Their metadata spells the names in a way of its own."""


@pytest.fixture(scope="session")
def dist(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Path], list[Path]]:
    """Wheels that were published long ago, and such that are published now."""
    folder = tmp_path_factory.mktemp("dist")
    old = [samples.wheel(folder, name, "1.0") for name in PROJECTS]
    return old, [samples.wheel(folder, name, "1.1") for name in PROJECTS]


def published(settings: Settings, dist: tuple[list[Path], list[Path]], style: PageStyle | None = None) -> None:
    """Publish the wheels, the old ones a month ago as far as the repository knows."""
    for paths, age in zip(dist, (timedelta(days=30), timedelta()), strict=True):
        clock = Clock(now=lambda age=age: datetime.now(timezone.utc) - age)  # type: ignore[misc]
        with closing(Session(settings)) as session:
            repository = Repository(session.store(), session.layout, OpenOptions(style=style), clock=clock)
            try:
                report = publish(repository, [samples.read(path) for path in paths])
            finally:
                repository.close()
        assert report.ok


@pytest.fixture(scope="session")
def buckets(request: pytest.FixtureRequest, dist: tuple[list[Path], list[Path]]) -> dict[str, str]:
    """The URLs of a public bucket, on Ceph where it is there, whose pages at ``/`` are HTML, and of one with JSON."""
    s3_server: S3Server = CEPH or request.getfixturevalue("ministack")
    urls = {}
    for form, style in (("HTML", PageStyle.BOTH), ("JSON", PageStyle.JSON)):
        bucket = s3_server.new_bucket("clients")
        s3_server.make_public(bucket)
        settings = Settings(
            target=S3Target(bucket, "simple"),
            connection=s3_server.connection,
        )
        published(settings, dist, style)
        urls[form] = f"{s3_server.endpoint_url}/{bucket}/simple/"
    return urls


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory, dist: tuple[list[Path], list[Path]]) -> Path:
    """A repository in a folder."""
    place = tmp_path_factory.mktemp("repository") / "simple"
    published(Settings(target=FolderTarget(place)), dist)
    return place


@pytest.fixture(scope="session")
def nginx(tmp_path_factory: pytest.TempPathFactory, folder: Path) -> Iterator[str]:
    """The URL of the folder, served as the page on serving shows."""
    if test_serve.NGINX is None:
        pytest.skip("LEFT OUT: nginx is not installed")
    servers = test_serve.FOLDER.replace("/srv/packages", str(folder))
    with test_serve.nginx(tmp_path_factory.mktemp("nginx") / "nginx", servers, "8080") as url:
        yield url
