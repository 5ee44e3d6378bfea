"""The list of projects is brought up to what exists, while others publish and delete."""

from __future__ import annotations

from collections.abc import Callable

from s3pypi_setuptools.errors import Unavailable
from tests.repository.desks import LIST, listed, project_list
from tests.support.store_doubles import FaultyStore, once


def deleted(*names: str) -> Callable[[str], bool]:
    return lambda name: name in names


def reconciled(store: FaultyStore, present: str, absent: str, is_deleted: Callable[[str], bool]) -> None:
    project_list(store).reconcile(frozenset(present.split()), frozenset(absent.split()), is_deleted)


def test_present_projects_are_added_and_deleted_ones_taken_off(store: FaultyStore) -> None:
    project_list(store).enter("a", frozenset({"b", "c"}))
    reconciled(store, "d", "a b x", deleted("b"))
    assert listed(store) == ("a", "c", "d")


def test_only_listed_projects_are_checked(store: FaultyStore) -> None:
    project_list(store).enter("a")
    asked: list[str] = []

    def is_deleted(name: str) -> bool:
        asked.append(name)
        return False

    reconciled(store, "", "a x", is_deleted)
    assert asked == ["a"]


def test_a_project_that_comes_back_while_it_is_taken_off_is_added_again(store: FaultyStore) -> None:
    project_list(store).enter("a", frozenset({"b"}))
    answers = iter([True, False, False])
    reconciled(store, "", "a", lambda name: next(answers))
    assert listed(store) == ("a", "b")
    assert next(answers, None) is None, "asked before, after, and once more after it was added"


def test_a_project_that_goes_while_it_is_added_is_taken_off_again(store: FaultyStore) -> None:
    project_list(store).enter("b")
    reconciled(store, "a", "", deleted("a"))
    assert listed(store) == ("b",)


def test_a_project_is_checked_again_that_a_put_with_a_lost_response_took_off(store: FaultyStore) -> None:
    project_list(store).enter("a", frozenset({"b"}))
    answers = iter([True, False, False])

    def lose() -> None:
        raise Unavailable(LIST, "no answer came")

    store.after = once("put", LIST, lose)
    reconciled(store, "", "a", lambda name: next(answers))
    assert listed(store) == ("a", "b")


def test_nothing_to_reconcile_sends_no_request(store: FaultyStore) -> None:
    reconciled(store, "", "", deleted())
    assert store.requests == []
