"""Who lists a file outside a project's folder records that before, as the store allows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from s3pypi_setuptools.errors import InvalidIndex
from s3pypi_setuptools.repository.layout import Layout
from s3pypi_setuptools.repository.page_kind import PageKind
from s3pypi_setuptools.repository.repository_config import RepositoryConfig, SharedFiles
from s3pypi_setuptools.stores.base import ANY, Attributes, Condition, Matches
from s3pypi_setuptools.stores.memory import MemoryStore
from s3pypi_setuptools.transaction import PATIENT
from tests.support.store_doubles import FaultyStore

LAYOUT = Layout("team")
RECORD = RepositoryConfig((PageKind.JSON, PageKind.HTML), True, True, True, shared_files=False)


def conditions(store: FaultyStore) -> list[Condition]:
    """The conditions of the store's puts."""
    return [request.condition for request in store.requests if request.verb == "put"]


@pytest.mark.parametrize("conditional", [True, False])
def test_the_record_is_changed_once_and_on_its_token_where_the_store_honours_that(conditional: bool) -> None:
    memory, record = MemoryStore(), replace(RECORD, conditional_writes=conditional)
    store = FaultyStore(memory)
    token = store.put(LAYOUT.repository_config, record.to_json(), Attributes())
    shared = SharedFiles(store, LAYOUT, PATIENT, lambda: record)
    assert not shared.possible

    shared.record()
    shared.record()

    assert shared.possible
    assert conditions(store)[1:] == [Matches(token) if conditional else ANY]
    assert memory.attributes(LAYOUT.repository_config) == Attributes("application/json", "no-cache")
    stored = store.get(LAYOUT.repository_config).data
    assert RepositoryConfig.from_json(stored, "") == replace(record, shared_files=True)


def test_what_others_have_recorded_is_not_written_again() -> None:
    store = FaultyStore(MemoryStore())
    store.put(LAYOUT.repository_config, replace(RECORD, shared_files=True).to_json(), Attributes())

    SharedFiles(store, LAYOUT, PATIENT, lambda: RECORD).record()

    assert len(conditions(store)) == 1


def test_a_record_that_cannot_be_read_any_more_is_named() -> None:
    store = FaultyStore(MemoryStore())
    store.put(LAYOUT.repository_config, b"{", Attributes())

    with pytest.raises(InvalidIndex, match=r"^team/repository\.json: "):
        SharedFiles(store, LAYOUT, PATIENT, lambda: RECORD).record()
