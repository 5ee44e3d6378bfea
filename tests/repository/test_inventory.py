"""The objects of a repository, by folder."""

from __future__ import annotations

import hashlib

import pytest

from s3pypi_setuptools.repository.inventory import Folder, list_folder, list_folders
from s3pypi_setuptools.repository.layout import Layout, distribution_key, is_distribution_key
from s3pypi_setuptools.repository.objects import head_if_exists, matches_listing
from s3pypi_setuptools.stores.base import Attributes, Token
from s3pypi_setuptools.stores.memory import MemoryStore

LAYOUT = Layout("team")
RANDOM = "0123456789abcdef"
WHEEL = "team/demo/demo-1.0-py3-none-any.whl"
APART = f"team/demo/{RANDOM}/demo-1.0.tar.gz"


@pytest.fixture
def store() -> MemoryStore:
    store = MemoryStore()
    for key in (
        *(WHEEL, f"{WHEEL}.metadata", APART, "team/demo/index.html", "team/demo/deeper/still/demo-1.0.tar.gz"),
        *("team/Not_Normal/x-1.0.tar.gz", "team/index.html", "elsewhere/demo/demo-1.0.tar.gz"),
    ):
        store.put(key, key.encode(), Attributes())
    return store


def test_a_survey_takes_the_listing_apart_by_folder(store: MemoryStore) -> None:
    folders = {folder.name: folder for folder in list_folders(store, LAYOUT)}
    assert list(folders) == ["Not_Normal", "demo", ""]
    assert [*folders["demo"].objects] == [APART, WHEEL, f"{WHEEL}.metadata", "team/demo/index.html"]
    assert [*folders[""].objects] == ["team/index.html"]
    assert [name for name, folder in folders.items() if folder.is_project] == ["demo"]
    assert list_folder(store, LAYOUT, "demo") == folders["demo"]
    assert list_folder(store, LAYOUT, "absent") == Folder("absent", {})


def test_a_listing_that_is_there_already_is_not_asked_for_again(store: MemoryStore) -> None:
    assert list(list_folders(MemoryStore(), LAYOUT, store.list("team/"))) == list(list_folders(store, LAYOUT))


@pytest.mark.parametrize(
    ("listed", "unlisted"),
    [
        ((), [APART, WHEEL, f"{WHEEL}.metadata"]),
        ((WHEEL, None), [APART]),
        ((APART,), [WHEEL, f"{WHEEL}.metadata"]),
        ((APART, WHEEL), []),
    ],
)
def test_unlisted_are_distributions_and_what_belongs_to_them(
    store: MemoryStore, listed: tuple[str | None, ...], unlisted: list[str]
) -> None:
    assert [info.key for info in list_folder(store, LAYOUT, "demo").unlisted(listed)] == unlisted


def test_the_distribution_to_which_an_object_belongs() -> None:
    for suffix in ("", ".metadata", ".provenance", ".asc", ".publish.attestation"):
        assert distribution_key(WHEEL + suffix) == WHEEL
    assert distribution_key("team/demo/index.html") == "team/demo/index.html"


def test_distributions_are_told_by_their_names() -> None:
    assert is_distribution_key(WHEEL)
    assert is_distribution_key(APART)
    for key in ("team/demo/index.html", f"{WHEEL}.metadata", "team/demo/a\\b-1.0.tar.gz", "team/demo/x-1.0.exe"):
        assert not is_distribution_key(key)


def test_an_etag_that_is_the_md5_proves_the_content(store: MemoryStore) -> None:
    info = store.head(WHEEL)
    assert head_if_exists(store, "team/absent") is None
    assert head_if_exists(store, WHEEL) == info
    info = info._replace(token=Token(f'"{hashlib.md5(WHEEL.encode(), usedforsecurity=False).hexdigest()}"'))
    assert matches_listing(info, WHEEL.encode())
    assert not matches_listing(info, b"x" * len(WHEEL))
    assert not matches_listing(info._replace(size=1), WHEEL.encode())
    assert not matches_listing(info._replace(token=Token('"of-another-kind-2"')), WHEEL.encode())
