"""Other repositories, below a folder and around a place."""

from __future__ import annotations

import json

import pytest

from s3pypi_setuptools.errors import AccessDenied, RepositoryError, Unavailable
from s3pypi_setuptools.index import simple_html, simple_json
from s3pypi_setuptools.index.model import File, Project
from s3pypi_setuptools.repository.layout import Layout
from s3pypi_setuptools.repository.manifest import Manifest
from s3pypi_setuptools.repository.nesting import Nesting, refuse_project_folder
from s3pypi_setuptools.stores.base import Attributes, Object, Store
from s3pypi_setuptools.stores.memory import MemoryStore
from tests.support.store_doubles import FaultyStore, Request

LISTED = Project.of("demo", (File("demo-1.0.zip", "demo-1.0.zip"),), None, "0" * 32)
PAGE = simple_html.render_project(LISTED)
JSON_PAGE = simple_json.render_project(LISTED)
MANIFEST = Manifest(LISTED).to_json()
ROOT_PAGE = b'<!DOCTYPE html><a href="demo/">demo</a>'


def stored(objects: dict[str, bytes]) -> MemoryStore:
    store = MemoryStore("memory://store")
    for key, data in objects.items():
        store.put(key, data, Attributes())
    return store


def others(objects: dict[str, bytes], top: str = "team/") -> tuple[str, ...]:
    store = stored({f"{top}{name}": data for name, data in objects.items()})
    nesting = Nesting(store, top)
    for info in store.list(top):
        nesting.add(info)
    return nesting.others()


def kind(name: str) -> bytes:
    return json.dumps({"kind": name}).encode()


@pytest.mark.parametrize(
    "objects",
    [
        {"dev/repository.json": b"damaged"},
        {"dev/manifest.json": kind("root")},
        {"dev/manifest.json": kind("repository")},
        {"dev/index.html": ROOT_PAGE, "dev/demo/index.html": PAGE, "dev/demo/demo-1.0.zip": b"x"},
        {"dev/": ROOT_PAGE, "dev/demo/": PAGE},
        {"dev/index.json": simple_json.render_root(("demo",), None), "dev/demo/index.json": JSON_PAGE},
        {"dev/Demo/index.html": PAGE, "dev/index.html": ROOT_PAGE},
        {"dev/demo/index.html": PAGE},
        {"dev/demo/index.json": JSON_PAGE},
        {"dev/demo/": PAGE},
        {"dev/a/index.html": b"", "dev/b/index.html": b"", "dev/demo/index.html": PAGE},
    ],
)
def test_a_folder_that_is_another_repository(objects: dict[str, bytes]) -> None:
    assert others(objects) == ("team/dev/",)


@pytest.mark.parametrize(
    "objects",
    [
        {"dev/file.txt": b"x"},
        {"dev/index.html": ROOT_PAGE},
        {"dev/index.html": b"<html>report</html>", "dev/demo/index.html": PAGE},
        {"dev/index.html": PAGE, "dev/demo/index.html": PAGE},
        {"dev/index.json": b"{", "dev/demo/index.html": PAGE},
        {"dev/index.json": JSON_PAGE, "dev/demo/index.html": PAGE},
        {"dev/other/index.html": PAGE},
        {"dev/demo/index.html": b"<html>report</html>"},
        {"dev/demo/index.json": b"{"},
        {"dev/demo/": b""},
        {"dev/manifest.json": b"{}"},
        {"dev/manifest.json": b"damaged"},
        {"dev/manifest.json": kind("mirror")},
        {"dev/manifest.json": kind("project"), "dev/repository.json": b"{}"},
        {"dev/manifest.json": kind("project"), "dev/demo/index.html": PAGE},
        {"dev/a/index.html": b"", "dev/b/index.html": b"", "dev/c/index.html": b"", "dev/demo/index.html": PAGE},
    ],
)
def test_a_folder_that_is_no_other_repository(objects: dict[str, bytes]) -> None:
    assert others(objects) == ()


def test_repositories_at_any_depth_but_none_inside_another() -> None:
    names = ("a", "a/b", "c/d/e", "c/d/e/f/g", "z")
    found = others({f"{name}/repository.json": b"{}" for name in names})
    assert found == ("team/a/", "team/c/d/e/", "team/z/")


def test_the_folder_itself_may_be_another_repository() -> None:
    assert others({"repository.json": b"{}", "dev/repository.json": b"{}"}) == ("team/",)
    assert others({"repository.json": b"{}", "a.whl": b"x", "manifest.json": kind("project")}) == ()


def test_folders_with_documents_directly_below() -> None:
    store = stored({f"team/{name}": b"x" for name in ("a/index.html", "b/x.zip", "c/d/index.html", "index.html")})
    nesting = Nesting(store, "team/")
    for info in store.list(""):
        nesting.add(info)
    nesting.others()
    assert nesting.with_documents == {"team/a/"}


