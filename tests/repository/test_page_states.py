"""Pages as they are read, and made blank."""

from __future__ import annotations

import pytest

from s3pypi_setuptools.repository.page_kind import PageKind
from s3pypi_setuptools.repository.pages import PageState
from s3pypi_setuptools.stores.base import Token
from s3pypi_setuptools.stores.memory import MemoryStore
from tests.repository.desks import HTML, JSON, KEYS, KINDS, SLASH, THEIRS, PageDesk, manifest
from tests.support.store_doubles import FaultyStore, once


@pytest.fixture
def desk() -> PageDesk:
    return PageDesk()


@pytest.mark.parametrize(
    ("state", "blank", "foreign"),
    [
        (PageState(), True, False),
        (PageState(Token("1"), ""), True, False),
        (PageState(Token("1"), "a"), False, False),
        (PageState(Token("1")), False, True),
    ],
)
def test_what_a_state_says(state: PageState, blank: bool, foreign: bool) -> None:
    assert (state.blank, state.foreign) == (blank, foreign)


def test_a_page_of_ours_is_known_by_a_head_alone(desk: PageDesk) -> None:
    record = desk.publish(manifest(1))

    state = desk.pages().state(JSON)

    assert state == PageState(desk.store.store.head(KEYS[JSON]).token, record.commit)
    assert desk.asked("head", "get") == [("head", KEYS[JSON])]


def test_a_page_whose_metadata_was_dropped_is_known_by_its_bytes(desk: PageDesk) -> None:
    record = desk.publish(manifest(1))
    desk.put(HTML, desk.store.store.get(KEYS[HTML]).data)

    assert desk.pages().state(HTML) == PageState(desk.store.store.head(KEYS[HTML]).token, record.commit)


def test_a_store_without_metadata_is_not_asked_for_any(desk: PageDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    record = desk.publish(manifest(1))
    monkeypatch.setattr(FaultyStore, "keeps_metadata", False)

    assert desk.pages().state(HTML).commit == record.commit
    assert desk.asked("head", "get") == [("get", KEYS[HTML])]


def test_a_page_of_another_tool_and_an_absent_one(desk: PageDesk) -> None:
    desk.put(HTML)
    assert desk.pages().state(HTML).foreign
    assert desk.pages().state(JSON) == PageState()


def test_two_kinds_of_one_key_are_asked_for_once(desk: PageDesk) -> None:
    desk.publish(manifest(1))
    states = desk.pages().reading()
    assert set(states) == set(PageKind)
    assert states[SLASH].result() == states[PageKind.SLASH_JSON].result()
    assert sorted(desk.asked("head")) == sorted(("head", key) for key in KEYS.values())


def test_only_pages_that_a_listing_shows_are_asked_for(desk: PageDesk) -> None:
    desk.publish(manifest(1))
    assert set(desk.pages().reading({KEYS[HTML]: None})) == {HTML}
    assert desk.asked("head") == [("head", KEYS[HTML])]


def test_what_is_told_of_pages_is_what_a_reading_finds() -> None:
    desk = PageDesk(FaultyStore(MemoryStore(content_tokens=True)))
    record = desk.publish(manifest(1))
    expected = desk.pages().expected(record)
    assert desk.store.requests == []
    assert {kind: expected[kind] for kind in KINDS} == desk.states()
    assert set(desk.pages().expected(manifest(2, deleted=True)).values()) == {PageState()}


def opened(desk: PageDesk, states: dict[PageKind, PageState]) -> dict[PageKind, PageState]:
    return {kind: future.result() for kind, future in desk.pages().creating_blank(states).items()}


def test_absent_pages_are_made_blank_and_no_others(desk: PageDesk) -> None:
    desk.put(HTML)
    before = desk.states()

    after = opened(desk, before)

    assert after == desk.states()
    assert after[HTML] == before[HTML]
    assert after[JSON].blank
    assert after[JSON].token
    assert desk.store.store.get(KEYS[HTML]).data == THEIRS
    assert JSON.parse_project(desk.store.store.get(KEYS[JSON]).data, "demo").files == ()
    assert desk.asked("put") == [("put", KEYS[JSON]), ("put", KEYS[SLASH])]


def test_a_page_that_another_publisher_made_meanwhile_is_the_blank_page(desk: PageDesk) -> None:
    record = desk.commit(manifest(1))
    states = desk.states()
    other = PageDesk(FaultyStore(desk.store.store))
    desk.store.before = once("put", KEYS[JSON], lambda: other.publish(record))

    assert opened(desk, states) == desk.states()
    assert set(desk.commits().values()) == {record.commit}


def test_a_page_that_another_tool_made_meanwhile_counts_as_absent(desk: PageDesk) -> None:
    """The put that follows fails then, and what the page lists is read."""
    states = desk.states()
    desk.store.before = once("put", KEYS[HTML], lambda: desk.put(HTML))

    assert opened(desk, states)[HTML] == PageState()
    assert desk.store.store.get(KEYS[HTML]).data == THEIRS
