"""Work that is done side by side."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from s3pypi_setuptools.concurrency import side_by_side

LONG = 60
"""Seconds after which a test has failed."""


def test_results_come_in_the_order_of_the_source() -> None:
    assert list(side_by_side(iter(range(100)), lambda number: number * 2, workers=3)) == list(range(0, 200, 2))
    assert list(side_by_side([], str)) == []


def test_one_slow_item_of_a_list_holds_up_no_other() -> None:
    last = threading.Event()

    def work(number: int) -> bool:
        if number == 0:
            return last.wait(LONG)
        if number == 99:
            last.set()
        return True

    assert all(side_by_side(range(100), work, workers=2))


def test_what_is_read_as_it_is_needed_is_not_read_far_ahead() -> None:
    read: list[int] = []

    def source() -> Iterator[int]:
        for number in range(100):
            read.append(number)
            yield number

    results = side_by_side(source(), str, workers=2)
    assert next(results) == "0"
    assert len(read) == 4
    assert list(results) == [str(number) for number in range(1, 100)]


def test_an_error_ends_the_work_that_has_not_begun() -> None:
    begun: list[int] = []

    def work(number: int) -> None:
        begun.append(number)
        if number == 0:
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        list(side_by_side(iter(range(1000)), work, workers=2))
    assert len(begun) <= 5
