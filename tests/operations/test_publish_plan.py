"""What publishing makes of a manifest, from the outcomes that were chosen: functions of values, without a store."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from s3pypi_setuptools.config.choices import IfExists
from s3pypi_setuptools.distribution import Distribution
from s3pypi_setuptools.errors import FileConflict, RepositoryError
from s3pypi_setuptools.index.model import File, Project, Status
from s3pypi_setuptools.operations.publish.choice import Choice, Facts, Need
from s3pypi_setuptools.operations.publish.plan import (
    Plan,
    Stored,
    StoredObject,
    Submission,
    changed,
    make_plan,
    refuse_status,
)
from s3pypi_setuptools.operations.publish.report import Note, Outcome
from s3pypi_setuptools.repository.layout import Layout
from s3pypi_setuptools.repository.listed_object import Contents, Presence
from s3pypi_setuptools.repository.manifest import Manifest
from s3pypi_setuptools.repository.upload import Part
from tests.support import samples

NOW = datetime(2026, 11, 30, tzinfo=timezone.utc)
BEFORE = NOW - timedelta(days=1)
LAYOUT = Layout("team")
NOTHING = Stored({}, {})


@pytest.fixture
def wheel(tmp_path: Path) -> Distribution:
    return samples.read(samples.wheel(tmp_path))


@pytest.fixture
def sdist(tmp_path: Path) -> Distribution:
    return samples.read(samples.sdist(tmp_path))


def manifest(*files: File, removed: frozenset[str] = frozenset(), deleted: bool = False) -> Manifest:
    return Manifest(Project.of("demo", files, commit="1" * 32), removed, deleted=deleted)


def other(one: Distribution, url: str | None = None) -> File:
    hashes = (("sha256", hashlib.sha256(b"other").hexdigest()),)
    return File(one.filename, url or one.filename, hashes=hashes, upload_time=BEFORE)


def ours(one: Distribution) -> File:
    return replace(other(one), hashes=(("sha256", one.file.sha256),))


def stored(*ones: Distribution, folder: str = "") -> Stored:
    return Stored({one.filename: StoredObject(folder + one.filename) for one in ones}, {})


def test_the_outcome_of_each_file_is_chosen_by_itself(wheel: Distribution, sdist: Distribution) -> None:
    submission = Submission("demo", (wheel, sdist), IfExists.SAME, NOW)
    state = manifest(other(wheel))
    assert submission.choose(state, {}) == {
        wheel.filename: Need.PRESENCE,
        sdist.filename: Choice(sdist, Outcome.PUBLISHED, None),
    }
    facts = {wheel.filename: Facts(Presence())}
    assert submission.choose(state, facts)[wheel.filename] is Need.CONTENTS
    facts = {wheel.filename: Facts(Presence(), Contents.DIFFERENT)}
    choice = submission.choose(state, facts)[wheel.filename]
    assert isinstance(choice, Choice)
    assert isinstance(choice.error, FileConflict)


def test_a_new_file_is_listed_with_what_its_bytes_say(wheel: Distribution) -> None:
    plan = make_plan(manifest(deleted=True), [Choice(wheel, Outcome.PUBLISHED, None)], LAYOUT)
    assert (plan.refused, plan.removed) == (False, frozenset())
    place = StoredObject(f"abc/{wheel.filename}", "token", "https://a.example/demo/x.provenance")
    new = changed(manifest(deleted=True), plan, Stored({wheel.filename: place}, {}), NOW)
    (file,) = new.project.files
    assert not new.deleted
    assert (file.url, file.etag, file.provenance) == (place.url, "token", place.provenance)
    assert (file.sha256, file.size, file.upload_time) == (wheel.file.sha256, wheel.file.size, NOW)
    assert file.metadata_sha256 == hashlib.sha256(wheel.metadata or b"").hexdigest()


def test_the_url_of_a_replaced_file_is_removed(wheel: Distribution) -> None:
    state = manifest(other(wheel))
    plan = make_plan(state, [Choice(wheel, Outcome.REPLACED, other(wheel))], LAYOUT)
    assert (plan.removed, plan.removed_names) == ({wheel.filename}, {wheel.filename})
    new = changed(state, plan, stored(wheel, folder="abc/"), NOW)
    assert [(file.url, file.sha256) for file in new.project.files] == [(f"abc/{wheel.filename}", wheel.file.sha256)]
    assert new.removed == {wheel.filename}


@pytest.mark.parametrize("place", ["../other/", "https://a.example/demo/"])
def test_the_url_of_a_replaced_file_in_another_folder_is_not_removed(wheel: Distribution, place: str) -> None:
    listed = other(wheel, place + wheel.filename)
    plan = make_plan(manifest(listed), [Choice(wheel, Outcome.REPLACED, listed)], LAYOUT)
    assert plan.removed == frozenset()


def test_a_file_that_moves_stays_as_it_was_listed(wheel: Distribution) -> None:
    listed = replace(ours(wheel), yanked="broken")
    choice = Choice(wheel, Outcome.REPLACED, listed, note=Note.MOVED)
    new = changed(manifest(listed), make_plan(manifest(listed), [choice], LAYOUT), stored(wheel, folder="abc/"), NOW)
    (file,) = new.project.files
    assert (file.url, file.yanked, file.upload_time) == (f"abc/{wheel.filename}", "broken", BEFORE)


@pytest.mark.parametrize(
    "choice",
    [
        {"outcome": Outcome.PRESENT},
        {"outcome": Outcome.SKIPPED},
        {"outcome": Outcome.PUBLISHED, "note": Note.RESTORED, "missing": frozenset({Part.FILE})},
    ],
)
def test_a_file_that_is_listed_already_changes_nothing(wheel: Distribution, choice: dict[str, object]) -> None:
    state = manifest(ours(wheel), deleted=False)
    plan = make_plan(state, [Choice(wheel, listed=ours(wheel), **choice)], LAYOUT)  # type: ignore[arg-type]
    assert changed(state, plan, NOTHING, NOW) is state


def test_an_attestation_that_came_later_is_listed(wheel: Distribution) -> None:
    state, url = manifest(ours(wheel)), "https://a.example/demo/x.provenance"
    plan = make_plan(state, [Choice(wheel, Outcome.PRESENT, ours(wheel))], LAYOUT)
    new = changed(state, plan, Stored({}, {wheel.filename: url}), NOW)
    assert new == state.with_files([replace(ours(wheel), provenance=url)])


def test_one_refused_file_refuses_the_plan(wheel: Distribution, sdist: Distribution) -> None:
    refused = Choice(wheel, Outcome.FAILED, other(wheel), FileConflict("published already"))
    assert Plan((Choice(sdist, Outcome.PUBLISHED, None), refused), frozenset()).refused
    assert not Plan((Choice(sdist, Outcome.PUBLISHED, None),), frozenset()).refused


@pytest.mark.parametrize(
    ("missing", "maybe_restored", "renews"),
    [({Part.FILE}, False, True), ({Part.METADATA}, False, False), (set(), False, False), (set(), True, True)],
)
def test_who_stored_a_missing_object_again_commits(
    wheel: Distribution, missing: set[Part], maybe_restored: bool, renews: bool
) -> None:
    presence = Presence(frozenset(missing), maybe_restored=maybe_restored)
    submission = Submission("demo", (wheel,), IfExists.SAME, NOW)
    choice = submission.choose(manifest(ours(wheel)), {wheel.filename: Facts(presence)})[wheel.filename]
    assert isinstance(choice, Choice)
    assert choice.renews is renews
    assert choice.outcome is (Outcome.PUBLISHED if missing else Outcome.PRESENT)


@pytest.mark.parametrize("status", Status)
def test_archived_and_quarantined_projects_take_no_uploads(status: Status) -> None:
    project = Project("demo").with_status(status)
    if status in (Status.ARCHIVED, Status.QUARANTINED):
        with pytest.raises(RepositoryError, match=f"demo is {status.value} and takes no uploads"):
            refuse_status(project)
    else:
        refuse_status(project)
        refuse_status(Project("demo"))
