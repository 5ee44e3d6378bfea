"""Which objects the links on pages name, and which files of other tools' pages are adopted."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone

import pytest

from s3pypi_setuptools.errors import AccessDenied
from s3pypi_setuptools.index.model import File, Project
from s3pypi_setuptools.repository.links import adopt_files, find_key, names_with_absolute_urls
from s3pypi_setuptools.repository.workspace import Workspace
from s3pypi_setuptools.stores.base import Attributes
from s3pypi_setuptools.stores.memory import MemoryStore
from tests.repository.conftest import CONFIG, workspace
from tests.support.store_doubles import FaultyStore, Request

NAME = "demo-1.0-py3-none-any.whl"
KEY = f"team/demo/{NAME}"
PUBLIC = "https://pypi.example/simple"
TIME = datetime(2024, 5, 6, tzinfo=timezone.utc)
METADATA = (("sha256", "ab" * 32),)


class Bucket(MemoryStore):
    """Recognizes URLs of its own host."""

    def key_of(self, url: str) -> str | None:
        host, found, key = url.partition("://bucket.example/")
        return key if host and found else None


@pytest.fixture
def store() -> MemoryStore:
    return holding(KEY)


def holding(*keys: str) -> MemoryStore:
    store = Bucket()
    for key in keys:
        store.put(key, b"wheel", Attributes())
    return store


def public(store: MemoryStore, *urls: str) -> Workspace:
    first, *others = urls or (PUBLIC,)
    return workspace(store, public_url=first, config=lambda: replace(CONFIG, public_url=next(iter(others), None)))


@pytest.mark.parametrize(
    "url",
    [
        NAME,
        f"{PUBLIC}/demo/{NAME}",
        f"{PUBLIC}/demo/{NAME}?x=1#sha256=00",
        f"http://pypi.example:80/simple/demo/{NAME}",
        f"https://PYPI.example:443/simple/demo/{NAME}",
        f"//pypi.example/simple/demo/{NAME}",
        f"/simple/demo/{NAME}",
        f"/elsewhere/simple/demo/{NAME}",
        f"/{KEY}",
        f"https://bucket.example/{KEY}",
    ],
)
def test_links_to_an_object_of_the_repository(store: MemoryStore, url: str) -> None:
    assert find_key(public(store), "demo", url) == KEY
    assert find_key(public(store), "demo", url, {KEY: store.head(KEY)}) == KEY


@pytest.mark.parametrize(
    "url",
    [
        f"https://other.example/simple/demo/{NAME}",
        f"https://pypi.example:8080/simple/demo/{NAME}",
        f"ftp://pypi.example/simple/demo/{NAME}",
        f"https://pypi.example/simpler/demo/{NAME}",
        f"https://pypi.example/demo/{NAME}",
        f"{PUBLIC}/demo/../demo/{NAME}",
        f"{PUBLIC}/demo/absent.whl",
        f"https://bucket.example/elsewhere/demo/{NAME}",
        f"https://bucket.example/teams/demo/{NAME}",
        "https://bucket.example/team/",
        "//[",
        "https://pypi.example:port/simple/x",
        "../../../x.whl",
    ],
)
def test_links_that_name_no_object_of_the_repository(store: MemoryStore, url: str) -> None:
    store.put("elsewhere/demo/x.whl", b"x", Attributes())
    assert find_key(public(store), "demo", url) is None


def test_a_relative_link_names_a_key_whether_or_not_there_is_an_object(store: MemoryStore) -> None:
    assert find_key(public(store), "demo", "absent.whl") == "team/demo/absent.whl"


def test_a_public_url_may_have_no_path(store: MemoryStore) -> None:
    for public_url in ("https://pypi.example", "https://pypi.example/"):
        assert find_key(public(store, public_url), "demo", f"https://pypi.example/demo/{NAME}") == KEY


def test_of_several_public_urls_each_counts(store: MemoryStore) -> None:
    work = public(store, "https://one.example", PUBLIC)
    assert find_key(work, "demo", f"{PUBLIC}/demo/{NAME}") == KEY
    assert find_key(work, "demo", f"https://one.example/demo/{NAME}") == KEY


def test_an_absolute_path_names_the_likeliest_object() -> None:
    store = holding(KEY, f"team/simple/demo/{NAME}")
    assert find_key(workspace(store), "demo", f"/simple/demo/{NAME}") == KEY
    assert find_key(workspace(store), "other", f"/simple/demo/{NAME}") == f"team/simple/demo/{NAME}"
    assert find_key(public(store, "https://host/"), "demo", f"/simple/demo/{NAME}") == f"team/simple/demo/{NAME}"


def test_the_listing_of_the_folder_is_used_instead_of_requests(store: MemoryStore) -> None:
    faulty = FaultyStore(store)
    work = workspace(faulty, public_url=PUBLIC)
    assert find_key(work, "demo", f"{PUBLIC}/demo/{NAME}", {}) is None
    assert faulty.requests == []
    assert find_key(work, "demo", f"{PUBLIC}/other/{NAME}", {}) is None
    assert [(request.verb, request.key) for request in faulty.requests] == [("head", f"team/other/{NAME}")]


def test_a_link_out_of_the_repository_names_a_key_of_the_store_that_may_be_read(store: MemoryStore) -> None:
    def refuse(request: Request) -> None:
        raise AccessDenied(request.key, "no")

    url = f"../../files/{NAME}"
    assert find_key(workspace(store), "demo", url) == f"files/{NAME}"
    assert find_key(workspace(FaultyStore(store, before=refuse)), "demo", url) is None


def test_names_of_files_with_absolute_urls() -> None:
    urls = {"a.zip": "a.zip", "b.zip": "../b.zip", "c.zip": "/c.zip", "d.zip": "https://host/d.zip"}
    project = Project.of("demo", (File(name, url) for name, url in urls.items()))
    assert names_with_absolute_urls(project) == {"c.zip", "d.zip"}


def test_an_adopted_file_has_the_size_and_time_of_its_object(store: MemoryStore) -> None:
    [file] = adopt_files(public(store), "demo", [File(NAME, NAME, size=99)])
    assert (file.url, file.size, file.upload_time) == (NAME, 5, store.head(KEY).modified)
    [file] = adopt_files(public(store), "demo", [File(NAME, f"{PUBLIC}/demo/{NAME}", upload_time=TIME)])
    assert (file.url, file.size, file.upload_time) == (NAME, 5, TIME)


@pytest.mark.parametrize(
    ("key", "url"), [(KEY, NAME), (f"team/files/{NAME}", f"../files/{NAME}"), (f"team/{NAME}", f"../{NAME}")]
)
def test_metadata_is_adopted_if_its_file_exists(key: str, url: str) -> None:
    file = File(NAME, url, core_metadata=METADATA)
    for keys, expected in (((key,), None), ((key, f"{key}.metadata"), METADATA)):
        [adopted] = adopt_files(workspace(holding(*keys)), "demo", [file])
        assert (adopted.url, adopted.core_metadata) == (url, expected)


def test_a_link_to_no_object_is_left_out_with_a_warning(store: MemoryStore, caplog: pytest.LogCaptureFixture) -> None:
    files = [File("demo-2.0.zip", "demo-2.0.zip"), File(NAME, NAME)]
    assert [file.filename for file in adopt_files(workspace(store), "demo", files)] == [NAME]
    assert caplog.messages == ["team/demo/demo-2.0.zip: the page of demo links to it, but it does not exist; left out"]


def test_a_file_outside_the_repository_is_kept(store: MemoryStore) -> None:
    store.put("files/x.zip", b"outside", Attributes())
    outside, elsewhere = File("x.zip", "../../files/x.zip"), File("y.zip", "https://other.example/y.zip")
    first, second = adopt_files(workspace(store), "demo", [outside, elsewhere])
    assert (first.url, first.size, first.upload_time) == (outside.url, 7, store.head("files/x.zip").modified)
    assert second == elsewhere


def test_of_two_files_of_one_name_the_first_is_adopted(store: MemoryStore) -> None:
    files = [File(NAME, NAME), File(NAME, "https://other.example/x")]
    assert [file.url for file in adopt_files(workspace(store), "demo", files)] == [NAME]
