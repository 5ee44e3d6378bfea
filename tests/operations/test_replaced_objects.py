"""Publishing a file again whose key can no longer serve it: it gets another key."""

from __future__ import annotations

from pathlib import Path

import pytest

from s3pypi_setuptools.config.choices import IfExists
from s3pypi_setuptools.operations.publish.report import Note, Outcome
from tests.operations.conftest import World
from tests.operations.republishing import FILES, KINDS, file_of, is_complete, key_of, push
from tests.support import samples


def fetched(world: World, path: Path) -> str:
    """The hash of what installers get as the file of that name."""
    (file,) = [file for file in world.pages_there("demo")[0].files if file.filename == path.name]
    return world.fetched("demo", file.url)


PAGE = '<!DOCTYPE html><a href="{name}#sha256={sha256}">{name}</a>'


@pytest.mark.parametrize("policy", IfExists)
def test_a_file_of_another_tools_page(place: World, policy: IfExists) -> None:
    sdist = place.sdist()
    place.put(f"team/demo/{sdist.name}", sdist.read_bytes())
    page = PAGE.format(name=sdist.name, sha256=samples.read(sdist).file.sha256)
    place.put("team/demo/index.html", page.encode())
    push(place, place.sdist("2.0"))
    place.store.delete(f"team/demo/{sdist.name}")

    report = push(place, sdist, policy)

    assert (report.outcome, report.note) == (Outcome.PUBLISHED, Note.RESTORED)
    assert fetched(place, sdist) == samples.read(sdist).file.sha256


def test_an_unhashed_file_of_another_tools_page_is_replaced(place: World) -> None:
    sdist = place.sdist()
    place.put(f"team/demo/{sdist.name}", sdist.read_bytes())
    place.put("team/demo/index.html", f'<!DOCTYPE html><a href="{sdist.name}">{sdist.name}</a>'.encode())
    push(place, place.sdist("2.0"))
    place.store.delete(f"team/demo/{sdist.name}")

    report = push(place, sdist)

    assert (report.outcome, report.note) == (Outcome.REPLACED, Note.MISSING)
    assert fetched(place, sdist) == samples.read(sdist).file.sha256
    assert f"demo/{sdist.name}" not in (report.url or ""), "nobody knows which bytes that key had"


@pytest.mark.parametrize("policy", IfExists)
@pytest.mark.parametrize("kind", KINDS)
def test_other_bytes_take_the_place_of_a_file_that_is_gone_under_another_key(
    place: World, kind: str, policy: IfExists
) -> None:
    path = file_of(place, kind)
    push(place, path)
    old = key_of(place)
    place.store.delete(old)
    other = (
        place.sdist(salt="x") if kind == "sdist" else samples.wheel(place.folder / "x", salt="x", padding=FILES[kind])
    )

    report = push(place, other, policy)

    note = None if policy is IfExists.REPLACE else Note.MISSING
    assert (report.outcome, report.note) == (Outcome.REPLACED, note)
    assert key_of(place) != old
    assert is_complete(place, other)
    assert old not in place.stored()


@pytest.mark.parametrize("policy", IfExists)
@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_was_overwritten_gets_another_key(place: World, kind: str, policy: IfExists) -> None:
    path = file_of(place, kind)
    push(place, path)
    old = key_of(place)
    place.put(old, b"of another tool")

    report = push(place, path, policy)

    assert (report.outcome, report.note) == (Outcome.REPLACED, Note.MOVED)
    assert key_of(place) != old
    assert is_complete(place, path)
    assert push(place, path).outcome is Outcome.PRESENT


def test_a_metadata_file_that_was_overwritten_gets_another_key_with_its_wheel(place: World) -> None:
    wheel = place.wheel()
    push(place, wheel)
    place.put(f"{key_of(place)}.metadata", b"Metadata-Version: 2.1\nName: other\nVersion: 1.0\n")

    assert push(place, wheel).note is Note.MOVED

    assert is_complete(place, wheel)


def test_what_was_said_of_a_file_stays_when_it_gets_another_key(place: World) -> None:
    wheel = place.wheel()
    push(place, wheel)
    before = place.pages()[0].files[0]
    place.put(key_of(place), b"of another tool")

    push(place, wheel)

    (after,) = place.pages()[0].files
    assert (after.upload_time, after.hashes, after.size) == (before.upload_time, before.hashes, before.size)
