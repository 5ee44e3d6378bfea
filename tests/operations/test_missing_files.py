"""Publishing a file again whose object, or a file beside it, is gone: it is stored again, in every place and mode."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from s3pypi_setuptools.aws.sessions import Sessions
from s3pypi_setuptools.config.choices import IfExists
from s3pypi_setuptools.config.resolve import resolve
from s3pypi_setuptools.errors import NotFound, Unavailable
from s3pypi_setuptools.operations.publish.report import FileReport, Note, Outcome
from s3pypi_setuptools.repository.layout import Layout
from s3pypi_setuptools.stores.base import Attributes
from s3pypi_setuptools.stores.registry import open_store
from tests.operations.attestations import URL, attest
from tests.operations.conftest import World
from tests.operations.processes import deleted
from tests.operations.republishing import KINDS, file_of, is_complete, key_of, push
from tests.support import samples
from tests.support.markers import case
from tests.support.servers import S3Server
from tests.support.store_doubles import FaultyStore, Request


@pytest.fixture
def bucket(s3_server: S3Server, s3_bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    for name, value in s3_server.environment.items():
        monkeypatch.setenv(name, value)
    settings = resolve(command_line={"target": f"s3://{s3_bucket}/team"}, project=tmp_path)
    with closing(open_store(settings.require_target(), settings, Sessions())) as store:
        yield World(tmp_path, store, Layout("team"))


def restored(world: World, path: Path, policy: IfExists, *suffixes: str) -> None:
    """Take the objects away, publish the file again twice, and see that all is as it was."""
    assert push(world, path, policy).outcome in (Outcome.PUBLISHED, Outcome.PRESENT, Outcome.SKIPPED, Outcome.FAILED)
    key, pages = key_of(world), world.pages()
    for suffix in suffixes:
        world.store.delete(key + suffix)

    foretold = push(world, path, policy, dry_run=True)
    with pytest.raises(NotFound):
        world.store.head(key + suffixes[0])
    report = push(world, path, policy)

    assert (report.outcome, report.note) == (Outcome.PUBLISHED, Note.RESTORED)
    assert (foretold.outcome, foretold.note, foretold.url) == (report.outcome, report.note, report.url)
    assert key_of(world) == key
    assert [page.files for page in world.pages()] == [page.files for page in pages]
    assert is_complete(world, path)
    again = push(world, path, IfExists.SAME)
    assert (again.outcome, again.note) == (Outcome.PRESENT, None)


@pytest.mark.parametrize("policy", IfExists)
@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_is_gone(place: World, kind: str, policy: IfExists) -> None:
    restored(place, file_of(place, kind), policy, "")


@pytest.mark.parametrize("policy", IfExists)
@pytest.mark.parametrize("kind", ["wheel", case("large wheel", slow=True)])
@pytest.mark.parametrize("gone", [(".metadata",), ("", ".metadata")])
def test_a_metadata_file_that_is_gone(place: World, kind: str, policy: IfExists, gone: tuple[str, ...]) -> None:
    restored(place, file_of(place, kind), policy, *gone)


@pytest.mark.parametrize(
    ("kind", "policy", "gone"),
    [
        ("wheel", IfExists.SAME, ""),
        case("wheel", IfExists.SAME, ".metadata", slow=True),
        case("sdist", IfExists.SKIP, "", slow=True),
        ("large wheel", IfExists.SAME, ""),
        case("large wheel", IfExists.REPLACE, "", slow=True),
    ],
)
def test_a_bucket(bucket: World, kind: str, policy: IfExists, gone: str) -> None:
    restored(bucket, file_of(bucket, kind), policy, gone)


def test_no_file_is_sent_again_for_its_metadata(place: World) -> None:
    wheel = file_of(place, "large wheel")
    push(place, wheel)
    place.store.delete(f"{key_of(place)}.metadata")
    store = FaultyStore(place.store)

    push(place, wheel, store=store)

    assert [request.key for request in store.requests if request.writes] == [f"{key_of(place)}.metadata"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_at_a_key_of_its_own(place: World, kind: str) -> None:
    path = file_of(place, kind)
    push(place, path)
    deleted(place)
    push(place, path)
    assert key_of(place) != f"team/demo/{path.name}"

    for policy in IfExists:
        restored(place, path, policy, "")
    assert place.store.head(key_of(place)).size == path.stat().st_size


@pytest.mark.client
def test_a_provenance_object_that_is_gone(place: World) -> None:
    wheel = place.wheel()
    attest(wheel)
    push(place, wheel, index_url=URL)
    key = f"{key_of(place)}.provenance"
    before = place.store.get(key).data
    place.store.delete(key)

    report = push(place, wheel, index_url=URL)

    assert (report.outcome, report.note) == (Outcome.PUBLISHED, Note.RESTORED)
    assert place.store.get(key).data == before
    assert push(place, wheel, index_url=URL).outcome is Outcome.PRESENT


def test_a_file_that_is_gone_beside_one_that_is_refused(place: World) -> None:
    wheel, sdist = place.wheel(), place.sdist()
    place.push(wheel, sdist, cautious=True)
    place.store.delete(f"team/demo/{wheel.name}")

    report = place.push(wheel, place.sdist(salt="x"), cautious=True)

    assert {file.filename: (file.outcome, file.note) for file in report.files} == {
        wheel.name: (Outcome.PUBLISHED, Note.RESTORED),
        sdist.name: (Outcome.FAILED, None),
    }
    assert set(place.listed()) == {wheel.name, sdist.name}


def test_a_store_that_lists_what_it_says_is_not_there_is_not_believed(world: World) -> None:
    wheel = world.wheel()
    world.push(wheel)

    def deny(request: Request) -> None:
        if request.verb == "head" and request.key.endswith(".whl"):
            raise NotFound(request.key)

    report = world.push(world.wheel(salt="x"), store=FaultyStore(world.store, before=deny))

    assert [file.outcome for file in report.files] == [Outcome.FAILED]
    assert "lists it" in str(report.files[0].error)
    assert world.listed() == {wheel.name: samples.read(wheel).file.sha256}
    (report,) = world.push(wheel, store=FaultyStore(world.store, before=deny)).files
    assert "says that it is there" in str(report.error)
    assert world.listed() == {wheel.name: samples.read(wheel).file.sha256}


@pytest.mark.parametrize("policy", [IfExists.SAME, IfExists.SKIP])
def test_a_file_that_is_stored_again_is_not_replaced_by_whoever_saw_it_gone(place: World, policy: IfExists) -> None:
    wheel, other = place.wheel(), place.wheel(salt="x")
    push(place, wheel)
    place.store.delete(key_of(place))
    again: list[FileReport] = []

    def store_it_again(request: Request) -> None:
        if request.verb == "put" and request.key == "team/demo/manifest.json" and not again:
            again.append(place.push(wheel, cautious=True).files[0])

    store = FaultyStore(place.store, before=store_it_again)
    (report,) = place.push(other, store=store, cautious=True, if_exists=policy).files

    assert [each.note for each in again] == [Note.RESTORED]
    assert report.outcome is (Outcome.SKIPPED if policy is IfExists.SKIP else Outcome.FAILED)
    assert place.listed() == {wheel.name: samples.read(wheel).file.sha256}


def test_an_answer_lost_while_a_file_is_stored_again(place: World) -> None:
    wheel = place.wheel()
    push(place, wheel)
    place.store.delete(key_of(place))
    lost: list[Request] = []

    def lose(request: Request) -> None:
        if request.verb == "put" and request.key == "team/demo/manifest.json" and not lost:
            lost.append(request)
            raise Unavailable(request.key, "no answer")

    store = FaultyStore(place.store, after=lose)
    (report,) = place.push(wheel, store=store, cautious=True).files

    assert (report.outcome, report.note) == (Outcome.PUBLISHED, Note.RESTORED)
    puts = [request for request in store.requests if request.verb == "put" and request.key == lost[0].key]
    assert len(puts) == 1
    assert is_complete(place, wheel)


def test_files_that_are_there_are_looked_at_beside_one_another(world: World) -> None:
    paths = [world.wheel(version) for version in ("1.0", "1.1", "1.2")]
    world.push(*paths)
    store = FaultyStore(world.store)

    world.push(*paths, store=store, if_exists=IfExists.REPLACE)

    looks = [request for request in store.requests if request.key.endswith((".whl", ".metadata"))]
    assert sorted(request.verb for request in looks) == ["get"] * 3 + ["head"] * 3
    assert not [request for request in store.requests if request.writes]


def test_attributes_of_what_is_stored_again_are_those_of_any_distribution(world: World) -> None:
    wheel = world.wheel()
    world.push(wheel)
    before = world.store.head(key_of(world)).metadata
    world.store.delete(key_of(world))
    world.push(wheel)
    assert world.store.head(key_of(world)).metadata == before != Attributes().metadata
