from __future__ import annotations

from uuid import uuid4

from s3pypi_setuptools.repository.manifest import blank_id, is_blank, next_id, number_of


def new_id() -> str:
    return uuid4().hex


def test_ids_count_the_commits_of_a_record() -> None:
    first = next_id(None, new_id)
    second = next_id(first, new_id)
    assert [number_of(first), number_of(second)] == [1, 2]
    assert len(first) == len(second) == 32


def test_ids_of_one_number_differ() -> None:
    assert next_id(None, new_id) != next_id(None, new_id)
    assert blank_id(new_id) != blank_id(new_id)


def test_only_a_blank_page_has_the_id_of_one() -> None:
    assert is_blank(blank_id(new_id))
    assert not is_blank(next_id(None, new_id))
    assert not is_blank(next_id(blank_id(new_id), new_id))


def test_an_id_of_another_form_has_no_number() -> None:
    assert number_of("2026-11") is None
    assert number_of("") is None
    assert number_of(next_id("2026-11", new_id)) == 1


def test_counting_ends_where_the_digits_do() -> None:
    last = "f" * 32
    assert number_of(next_id(last, new_id)) == number_of(last)
