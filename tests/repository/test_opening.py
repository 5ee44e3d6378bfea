"""How a repository is opened, made, or refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from s3pypi_setuptools.config.choices import PageStyle
from s3pypi_setuptools.errors import AccessDenied, InvalidIndex, NotFound, RepositoryError
from s3pypi_setuptools.index import simple_html, simple_json
from s3pypi_setuptools.repository.layout import Layout
from s3pypi_setuptools.repository.opening import (
    WAYS_OUT,
    OpenOptions,
    compress_from_now_on,
    open_config,
    probe_conditional_multipart,
)
from s3pypi_setuptools.repository.page_kind import PageKind
from s3pypi_setuptools.repository.repository_config import RepositoryConfig, read_config
from s3pypi_setuptools.stores.base import Attributes
from s3pypi_setuptools.stores.memory import MemoryStore
from tests.support.store_doubles import CarelessStore, FaultyStore, Request, once

LAYOUT = Layout("team")
KEY = LAYOUT.repository_config
JSON, HTML, SLASH, SLASH_JSON = PageKind
NEW = RepositoryConfig((JSON, HTML, SLASH), True, True, True, content_encoding=True, shared_files=False)
PAGE = simple_html.render_root(("demo",), None)


class Unknown(MemoryStore):
    """A store that only a probe can examine."""

    keeps_encoding: bool | None = None  # type: ignore[assignment]


class Folder(MemoryStore):
    slash_keys = False


class Unconditional(MemoryStore):
    conditional_writes = False


def holding(store: MemoryStore, **objects: bytes) -> MemoryStore:
    for key, data in objects.items():
        store.put(key.replace("__", "/"), data, Attributes())
    return store


def opened(store: MemoryStore | FaultyStore, **options: Any) -> RepositoryConfig:
    return open_config(store, LAYOUT, OpenOptions(**options)).config


def keys(store: MemoryStore) -> list[str]:
    return [info.key for info in store.list("")]


def test_a_repository_that_exists_is_read_and_left_as_it_is() -> None:
    store = MemoryStore()
    config = replace(NEW, pages=(JSON, HTML), public_url="https://pypi.example")
    token = store.put(KEY, config.to_json(), Attributes())
    found = open_config(store, LAYOUT, OpenOptions(style=PageStyle.JSON, public_url="https://other.example"))
    assert (found.config, found.listing) == (config, None)
    assert store.head(KEY).token == token


def test_a_new_repository_records_what_the_store_honours() -> None:
    store = MemoryStore()
    found = open_config(store, LAYOUT, OpenOptions())
    assert found.config == read_config(store, LAYOUT) == NEW
    assert store.attributes(KEY) == Attributes("application/json", "no-cache")
    assert found.listing
    assert found.listing.root_is_absent


def test_an_unknown_store_is_probed_and_nothing_of_that_stays() -> None:
    store = Unknown()
    assert opened(store) == replace(NEW, conditional_multipart=None)
    assert keys(store) == [KEY]


def test_a_dry_run_writes_nothing_and_assumes_the_best() -> None:
    store = Unknown()
    assert opened(store, dry_run=True, public_url="https://pypi.example") == replace(
        NEW, public_url="https://pypi.example"
    )
    assert keys(store) == []


@pytest.mark.parametrize(
    ("style", "pages"),
    [
        (None, (JSON, HTML, SLASH)),
        (PageStyle.BOTH, (JSON, HTML, SLASH)),
        (PageStyle.INDEX_HTML, (JSON, HTML)),
        (PageStyle.SLASH, (JSON, SLASH)),
        (PageStyle.JSON, (JSON, HTML, SLASH_JSON)),
    ],
)
def test_the_pages_of_a_new_repository(style: PageStyle | None, pages: tuple[PageKind, ...]) -> None:
    assert opened(MemoryStore(), style=style).pages == pages
    if style in (PageStyle.SLASH, PageStyle.JSON):
        with pytest.raises(RepositoryError) as caught:
            opened(Folder(), style=style)
        assert str(caught.value) == (
            "memory:///team: this store keeps no keys that end in /: choose the page style index.html"
        )
    else:
        assert opened(Folder(), style=style).pages == (JSON, HTML)


@pytest.mark.parametrize(
    ("objects", "pages"),
    [
        ({"team__index.html": PAGE}, (JSON, HTML)),
        ({"team__": PAGE}, (JSON, SLASH)),
        ({"team__demo__": PAGE}, (JSON, SLASH)),
        ({"team__demo__": PAGE, "team__index.html": PAGE}, (JSON, HTML, SLASH)),
        ({"team__demo__": simple_json.render_root(("demo",), None)}, (JSON, SLASH_JSON)),
    ],
)
def test_another_tools_repository_keeps_its_pages(objects: dict[str, bytes], pages: tuple[PageKind, ...]) -> None:
    store = holding(MemoryStore(), **objects)
    config = opened(store, existing=True)
    assert (config.pages, config.shared_files) == (pages, True)
    assert opened(holding(MemoryStore(), **objects), style=PageStyle.JSON).pages == (JSON, HTML, SLASH_JSON)


@pytest.mark.parametrize(
    "objects",
    [
        {},
        {"team__demo__": b""},
        {"team__demo__demo.zip": b"x"},
        {"team__-x-__index.html": PAGE},
        {"team__dev__index.html": PAGE, "team__dev__repository.json": b"{}"},
        {"index.html": PAGE},
    ],
)
def test_a_place_without_a_repository(objects: dict[str, bytes]) -> None:
    store = holding(MemoryStore(), **objects)
    with pytest.raises(RepositoryError) as caught:
        opened(store, existing=True)
    assert str(caught.value) == (
        "memory:///team: there is no repository here; check the target, or make one with s3pypi init"
    )
    assert opened(store) == NEW


def test_a_place_that_one_request_does_not_list() -> None:
    store = holding(MemoryStore(), **{f"team__a__{number:04}.txt": b"" for number in range(1000)})
    found = open_config(store, LAYOUT, OpenOptions(existing=True))
    assert found.listing is None
    assert (found.config.pages, found.config.shared_files) == ((JSON, HTML, SLASH), True)
    store.delete(KEY)
    store.delete("team/a/0999.txt")
    assert open_config(store, LAYOUT, OpenOptions()).listing


@pytest.mark.parametrize("options", [{}, {"dry_run": True}, {"existing": True}])
def test_the_folder_of_a_project_is_refused(options: dict[str, bool]) -> None:
    store = holding(MemoryStore(), **{"team/manifest.json": b'{"kind": "project"}'})
    with pytest.raises(RepositoryError, match="is the folder of the project team in the repository"):
        opened(store, **options)
    assert KEY not in keys(store)


@pytest.mark.parametrize("make", [Unconditional, CarelessStore])
def test_a_store_that_ignores_conditions_is_refused_unless_that_is_wanted(make: type[MemoryStore]) -> None:
    for config in (None, replace(NEW, conditional_writes=False)):
        store = make()
        if config:
            store.put(KEY, config.to_json(), Attributes())
        with pytest.raises(RepositoryError) as caught:
            opened(store)
        assert str(caught.value) == (
            "memory://: this store does not honour conditional writes, so publishers that run at the same time could "
            f"lose each other's files: {WAYS_OUT}; s3pypi doctor asks the store again"
        )
        assert keys(store) == ([KEY] if config else [])
        for options in ({"locked": True}, {"unsafe_no_locking": True}):
            found = opened(make() if config is None else store, **options)
            assert (found.conditional_writes, found.conditional_multipart) == (False, bool(config))


def test_of_two_processes_that_make_a_repository_the_first_decides() -> None:
    store = MemoryStore()
    other = replace(NEW, pages=(JSON, HTML))
    faulty = FaultyStore(store, before=once("put", KEY, lambda: store.put(KEY, other.to_json(), Attributes())))
    assert opened(faulty) == other


def test_a_damaged_config_is_no_absent_one() -> None:
    with pytest.raises(InvalidIndex):
        opened(holding(MemoryStore(), **{KEY: b"{"}))


class TestParts:
    CONFIG = replace(NEW, conditional_multipart=None)

    def test_the_answer_is_recorded(self) -> None:
        store = holding(MemoryStore(), **{KEY: self.CONFIG.to_json()})
        assert probe_conditional_multipart(store, LAYOUT, self.CONFIG)
        assert read_config(store, LAYOUT) == replace(self.CONFIG, conditional_multipart=True)
        assert keys(store) == [KEY]

    def test_a_recorded_answer_stands(self) -> None:
        recorded = replace(self.CONFIG, conditional_multipart=False)
        store = holding(MemoryStore(), **{KEY: recorded.to_json()})
        assert not probe_conditional_multipart(store, LAYOUT, self.CONFIG)
        assert read_config(store, LAYOUT) == recorded

    def test_a_store_that_ignores_other_conditions_is_not_asked(self) -> None:
        store = FaultyStore(MemoryStore())
        assert not probe_conditional_multipart(store, LAYOUT, replace(self.CONFIG, conditional_writes=False))
        assert store.requests == []

    def test_the_answer_of_a_store_whose_config_went_counts(self) -> None:
        assert probe_conditional_multipart(MemoryStore(), LAYOUT, self.CONFIG)

    @pytest.mark.parametrize(("key", "answer"), [("probe", False), (KEY, True)])
    def test_credentials_that_may_not_write(self, key: str, answer: bool) -> None:
        store = holding(MemoryStore(), **{KEY: self.CONFIG.to_json()})

        def refuse(request: Request) -> None:
            if request.verb != "get" and key in request.key:
                raise AccessDenied(request.key, "no")

        assert probe_conditional_multipart(FaultyStore(store, before=refuse), LAYOUT, self.CONFIG) is answer
        assert read_config(store, LAYOUT) == self.CONFIG


def test_compression_is_switched_on_where_the_store_keeps_the_encoding() -> None:
    store = holding(MemoryStore(), **{KEY: replace(NEW, content_encoding=False).to_json()})
    assert compress_from_now_on(store, LAYOUT)
    assert read_config(store, LAYOUT) == NEW
    assert not compress_from_now_on(store, LAYOUT)
    with pytest.raises(NotFound):
        compress_from_now_on(MemoryStore(), LAYOUT)
