"""The list of projects in a store, and what others do to it."""

from __future__ import annotations

from s3pypi_setuptools.index import simple_html, simple_json
from s3pypi_setuptools.repository.page_kind import PageKind
from s3pypi_setuptools.repository.project_list import ProjectList
from s3pypi_setuptools.stores.base import Attributes
from tests.repository.conftest import workspace
from tests.support.store_doubles import FaultyStore

KINDS = (PageKind.JSON, PageKind.HTML, PageKind.SLASH)
LIST = "team/manifest.json"
PAGES = ("team/index.json", "team/index.html", "team/")
THEIRS = b'<!DOCTYPE html><a href="old/">old</a>'
"""Another tool's root page."""


def project_list(store: FaultyStore) -> ProjectList:
    return ProjectList(workspace(store))


def listed(store: FaultyStore) -> tuple[str, ...]:
    """The projects that the list and every page contain."""
    found = {project_list(store).read()[0].projects}
    for key in PAGES:
        parse = simple_json.parse_root if key.endswith(".json") else simple_html.parse_root
        found.add(parse(store.store.get(key).data).projects)
    assert len(found) == 1
    return found.pop()


def put(store: FaultyStore, key: str, data: bytes = THEIRS) -> None:
    store.store.put(key, data, Attributes("text/html"))


def state(store: FaultyStore) -> dict[str, str]:
    return {info.key: info.token for info in store.store.list("")}
