from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from s3pypi_setuptools.errors import (
    AccessDenied,
    AlreadyExists,
    Contended,
    NotFound,
    PreconditionFailed,
    StoreError,
    TimedOut,
    Unavailable,
)
from s3pypi_setuptools.transaction import PATIENT, Backoff, create, update


class Waits(list[float]):
    """The ceilings of all waits, with a random choice that is always the highest."""

    def backoff(self, **options: int) -> Backoff:
        return Backoff(sleep=self.append, uniform=lambda low, high: high)._replace(**options)  # type: ignore[arg-type]


@pytest.fixture
def waits() -> Waits:
    return Waits()


def attempts(outcomes: Iterable[object]) -> Callable[[], object]:
    """An attempt that has these outcomes in turn; the last for ever."""
    left = list(outcomes)

    def attempt() -> object:
        outcome = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    return attempt


def lost(version: str | None = None, key: str = "k") -> PreconditionFailed:
    return PreconditionFailed(key, version=version)


def test_the_first_attempt_that_loses_no_race_is_the_result(waits: Waits) -> None:
    assert update(attempts([lost(), Contended("k"), "done"]), waits.backoff()) == "done"
    assert waits == [0.02, 0.04]


def test_waits_double_up_to_a_ceiling_however_often_a_race_was_lost(waits: Waits) -> None:
    update(attempts([lost()] * 30 + ["done"]), waits.backoff())
    assert waits == [0.02, 0.04, 0.08, 0.16] + [0.25] * 26


def test_a_wait_is_a_random_part_of_its_ceiling() -> None:
    asked: list[tuple[float, float]] = []

    def uniform(low: float, high: float) -> float:
        asked.append((low, high))
        return low

    backoff = Backoff(sleep=lambda seconds: None, uniform=uniform)
    update(attempts([lost(), Unavailable("k", "no"), Unavailable("k", "no"), "done"]), backoff)
    assert asked == [(0, 0.02), (0.5, 1.0), (1.0, 2.0)]


def test_a_wait_after_a_thousand_lost_races_is_a_number_still(waits: Waits) -> None:
    waits.backoff().pause(5000)
    waits.backoff().rest(5000)
    assert waits == [0.25, 2 * 0.25 * 2**20]


def test_by_default_a_publisher_waits_for_real() -> None:
    assert (PATIENT.first, PATIENT.most, PATIENT.attempts, PATIENT.unanswered, PATIENT.unmoved) == (
        *(0.02, 0.25),
        *(1000, 2, 100),
    )


def test_every_attempt_lost_is_an_error_that_names_the_object(waits: Waits) -> None:
    with pytest.raises(Contended, match=r"^key: was changed by others at each of 3 attempts") as caught:
        update(attempts([lost(key="key")]), waits.backoff(attempts=3))
    assert len(waits) == 3
    assert isinstance(caught.value.__cause__, PreconditionFailed)


def test_no_attempt_at_all_is_an_error(waits: Waits) -> None:
    with pytest.raises(Contended, match=r"^the repository: "):
        update(attempts(["done"]), waits.backoff(attempts=0))


def test_few_attempts_are_granted_without_an_answer(waits: Waits) -> None:
    no_answer = Unavailable("k", "no")
    assert update(attempts([no_answer, no_answer, "done"]), waits.backoff()) == "done"
    assert waits == [1.0, 2.0]
    with pytest.raises(Unavailable):
        update(attempts([no_answer, no_answer, no_answer, "done"]), waits.backoff())
    assert waits == [1.0, 2.0, 1.0, 2.0]


def test_lost_races_between_do_not_grant_more_of_them(waits: Waits) -> None:
    no_answer = Unavailable("k", "no")
    with pytest.raises(Unavailable):
        update(attempts([no_answer, lost(), no_answer, lost(), no_answer, "done"]), waits.backoff())


@pytest.mark.parametrize("error", [TimedOut("k", "silent"), NotFound("k"), AccessDenied("k", "no"), ValueError()])
def test_any_other_error_ends_the_work_at_once(waits: Waits, error: Exception) -> None:
    with pytest.raises(type(error)):
        update(attempts([error, "done"]), waits.backoff())
    assert waits == []


def test_a_store_that_refuses_the_version_it_shows_is_found_out(waits: Waits) -> None:
    with pytest.raises(StoreError, match=r"^k: the store refused 3 times to write it, though nobody has changed it"):
        update(attempts([lost("1")]), waits.backoff(unmoved=3))
    assert len(waits) == 2


@pytest.mark.parametrize(
    "errors",
    [
        [lost("1"), lost("2")],
        [lost("1", "a"), lost("1", "b")],
        [lost()],
        [Contended("k")],
        [lost("1"), lost("1"), lost("2"), lost("2")],
    ],
    ids=["other versions", "other objects", "no version", "in flight", "twice each"],
)
def test_races_over_what_moves_are_fought_on(waits: Waits, errors: list[Exception]) -> None:
    assert update(attempts([*errors * 4, "done"]), waits.backoff(unmoved=3)) == "done"


def test_one_lost_race_is_too_many_where_so_few_are_granted(waits: Waits) -> None:
    with pytest.raises(StoreError, match="refused 1 times"):
        update(attempts([lost("1"), "done"]), waits.backoff(unmoved=1))


def test_creating_tells_whether_it_made_the_object(waits: Waits) -> None:
    assert create(attempts(["token"]), waits.backoff()) is True
    assert create(attempts([AlreadyExists("k")]), waits.backoff()) is False
    assert create(attempts([Contended("k"), "token"]), waits.backoff()) is True
    assert create(attempts([Contended("k"), AlreadyExists("k")]), waits.backoff()) is False
    assert waits == [0.02, 0.02]
