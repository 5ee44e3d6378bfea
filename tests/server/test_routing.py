"""The table of routes, and what is answered where it has no row."""

from __future__ import annotations

import re
from typing import Any

import pytest

from s3pypi_setuptools.server import create_app
from s3pypi_setuptools.server.options import ServiceOptions
from s3pypi_setuptools.server.routing import READING, Route, Routes
from tests.server.conftest import Place, Serve


async def nothing(*arguments: Any) -> Any:
    """Answer nothing."""


def test_the_first_route_that_fits_counts() -> None:
    page = Route(READING, "/a/{project}/", nothing)
    file = Route(READING, "/a/{file:path}", nothing)
    fixed = Route(READING, "/a/b/", nothing)
    routes = Routes([page, file, fixed])
    found = [routes.match("GET", path) for path in ("/a/b/", "/a/x/", "/a/x/y", "/a/", "/a/x\ny", "/b")]
    assert [match and (match.route, [*match.arguments]) for match in found] == [
        (fixed, []),
        (page, ["x"]),
        (file, ["x/y"]),
        (file, [""]),
        (file, ["x\ny"]),
        None,
    ]


def test_a_path_tells_its_methods() -> None:
    routes = Routes([Route(("POST",), "/a", nothing), Route(READING, "/{name}", nothing)])
    assert routes.methods("/a") == ("GET", "HEAD", "POST", "OPTIONS")
    assert routes.methods("/b") == ("GET", "HEAD", "OPTIONS")
    assert routes.methods("/b/c") == ()
    assert routes.match("DELETE", "/a") is None


def test_every_route_refuses_other_methods_and_tells_its_own(serve: Serve, folder: Place) -> None:
    client = serve(folder)
    routes = create_app(folder.open(), ServiceOptions()).routes
    for path in {re.sub(r"[{}]|:path", "", route.path) for route in routes}:
        allowed = ", ".join(routes.methods(path))
        assert client.request("OPTIONS", path).status_code == 204
        for method in ("OPTIONS", "DELETE", "PUT", "PATCH", "TRACE"):
            answer = client.request(method, path)
            assert answer.status_code == (204 if method == "OPTIONS" else 405)
            assert answer.headers["Allow"] == allowed
    assert client.request("DELETE", "/elsewhere").status_code == 404


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_nobody_is_told_what_there_is_without_credentials(serve: Serve, folder: Place, method: str) -> None:
    client = serve(folder, anonymous_read=False, anonymous_upload=False)
    assert client.request(method, "/elsewhere").status_code == 401
