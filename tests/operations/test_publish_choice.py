from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from s3pypi_setuptools.config.choices import IfExists
from s3pypi_setuptools.distribution import Distribution
from s3pypi_setuptools.errors import FileConflict
from s3pypi_setuptools.index.model import File
from s3pypi_setuptools.operations.publish.choice import Choice, Facts, Need, choose, held_back
from s3pypi_setuptools.operations.publish.report import Note, Outcome
from s3pypi_setuptools.repository.listed_object import Contents, Presence
from s3pypi_setuptools.repository.upload import Part
from tests.support import samples

NOW = datetime(2026, 11, 30, tzinfo=timezone.utc)
THERE = Presence()
GONE = Presence(frozenset({Part.FILE}))
WITHOUT_METADATA = Presence(frozenset({Part.METADATA}))
LOST = Presence(lost=True)


@pytest.fixture
def wheel(tmp_path: Path) -> Distribution:
    return samples.read(samples.wheel(tmp_path))


def listed(one: Distribution, sha256: str | None, uploaded: datetime | None = None) -> File:
    hashes = (("sha256", sha256),) if sha256 else ()
    return File(one.filename, one.filename, hashes=hashes, upload_time=uploaded or NOW - timedelta(days=1))


def ours(one: Distribution, uploaded: datetime | None = None) -> File:
    return listed(one, one.file.sha256, uploaded)


def other(one: Distribution, uploaded: datetime | None = None) -> File:
    return listed(one, hashlib.sha256(b"other").hexdigest(), uploaded)


def chosen(file: File | None, one: Distribution, policy: IfExists, *facts: object) -> Choice:
    found = choose(file, one, policy, NOW, Facts(*facts))  # type: ignore[arg-type]
    assert isinstance(found, Choice)
    assert (found.distribution, found.listed) == (one, file)
    return found


@pytest.mark.parametrize("policy", IfExists)
def test_what_is_not_listed_is_published_and_nothing_is_looked_at(wheel: Distribution, policy: IfExists) -> None:
    choice = chosen(None, wheel, policy)
    assert choice == Choice(wheel, Outcome.PUBLISHED, None)
    assert (choice.lists, choice.stays, choice.moved) == (True, False, False)


@pytest.mark.parametrize("policy", IfExists)
def test_a_file_that_this_very_run_has_listed_is_published(wheel: Distribution, policy: IfExists) -> None:
    """The answer to its commit was lost."""
    assert chosen(ours(wheel, NOW), wheel, policy).outcome is Outcome.PUBLISHED


@pytest.mark.parametrize("policy", [policy for policy in IfExists if policy is not IfExists.REPLACE])
def test_other_bytes_listed_at_the_same_instant_are_not_ours(wheel: Distribution, policy: IfExists) -> None:
    assert choose(other(wheel, NOW), wheel, policy, NOW) is Need.PRESENCE
    assert choose(listed(wheel, None, NOW), wheel, policy, NOW) is Need.PRESENCE


@pytest.mark.parametrize("policy", IfExists)
def test_a_listed_file_is_looked_for_unless_it_is_replaced_anyway(wheel: Distribution, policy: IfExists) -> None:
    assert choose(ours(wheel), wheel, policy, NOW) is Need.PRESENCE
    assert choose(listed(wheel, None), wheel, policy, NOW) is Need.PRESENCE
    if policy is IfExists.REPLACE:
        assert chosen(other(wheel), wheel, policy) == Choice(wheel, Outcome.REPLACED, other(wheel))
    else:
        assert choose(other(wheel), wheel, policy, NOW) is Need.PRESENCE


@pytest.mark.parametrize("policy", IfExists)
def test_a_listed_file_that_is_gone_is_stored_again_where_it_was(wheel: Distribution, policy: IfExists) -> None:
    choice = chosen(ours(wheel), wheel, policy, GONE)
    assert choice == Choice(wheel, Outcome.PUBLISHED, ours(wheel), note=Note.RESTORED, missing=GONE.missing)
    assert (choice.lists, choice.stays, choice.moved) == (False, True, False)


@pytest.mark.parametrize("policy", IfExists)
def test_a_listed_file_whose_bytes_cannot_be_had_again_moves(wheel: Distribution, policy: IfExists) -> None:
    choice = chosen(ours(wheel), wheel, policy, replace(GONE, lost=True))
    assert choice == Choice(wheel, Outcome.REPLACED, ours(wheel), note=Note.MOVED)
    assert (choice.lists, choice.stays, choice.moved) == (True, False, True)


@pytest.mark.parametrize("policy", IfExists)
@pytest.mark.parametrize("known", [True, False])
def test_another_file_takes_the_place_of_one_that_is_gone(wheel: Distribution, policy: IfExists, known: bool) -> None:
    file = other(wheel) if known else listed(wheel, None)
    note = None if known and policy is IfExists.REPLACE else Note.MISSING
    assert chosen(file, wheel, policy, GONE) == Choice(wheel, Outcome.REPLACED, file, note=note)