def test_what_was_not_asked_for_is_passed_over() -> None:
    store = stored({"team/a.zip": b"x", "teams/dev/repository.json": b"{}"})
    nesting = Nesting(store, "team/")
    for info in store.list(""):
        nesting.add(info)
    assert nesting.others() == ()


def test_a_project_with_files_and_no_folders_is_not_read() -> None:
    store = FaultyStore(stored({"team/demo/manifest.json": MANIFEST, "team/demo/demo-1.0.zip": b"x"}))
    nesting = Nesting(store, "team/demo/")
    for info in store.store.list("team/demo/"):
        nesting.add(info)
    assert nesting.others() == ()
    assert store.requests == []


class Inner(MemoryStore):
    """A store that another one holds as a folder, and that keeps no keys that end in ``/``."""

    slash_keys = False

    def __init__(self, outer: Store, name: str) -> None:
        super().__init__(f"{outer.url}/{name}")
        self._outer = outer, name

    @property
    def outer(self) -> tuple[Store, str]:
        return self._outer


def refusal(store: Store, prefix: str, listed: set[str] | None = None) -> str | None:
    try:
        refuse_project_folder(store, Layout(prefix), listed)
    except RepositoryError as error:
        return str(error)
    return None


ADVICE = "give that repository as the target, or a folder outside its projects"


@pytest.mark.parametrize(
    ("name", "data"),
    [("manifest.json", MANIFEST), ("index.html", PAGE), ("", PAGE), ("index.html", JSON_PAGE)],
)
def test_a_project_folder_and_the_folders_in_it_are_refused(name: str, data: bytes) -> None:
    store = stored({f"team/demo/{name}": data})
    around = f"the folder of the project demo in the repository memory://store/team: {ADVICE}"
    assert refusal(store, "team/demo") == f"memory://store/team/demo: is {around}"
    assert refusal(store, "team/demo/a/b") == f"memory://store/team/demo/a/b: lies in {around}"
    assert refusal(store, "team/demo", {f"team/demo/{name}"}) == f"memory://store/team/demo: is {around}"
    assert refusal(store, "team") is None
    assert refusal(store, "") is None


def test_what_the_listing_does_not_show_is_not_read() -> None:
    store = FaultyStore(stored({"demo/manifest.json": MANIFEST, "demo/index.html": PAGE}))
    assert refusal(store, "demo", set()) is None
    assert store.requests == []
    assert refusal(store, "demo", {"demo/index.html"})
    assert [request.key for request in store.requests] == ["demo/index.html"]


def test_the_listing_of_the_place_tells_nothing_of_the_folders_around() -> None:
    assert refusal(stored({"team/demo/manifest.json": MANIFEST}), "team/demo/sub", set())


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("manifest.json", kind("root")),
        ("manifest.json", b"damaged"),
        ("index.html", ROOT_PAGE),
        ("index.html", PAGE.replace(b"demo-1.0", b"other-1.0")),
        ("index.json", JSON_PAGE),
    ],
)
def test_other_folders_are_not_refused(name: str, data: bytes) -> None:
    assert refusal(stored({f"team/demo/{name}": data}), "team/demo/a") is None


def test_a_folder_that_no_project_can_have_is_recognized_by_a_manifest_alone() -> None:
    assert refusal(stored({"-x-/index.html": PAGE.replace(b"demo-1.0", b"-x--1.0")}), "-x-/a") is None
    assert refusal(stored({"-x-/manifest.json": MANIFEST}), "-x-/a")


def test_keys_that_end_in_a_slash_are_not_read_where_the_store_keeps_none() -> None:
    class Folder(MemoryStore):
        slash_keys = False

    store = FaultyStore(Folder())
    refuse_project_folder(store, Layout("demo"))
    assert [request.key for request in store.requests] == ["demo/manifest.json", "demo/index.html"]


def test_a_store_that_is_a_project_folder_itself_is_refused() -> None:
    inner = Inner(stored({}), "demo")
    inner.put("index.html", PAGE, Attributes())
    around = f"the folder of the project demo in the repository memory://store: {ADVICE}"
    assert refusal(inner, "") == f"memory://store/demo: is {around}"
    assert refusal(inner, "a") == f"memory://store/demo/a: lies in {around}"
    deeper = Inner(inner, "sub")
    assert refusal(deeper, "") == f"memory://store/demo/sub: lies in {around}"


def test_folders_around_that_may_not_be_read_are_passed_over() -> None:
    def refuse(request: Request) -> None:
        raise AccessDenied(request.key, "no")

    store = FaultyStore(stored({"team/demo/manifest.json": MANIFEST}), before=refuse)
    assert refusal(store, "team/demo/a") is None


def test_other_errors_count_in_the_store_of_the_repository_alone() -> None:
    class Broken(Inner):
        def get(self, key: str) -> Object:
            raise Unavailable(key, "no answer came")

    broken = Broken(stored({}), "demo")
    with pytest.raises(Unavailable):
        refuse_project_folder(broken, Layout())
    with pytest.raises(Unavailable):
        refuse_project_folder(broken, Layout("a"))
    refuse_project_folder(Inner(broken, "sub"), Layout())
