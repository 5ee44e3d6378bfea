"""Pages of a project that was deleted, and of one that comes back meanwhile."""

from __future__ import annotations

import pytest

from s3pypi_setuptools.errors import NotFound, StoreError
from s3pypi_setuptools.repository.pages import ForeignPage, PageState
from s3pypi_setuptools.stores.base import Attributes, Matches
from tests.repository.desks import HTML, KEYS, KINDS, SLASH, THEIRS, PageDesk, manifest
from tests.support.store_doubles import FaultyStore, Request, once


@pytest.fixture
def desk() -> PageDesk:
    return PageDesk()


def test_pages_of_a_deleted_project_are_deleted_on_their_tokens(desk: PageDesk) -> None:
    desk.publish(manifest(1))
    states = desk.states()
    desk.pages().write(desk.commit(manifest(2, deleted=True)), states)

    assert desk.commits() == {}
    conditions = [request.condition for request in desk.store.requests if request.verb == "delete"]
    assert conditions == [Matches(state.token) for state in states.values() if state.token]


def test_a_page_that_changed_before_it_was_to_be_deleted_is_deleted_all_the_same(desk: PageDesk) -> None:
    desk.publish(manifest(1))
    states = desk.states()
    desk.publish(manifest(2, "2.0"))
    desk.pages().write(desk.commit(manifest(3, deleted=True)), states)
    assert desk.commits() == {}


def test_absent_pages_of_a_deleted_project_stay_absent(desk: PageDesk) -> None:
    desk.pages().write(desk.commit(manifest(3, deleted=True)), {})
    assert desk.commits() == {}
    assert desk.asked("put", "delete") == []


def test_a_page_that_is_not_found_and_listed_is_not_taken_for_deleted(desk: PageDesk) -> None:
    desk.publish(manifest(1))
    record = desk.commit(manifest(2, deleted=True))

    def hide(request: Request) -> None:
        if request.key == KEYS[HTML] and request.verb in ("head", "get"):
            raise NotFound(request.key)

    desk.store.before = hide
    with pytest.raises(StoreError, match=f"^{KEYS[HTML]}: the store refused"):
        desk.pages().write(record, {})


def test_a_longer_key_in_the_listing_is_not_the_page(desk: PageDesk) -> None:
    desk.store.store.put(f"{KEYS[HTML]}.asc", b"", Attributes())
    desk.pages().write(desk.commit(manifest(2, deleted=True)), {})


def test_a_deletion_that_ignored_its_condition_is_made_good(desk: PageDesk) -> None:
    """The record was published to again while its pages were deleted."""
    desk.publish(manifest(1))
    states, newer = desk.states(), manifest(3, "3.0")
    record = desk.commit(manifest(2, deleted=True))
    desk.store.after = once("delete", KEYS[SLASH], lambda: desk.commit(newer))

    desk.pages().write(record, states)

    assert desk.commits() == dict.fromkeys(KINDS, newer.commit)


def test_pages_written_while_a_deletion_ignored_its_condition_are_brought_up(desk: PageDesk) -> None:
    desk.publish(manifest(1))
    states = desk.states()
    record = desk.commit(manifest(2, deleted=True))
    last = manifest(4, "4.0")

    def publish() -> None:
        PageDesk(FaultyStore(desk.store.store)).publish(manifest(3, "3.0"))
        desk.commit(last)

    desk.store.after = once("delete", KEYS[SLASH], publish)
    desk.pages().write(record, states)
    assert desk.commits() == dict.fromkeys(KINDS, last.commit)


def test_another_tools_page_is_noticed_when_a_deletion_is_made_good(desk: PageDesk) -> None:
    desk.publish(manifest(1))
    states = desk.states()
    record = desk.commit(manifest(2, deleted=True))

    def write() -> None:
        desk.commit(manifest(3, "3.0"))
        desk.put(HTML)

    desk.store.after = once("delete", KEYS[SLASH], write)
    with pytest.raises(ForeignPage):
        desk.pages().write(record, states)
    assert desk.store.store.get(KEYS[HTML]).data == THEIRS


def test_an_absent_page_that_may_be_deleted_again_is_blank_before_it_is_filled(desk: PageDesk) -> None:
    """That a page is absent has no token: a put on its absence could take effect after a deletion."""
    record = desk.commit(manifest(1))
    desk.pages(HTML).write(record, {HTML: PageState()})
    assert desk.asked("put") == [("put", KEYS[HTML])] * 2
    assert desk.commits() == {HTML: record.commit}


def test_a_deletion_that_stands_writes_no_page(desk: PageDesk) -> None:
    desk.publish(manifest(1))
    states, newer = desk.states(), manifest(3, deleted=True)
    record = desk.commit(manifest(2, deleted=True))
    desk.store.after = once("delete", KEYS[SLASH], lambda: desk.commit(newer))
    desk.pages().write(record, states)
    assert desk.asked("put") == []
