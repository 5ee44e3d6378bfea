"""The list of projects, and who else changes it meanwhile."""

from __future__ import annotations

import threading
import time

import pytest

from s3pypi_setuptools.errors import AccessDenied, LockError, Unavailable
from s3pypi_setuptools.locks.base import NO_LOCKS, Locks
from s3pypi_setuptools.repository.project_list import ProjectList
from tests.repository.conftest import workspace
from tests.repository.desks import LIST, FakeLocks, listed, project_list
from tests.support.store_doubles import FaultyStore, Request, once


def test_of_two_who_make_the_list_none_writes_over_the_other(store: FaultyStore) -> None:
    other = FaultyStore(store.store)
    store.before = once("put", LIST, lambda: project_list(other).enter("other"))

    assert project_list(store).enter("demo")

    assert listed(store) == ("demo", "other")


class Calls:
    """Calls of `ProjectList.enter`, each in a thread, which wait until a first one has written the list."""

    def __init__(self, store: FaultyStore, locks: Locks = NO_LOCKS) -> None:
        self.root = ProjectList(workspace(store, locks=locks))
        self.outcomes: dict[str, bool | BaseException] = {}
        self._threads: list[threading.Thread] = []
        self._writing, self._free = threading.Event(), threading.Event()
        store.before = once("put", LIST, self._wait)
        self._start("first")
        assert self._writing.wait(10)

    def _wait(self) -> None:
        self._writing.set()
        assert self._free.wait(10)

    def add(self, project: str, *others: str) -> None:
        """Start another call, and wait until it is noted."""
        self._start(project, frozenset(others))
        for _ in range(1000):
            if {project, *others} <= self.root._waiting:
                return
            time.sleep(0.01)
        raise AssertionError(project)

    def _start(self, project: str, others: frozenset[str] = frozenset()) -> None:
        def call() -> None:
            try:
                self.outcomes[project] = self.root.enter(project, others)
            except BaseException as error:
                self.outcomes[project] = error

        self._threads.append(threading.Thread(target=call))
        self._threads[-1].start()

    def end(self) -> dict[str, bool | BaseException]:
        self._free.set()
        for thread in self._threads:
            thread.join(10)
            assert not thread.is_alive()
        return self.outcomes


def test_calls_that_wait_share_one_write(store: FaultyStore) -> None:
    calls = Calls(store)
    calls.add("a")
    calls.add("b")
    calls.add("c")

    assert calls.end() == dict.fromkeys(("first", "a", "b", "c"), True)

    assert listed(store) == ("a", "b", "c", "first")
    assert sum((request.verb, request.key) == ("put", LIST) for request in store.requests) == 2


@pytest.mark.parametrize("error", [AccessDenied(LIST, "no"), KeyboardInterrupt()], ids=["refused", "interrupted"])
def test_names_that_were_taken_along_into_a_failure_are_asked_for_again(
    store: FaultyStore, error: BaseException
) -> None:
    calls = Calls(store)
    calls.add("a")
    calls.add("b")
    puts: list[Request] = []

    def fail_once(request: Request) -> None:
        if (request.verb, request.key) == ("put", LIST):
            puts.append(request)
            if len(puts) == 1:
                raise error

    store.before = fail_once  # the first call is beyond that, and waits in its put
    outcomes = calls.end()

    entered = sorted(project for project, outcome in outcomes.items() if outcome is True)
    assert len(entered) == 2
    assert listed(store) == tuple(entered)


def test_names_that_come_while_a_write_fails_are_kept_beside_those_it_took_along(store: FaultyStore) -> None:
    calls = Calls(store)
    calls.add("a")
    calls.add("b")
    puts: list[Request] = []

    def fail_once(request: Request) -> None:
        if (request.verb, request.key) == ("put", LIST):
            puts.append(request)
            if len(puts) == 1:
                calls.add("c")
                raise AccessDenied(LIST, "no")

    store.before = fail_once
    outcomes = calls.end()

    entered = sorted(project for project, outcome in outcomes.items() if outcome is True)
    assert len(entered) == 3
    assert "c" in entered
    assert listed(store) == tuple(entered)


def test_a_lock_that_cannot_be_had_is_waited_for_once_by_all(store: FaultyStore) -> None:
    calls = Calls(store, locks := FakeLocks(lasts=2))
    calls.add("a", "along")
    calls.add("b")

    outcomes = calls.end()

    assert outcomes.pop("first") is True
    assert [(type(error), str(error)) for error in outcomes.values()] == [(LockError, "lost")] * 2
    assert len(locks.names) == 2
    assert listed(store) == ("first",)
    locks.lasts = 99
    assert [calls.root.enter(project) for project in ("a", "b", "along")] == [True] * 3


def test_a_list_that_is_lost_after_it_was_written_leaves_its_pages(store: FaultyStore) -> None:
    def lose() -> None:
        store.store.delete(LIST)
        raise Unavailable(LIST, "no answer came")

    store.before = once("put", "team/index.html", lose)
    with pytest.raises(Unavailable, match="its record was there"):
        project_list(store).enter("demo")
