"""The repository config: what it states, and how it is changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from s3pypi_setuptools.errors import InvalidIndex, NotFound
from s3pypi_setuptools.repository.documents import Kind, OtherKind
from s3pypi_setuptools.repository.layout import Layout
from s3pypi_setuptools.repository.page_kind import PageKind
from s3pypi_setuptools.repository.repository_config import RepositoryConfig, change_config, read_config
from s3pypi_setuptools.repository.workspace import Workspace
from s3pypi_setuptools.stores.base import ANY, Attributes, Condition, Matches, Token
from s3pypi_setuptools.stores.memory import MemoryStore
from tests.repository.conftest import workspace
from tests.support.store_doubles import FaultyStore, once

LAYOUT = Layout("team")
KEY = LAYOUT.repository_config
CONFIG = RepositoryConfig((PageKind.JSON, PageKind.HTML), True, True, True, shared_files=False)
FULL = RepositoryConfig((PageKind.JSON, PageKind.SLASH_JSON), True, False, False, "https://pypi.example/x", True, True)


class Noting(MemoryStore):
    """Keeps the conditions of its writes."""

    def __init__(self) -> None:
        super().__init__()
        self.conditions: list[Condition] = []

    def put(self, key: str, data: bytes, attributes: Attributes, condition: Condition = ANY) -> Token:
        self.conditions.append(condition)
        return super().put(key, data, attributes, condition)


def test_the_form_of_a_config() -> None:
    assert json.loads(FULL.to_json()) == {
        "kind": "repository",
        "format": 2,
        "pages": ["index.json", "/ (JSON)"],
        "conditional-writes": True,
        "conditional-delete": False,
        "conditional-multipart": False,
        "content-encoding": True,
        "shared-files": True,
        "public-url": "https://pypi.example/x",
    }
    assert FULL.to_json().startswith(b'{\n  "kind"')
    assert FULL.to_json().endswith(b"}\n")
    plain = json.loads(replace(CONFIG, conditional_multipart=None).to_json())
    assert not {"public-url", "conditional-multipart"} & plain.keys()


@pytest.mark.parametrize("config", [CONFIG, FULL, replace(CONFIG, conditional_multipart=None)])
def test_a_config_is_read_as_it_was_written(config: RepositoryConfig) -> None:
    assert RepositoryConfig.from_json(config.to_json(), KEY) == config


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({}, 1),
        ({"content_encoding": True}, 2),
        ({"pages": (PageKind.JSON, PageKind.HTML, PageKind.SLASH)}, 1),
        ({"pages": (PageKind.JSON, PageKind.SLASH_JSON)}, 2),
    ],
)
def test_version_1_0_refuses_only_what_it_does_not_know(changes: dict[str, Any], number: int) -> None:
    assert json.loads(replace(CONFIG, **changes).to_json())["format"] == number


def test_a_config_of_version_1_0_0_states_less() -> None:
    document = json.loads(CONFIG.to_json())
    for name in ("kind", "content-encoding", "shared-files", "conditional-multipart"):
        del document[name]
    expected = replace(CONFIG, content_encoding=False, shared_files=True, conditional_multipart=None)
    assert RepositoryConfig.from_json(json.dumps(document).encode(), KEY) == expected


@pytest.mark.parametrize(
    "changes",
    [
        {"pages": []},
        {"pages": "index.json"},
        {"pages": ["index.json", "index.json"]},
        {"pages": ["/", "/ (JSON)"]},
        {"pages": ["other"]},
        {"conditional-writes": None},
        {"conditional-delete": 1},
        {"conditional-multipart": None},
        {"content-encoding": "yes"},
        {"shared-files": None},
        {"public-url": 1},
        {"public-url": "pypi.example"},
        {"public-url": "https://pypi.example/a b"},
        {"public-url": "https://pypi.example/\n"},
        {"public-url": "https://["},
    ],
)
def test_what_is_no_config_is_named(changes: dict[str, object]) -> None:
    data = json.dumps(json.loads(CONFIG.to_json()) | changes).encode()
    with pytest.raises(InvalidIndex, match=rf"^{KEY}: not a repository config \((Value|Type)Error\); restore it$"):
        RepositoryConfig.from_json(data, KEY)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"{}", b"\xff", b"1", b"[" * 100_000])
def test_damaged_bytes_are_no_config(data: bytes) -> None:
    with pytest.raises(InvalidIndex, match=rf"^{KEY}: not a repository config \(\w+\); restore it$"):
        RepositoryConfig.from_json(data, KEY)


@pytest.mark.parametrize("number", [0, 3, True, "1", None])
def test_a_config_of_another_format(number: object) -> None:
    data = json.dumps(json.loads(CONFIG.to_json()) | {"format": number}).encode()
    with pytest.raises(InvalidIndex) as caught:
        RepositoryConfig.from_json(data, KEY)
    said = f"{KEY}: repository of format {number!r}, this version reads 2: upgrade s3pypi-setuptools"
    assert str(caught.value) == said


def test_a_document_of_another_kind_is_no_config() -> None:
    with pytest.raises(OtherKind) as caught:
        RepositoryConfig.from_json(b'{"kind": "root"}', KEY)
    assert str(caught.value) == f"{KEY}: is a repository's list of projects, not a repository config; restore it"
    assert caught.value.found is Kind.ROOT


def test_a_config_that_does_not_exist() -> None:
    assert read_config(MemoryStore(), LAYOUT) is None
    with pytest.raises(NotFound):
        change_config(MemoryStore(), LAYOUT, lambda config: config)


def test_a_change_that_changes_nothing_writes_nothing() -> None:
    store = Noting()
    store.put(KEY, CONFIG.to_json(), Attributes())
    assert change_config(store, LAYOUT, lambda config: config) == (CONFIG, CONFIG)
    assert len(store.conditions) == 1


def test_a_change_starts_from_what_another_process_wrote_meanwhile() -> None:
    store = MemoryStore()
    store.put(KEY, CONFIG.to_json(), Attributes())
    other = replace(CONFIG, public_url="https://pypi.example")
    faulty = FaultyStore(store, before=once("put", KEY, lambda: store.put(KEY, other.to_json(), Attributes())))
    before, after = change_config(faulty, LAYOUT, lambda config: replace(config, content_encoding=True))
    assert (before, after) == (other, replace(other, content_encoding=True))
    assert read_config(store, LAYOUT) == after


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("after", [True, False])
def test_a_change_is_conditional_if_the_store_honours_that_before_or_after_it(before: bool, after: bool) -> None:
    store = Noting()
    token = store.put(KEY, replace(CONFIG, conditional_writes=before).to_json(), Attributes())
    change_config(store, LAYOUT, lambda config: replace(config, conditional_writes=after, content_encoding=True))
    assert store.conditions[1:] == [Matches(token) if before or after else ANY]


def opened(store: MemoryStore, config: RepositoryConfig) -> Workspace:
    return workspace(store, config=lambda: config)


@pytest.mark.parametrize("conditional", [True, False])
def test_shared_files_are_recorded_once_and_on_the_token_if_the_store_honours_that(conditional: bool) -> None:
    store, config = Noting(), replace(CONFIG, conditional_writes=conditional)
    token = store.put(KEY, config.to_json(), Attributes())
    work = opened(store, config)
    assert not work.may_share_files

    work.record_shared_files()
    work.record_shared_files()

    assert work.may_share_files
    assert store.conditions[1:] == [Matches(token) if conditional else ANY]
    assert store.attributes(KEY) == Attributes("application/json", "no-cache")
    assert read_config(store, LAYOUT) == replace(config, shared_files=True)


def test_shared_files_that_others_have_recorded_are_not_written_again() -> None:
    store = Noting()
    store.put(KEY, replace(CONFIG, shared_files=True).to_json(), Attributes())

    opened(store, CONFIG).record_shared_files()
    opened(MemoryStore(), replace(CONFIG, shared_files=True)).record_shared_files()

    assert len(store.conditions) == 1


def test_shared_files_are_possible_where_looking_at_all_projects_is_cheap() -> None:
    class Cheap(MemoryStore):
        cheap_reads = True

    assert opened(Cheap(), CONFIG).may_share_files
    assert opened(MemoryStore(), replace(CONFIG, shared_files=True)).may_share_files


def test_a_config_that_cannot_be_read_any_more_is_named() -> None:
    store = MemoryStore()
    store.put(KEY, b"{", Attributes())
    attempts: tuple[Callable[[], object], ...] = (
        opened(store, CONFIG).record_shared_files,
        lambda: read_config(store, LAYOUT),
    )
    for attempt in attempts:
        with pytest.raises(InvalidIndex, match=r"^team/repository\.json: "):
            attempt()
