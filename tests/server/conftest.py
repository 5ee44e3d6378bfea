"""The service, running over a folder or a bucket."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest
import requests
import uvicorn

from s3pypi_setuptools import PackageRepository, open_repository
from s3pypi_setuptools.server import create_app
from s3pypi_setuptools.server.options import ServiceOptions
from tests.support import markers, servers


@dataclass
class Place:
    """A repository that is served: where it is, and the settings that lead there."""

    target: str
    settings: dict[str, str]

    def open(self) -> PackageRepository:
        return open_repository(self.target, **self.settings)


class Client:
    """A client of one running service."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = requests.Session()
        self.session.trust_env = False

    def get(self, path: str, accept: str | None = None, **more: Any) -> requests.Response:
        headers = {**({"Accept": accept} if accept else {}), **more.pop("headers", {})}
        return self.session.get(self.url + path, headers=headers, timeout=60, allow_redirects=False, **more)

    def request(self, method: str, path: str, **more: Any) -> requests.Response:
        return self.session.request(method, self.url + path, timeout=60, allow_redirects=False, **more)


class Serve(Protocol):
    """Start a service of the place; open to anybody unless options say otherwise."""

    def __call__(self, place: Place | None = None, **options: Any) -> Client: ...


@contextlib.contextmanager
def running(place: Place, options: ServiceOptions) -> Iterator[str]:
    """The URL of a service that runs in a thread of its own, on a free port."""
    with place.open() as repository:
        config = uvicorn.Config(create_app(repository, options), port=0, log_level="error", access_log=False)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(30)


CEPH = servers.ceph(os.environ)  # each test has an environment of its own, which says nothing of it
BUCKETS = ["ministack", markers.case("ceph", slow=True)] if CEPH else ["ministack"]


@pytest.fixture(params=["folder", *BUCKETS])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """An empty place in a folder, and in a bucket of each server."""
    if request.param == "folder":
        return Place((tmp_path / "repository").as_uri(), {})
    server = CEPH if request.param == "ceph" else request.getfixturevalue("ministack")
    return Place(
        f"s3://{server.new_bucket()}/simple",
        server.settings,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Place:
    """An empty place in a folder."""
    return Place((tmp_path / "repository").as_uri(), {})


@pytest.fixture
def serve(request: pytest.FixtureRequest) -> Iterator[Serve]:
    with contextlib.ExitStack() as stack:

        def start(place: Place | None = None, **options: Any) -> Client:
            if place is None:
                place = request.getfixturevalue("place")
            options = {"anonymous_read": True, "anonymous_upload": True, **options}
            return Client(stack.enter_context(running(place, ServiceOptions(**options))))

        yield start