@pytest.mark.parametrize("found", [THERE, WITHOUT_METADATA, LOST])
def test_another_file_takes_no_place_of_one_that_is_there(wheel: Distribution, found: Presence) -> None:
    assert chosen(other(wheel), wheel, IfExists.SKIP, found).outcome is Outcome.SKIPPED
    assert choose(other(wheel), wheel, IfExists.SAME, NOW, Facts(found)) is Need.CONTENTS


def test_a_listed_file_that_is_there(wheel: Distribution) -> None:
    assert chosen(ours(wheel), wheel, IfExists.SAME, THERE) == Choice(wheel, Outcome.PRESENT, ours(wheel))
    assert chosen(ours(wheel), wheel, IfExists.REPLACE, THERE) == Choice(wheel, Outcome.PRESENT, ours(wheel))
    assert chosen(ours(wheel), wheel, IfExists.SKIP, THERE) == Choice(wheel, Outcome.SKIPPED, ours(wheel))
    assert chosen(ours(wheel), wheel, IfExists.SAME, THERE).stays


@pytest.mark.parametrize("file", [ours, other])
def test_a_listed_file_that_is_there_fails_where_asked(wheel: Distribution, file: object) -> None:
    choice = chosen(file(wheel), wheel, IfExists.FAIL, THERE)  # type: ignore[operator]
    assert (choice.outcome, isinstance(choice.error, FileConflict)) == (Outcome.FAILED, True)
    assert str(choice.error) == f"{wheel.filename} is published already: raise the version, or leave it out"
    assert (choice.lists, choice.stays, choice.moved) == (False, False, False)


def test_what_was_found_to_have_the_same_bytes_is_present(wheel: Distribution) -> None:
    file = listed(wheel, None)
    assert chosen(file, wheel, IfExists.SAME, THERE, Contents.SAME_BYTES) == Choice(wheel, Outcome.PRESENT, file)
    assert chosen(file, wheel, IfExists.REPLACE, THERE, Contents.SAME_BYTES) == Choice(wheel, Outcome.PRESENT, file)


def test_a_rebuild_is_present_and_brings_back_what_is_missing_beside_the_listed_file(wheel: Distribution) -> None:
    choice = chosen(other(wheel), wheel, IfExists.SAME, WITHOUT_METADATA, Contents.EQUIVALENT)
    missing = frozenset({Part.METADATA})
    assert choice == Choice(wheel, Outcome.PRESENT, other(wheel), note=Note.REBUILT, missing=missing)
    assert (choice.lists, choice.stays, choice.moved) == (False, False, False)


def test_a_rebuild_replaces_where_asked(wheel: Distribution) -> None:
    file = listed(wheel, None)
    choice = chosen(file, wheel, IfExists.REPLACE, THERE, Contents.EQUIVALENT)
    assert choice == Choice(wheel, Outcome.REPLACED, file)


@pytest.mark.parametrize("known", [True, False])
def test_other_contents_are_a_conflict_that_shows_both_hashes(wheel: Distribution, known: bool) -> None:
    file = other(wheel) if known else listed(wheel, None)
    choice = chosen(file, wheel, IfExists.SAME, THERE, Contents.DIFFERENT)
    hashes = f" (sha256 {(file.sha256 or '')[:12]}… there, {wheel.file.sha256[:12]}… here)" if known else ""
    assert (choice.outcome, isinstance(choice.error, FileConflict)) == (Outcome.FAILED, True)
    assert str(choice.error) == f"{wheel.filename} is published already with other contents{hashes}: raise the version"


@pytest.mark.parametrize("note", [None, Note.MOVED, Note.MISSING])
def test_what_would_be_listed_is_held_back_beside_a_refused_file(wheel: Distribution, note: Note | None) -> None:
    choice = held_back(Choice(wheel, Outcome.REPLACED, ours(wheel), note=note))
    assert (choice.outcome, choice.note, isinstance(choice.error, FileConflict)) == (Outcome.FAILED, None, False)
    assert str(choice.error) == f"{wheel.filename} was not published, because another file of the project was refused"


@pytest.mark.parametrize(
    ("outcome", "note"),
    [
        (Outcome.PRESENT, None),
        (Outcome.PRESENT, Note.REBUILT),
        (Outcome.PUBLISHED, Note.RESTORED),
        (Outcome.SKIPPED, None),
        (Outcome.FAILED, None),
    ],
)
def test_what_would_not_be_listed_is_reported_as_it_is(
    wheel: Distribution, outcome: Outcome, note: Note | None
) -> None:
    choice = Choice(wheel, outcome, ours(wheel), note=note)
    assert held_back(choice) is choice


def test_a_listed_file_that_cannot_be_read_is_a_conflict_that_shows_no_secret(wheel: Distribution) -> None:
    file = replace(other(wheel), url=f"https://user:password@a.example/{wheel.filename}")
    choice = chosen(file, wheel, IfExists.SAME, THERE, Contents.UNKNOWN)
    assert (choice.outcome, isinstance(choice.error, FileConflict)) == (Outcome.FAILED, True)
    assert str(choice.error).startswith(f"{wheel.filename} is listed already, at https://")
    assert str(choice.error).endswith(
        f"a.example/{wheel.filename}, and cannot be compared with what lies there: raise the version"
    )
    assert "password" not in str(choice.error)
