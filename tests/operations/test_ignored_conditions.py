"""Stores that ignore conditions, all of them or those on what they receive in parts."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from s3pypi_setuptools import RepositoryError, open_repository
from s3pypi_setuptools.distribution.local_file import PART_SIZE, LocalFile
from s3pypi_setuptools.errors import AccessDenied
from s3pypi_setuptools.operations.delete import delete
from s3pypi_setuptools.operations.file_selector import FileSelector
from s3pypi_setuptools.operations.publish.report import Outcome
from s3pypi_setuptools.operations.transfer.promote import promote
from s3pypi_setuptools.repository.page_kind import PageKind
from s3pypi_setuptools.repository.repository import Repository
from s3pypi_setuptools.stores.base import ANY, Attributes, Condition, Info, PartsWrite, Store, Token
from s3pypi_setuptools.stores.memory import MemoryStore
from tests.operations.conftest import World
from tests.support import samples
from tests.support.servers import S3Server
from tests.support.store_doubles import FaultyStore, Request


class CarelessWithParts(MemoryStore):
    slash_keys = None  # type: ignore[assignment]
    conditional_writes = None  # type: ignore[assignment]

    def begin_parts(self, key: str, data: bytes, attributes: Attributes) -> PartsWrite:
        return PartsWrite(lambda condition: self.put(key, data, attributes), lambda: None)

    def put_file(self, key: str, file: LocalFile, attributes: Attributes, condition: Condition, *sent: object) -> Token:  # type: ignore[override]
        data = file.read_parts(0, len(file.part_crc32))
        return self.put(key, data, attributes) if file.size > PART_SIZE else self.put(key, data, attributes, condition)


def test_a_large_file_overwrites_nothing_that_somebody_lists_meanwhile(tmp_path: Path) -> None:
    world = World(tmp_path, CarelessWithParts())
    assert world.push(world.wheel(name="other")).ok
    mine, others = (samples.wheel(tmp_path / salt, padding=PART_SIZE, salt=salt) for salt in ("mine", "others"))
    pushed = []

    def push_the_others(request: Request) -> None:
        if request.verb == "put_file" and not pushed:
            pushed.append(True)
            assert world.push(others).ok

    report = world.push(mine, store=FaultyStore(world.store, before=push_the_others))

    assert pushed
    assert [file.outcome for file in report.files] == [Outcome.FAILED]
    assert world.listed() == {others.name: samples.read(others).file.sha256}


def test_small_files_keep_the_plain_key(tmp_path: Path) -> None:
    world = World(tmp_path, CarelessWithParts())
    assert world.push(world.wheel(), samples.sdist(tmp_path)).ok
    assert {file.url for file in world.pages()[0].files} == {world.wheel().name, "demo-1.0.tar.gz"}


class CarelessWithCopies(CarelessWithParts):
    """Copies from its own kind, whatever lies there by then: what another publisher has stored at the plain key."""

    def copies_from(self, source: Store) -> bool:
        return isinstance(source, CarelessWithCopies)

    def copy(
        self, source: Store, original: Info, key: str, attributes: Attributes, condition: Condition = ANY
    ) -> Token:
        self.put(f"team/demo/{key.rpartition('/')[2]}", b"another publisher's", Attributes())
        return self.put(key, source.get(original.key).data, attributes)


def test_a_copy_overwrites_nothing_and_the_manifest_knows_its_token(tmp_path: Path) -> None:
    staging, world = World(tmp_path / "staging", CarelessWithCopies()), World(tmp_path, CarelessWithCopies())
    wheel = staging.wheel()
    staging.push(wheel)
    world.push(world.wheel(name="other"))

    with staging.opened(reading=True) as origin, world.opened() as target:
        assert promote(origin, target, "demo", "1.0").ok

    assert world.store.get(f"team/demo/{wheel.name}").data == b"another publisher's"
    assert world.listed() == staging.listed()
    [entry] = json.loads(world.store.get("team/demo/manifest.json").data)["files"]
    assert entry["_etag"] == world.store.head(f"team/demo/{entry['url']}").token


class Asked(MemoryStore):
    """Must be asked what it honours, and notes where uploads in parts were tried."""

    slash_keys = None  # type: ignore[assignment]
    conditional_writes = None  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.tried: list[str] = []

    def begin_parts(self, key: str, data: bytes, attributes: Attributes) -> PartsWrite:
        self.tried.append(key)
        return super().begin_parts(key, data, attributes)


def recorded(world: World) -> object:
    return json.loads(world.store.get(world.layout.repository_config).data).get("conditional-multipart")


def test_parts_are_asked_about_once_when_the_first_large_files_are_published(tmp_path: Path) -> None:
    store = Asked()
    world = World(tmp_path, store)
    large = [samples.wheel(tmp_path, name, padding=PART_SIZE) for name in ("a", "b")]

    assert world.push(world.wheel()).ok
    assert (store.tried, recorded(world)) == ([], None)

    assert world.push(*large).ok
    assert recorded(world) is True
    assert len({key.split("/")[1] for key in store.tried}) == 1, "one probe, however many projects want to know"
    assert all(file.url == file.filename for name in ("a", "b") for file in world.pages(name)[0].files)

    store.tried.clear()
    assert world.push(samples.wheel(tmp_path, "c", padding=PART_SIZE)).ok
    assert store.tried == []
    assert not [key for key in world.stored() if "probe" in key]


def test_a_careless_store_is_found_out_before_the_first_large_file(tmp_path: Path) -> None:
    world = World(tmp_path, CarelessWithParts())
    assert world.push(world.wheel()).ok
    assert recorded(world) is None

    assert world.push(samples.wheel(tmp_path, "a", padding=PART_SIZE)).ok

    assert recorded(world) is False
    assert [len(file.url.split("/")[0]) for file in world.pages("a")[0].files] == [16], "a key of its own"


@pytest.mark.parametrize("denied", ["begin_parts", "put"])
def test_who_may_not_ask_or_record_publishes_all_the_same(tmp_path: Path, denied: str) -> None:
    world = World(tmp_path, Asked())
    assert world.push(world.wheel()).ok

    def deny(request: Request) -> None:
        others = request.key == world.layout.repository_config or "probe" in request.key
        if request.verb == denied and others:
            raise AccessDenied(request.key, "denied")

    report = world.push(samples.wheel(tmp_path, "a", padding=PART_SIZE), store=FaultyStore(world.store, before=deny))

    assert report.ok
    assert recorded(world) is None
    assert len(world.listed("a")) == 1


def test_what_others_change_in_the_record_meanwhile_stays(tmp_path: Path) -> None:
    world = World(tmp_path, Asked())
    assert world.push(world.wheel()).ok
    key, changed = world.layout.repository_config, []

    def change(request: Request) -> None:
        if (request.verb, request.key) == ("put", key) and not changed:
            changed.append(True)
            theirs = {**json.loads(world.store.get(key).data), "public-url": "https://theirs.example.com"}
            world.put(key, json.dumps(theirs).encode(), "application/json")

    large = samples.wheel(tmp_path, "a", padding=PART_SIZE)
    assert world.push(large, store=FaultyStore(world.store, before=change)).ok

    assert changed
    assert json.loads(world.store.get(key).data)["public-url"] == "https://theirs.example.com"
    assert recorded(world) is True


def test_a_no_that_others_recorded_meanwhile_counts(tmp_path: Path) -> None:
    world = World(tmp_path, Asked())
    assert world.push(world.wheel()).ok
    key, changed = world.layout.repository_config, []

    def change(request: Request) -> None:
        if (request.verb, request.key) == ("put", key) and not changed:
            changed.append(True)
            theirs = {**json.loads(world.store.get(key).data), "conditional-multipart": False}
            world.put(key, json.dumps(theirs).encode(), "application/json")

    large = samples.wheel(tmp_path, "a", padding=PART_SIZE)
    assert world.push(large, store=FaultyStore(world.store, before=change)).ok

    assert recorded(world) is False
    assert [len(file.url.split("/")[0]) for file in world.pages("a")[0].files] == [16], "a key of its own"


@pytest.fixture
def bucket(moto: S3Server, monkeypatch: pytest.MonkeyPatch) -> str:
    """A bucket of a server that ignores conditions on completions."""
    for name, value in moto.environment.items():
        monkeypatch.setenv(name, value)
    return moto.new_bucket("ignores-complete")


def test_on_a_server(bucket: str, tmp_path: Path) -> None:
    large, small = samples.wheel(tmp_path, padding=PART_SIZE), samples.wheel(tmp_path, version="1.1")
    repository, other = open_repository(f"s3://{bucket}/a"), open_repository(f"s3://{bucket}/b")

    assert repository.publish(large, small).ok
    assert repository.publish(large, small).ok
    assert repository.promote("demo", "1.1", other).ok

    folders = [file.url.split("/")[-2] for file in repository.show("demo").files]
    assert sorted(map(len, folders)) == [len("demo"), 16]
    # What the server copies by itself is no put, however small it is.
    assert [len(file.url.split("/")[-2]) for file in other.show("demo").files] == [16]
    assert repository.verify(deep=True).ok
    assert other.verify(deep=True).ok


def test_a_push_that_is_refused_has_overwritten_nothing(
    moto: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in moto.environment.items():
        monkeypatch.setenv(name, value)
    target = f"s3://{moto.new_bucket('ignores-put')}/a"
    unsafe = open_repository(target, unsafe_no_locking=True)
    assert unsafe.publish(samples.wheel(tmp_path / "first", salt="first")).ok

    with pytest.raises(RepositoryError, match="does not honour"):
        open_repository(target).publish(samples.wheel(tmp_path / "other", salt="other"))

    assert unsafe.verify(deep=True).findings == ()
    assert unsafe.publish(samples.wheel(tmp_path / "first", salt="first")).ok


def test_a_store_that_refuses_conditions_gets_requests_without_them(
    moto: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in moto.environment.items():
        monkeypatch.setenv(name, value)
    bucket = moto.new_bucket("refuses")
    with pytest.raises(RepositoryError, match="does not honour"):
        open_repository(f"s3://{bucket}/a").publish(samples.wheel(tmp_path))

    unsafe, other = (open_repository(f"s3://{bucket}/{name}", unsafe_no_locking=True) for name in "ab")
    large = samples.wheel(tmp_path / "large", padding=PART_SIZE)
    assert unsafe.publish(large, samples.wheel(tmp_path / "new", version="1.1")).ok
    assert unsafe.publish(samples.wheel(tmp_path / "other", version="1.1", salt="other"), if_exists="replace").ok
    assert unsafe.yank("demo", "1.0").files
    assert unsafe.promote("demo", "1.1", other).ok
    assert unsafe.delete("demo", "1.0").files
    assert [file.filename for file in unsafe.show("demo").files] == ["demo-1.1-py3-none-any.whl"]
    assert unsafe.delete("demo", whole=True).whole
    assert unsafe.verify(deep=True).ok
    assert other.verify(deep=True).ok


def test_plain_files_are_uploaded_to_a_store_that_refuses_conditions(
    moto: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in moto.environment.items():
        monkeypatch.setenv(name, value)
    repository = open_repository(f"s3://{moto.new_bucket('refuses')}/a")
    file = tmp_path / "notes.txt"
    for text, stored in (("first", True), ("first", False)):
        file.write_text(text, encoding="utf-8")
        report = repository.upload_files([file])
        assert [(one.stored, one.error) for one in report.files] == [(stored, None)]
    file.write_text("other", encoding="utf-8")
    [refused] = repository.upload_files([file]).files
    assert "exists already" in str(refused.error)


class DeletesAnyway(MemoryStore):
    def delete(self, key: str, condition: Condition = ANY) -> None:
        super().delete(key)


def test_who_deletes_a_project_makes_the_pages_anew_of_whoever_publishes_it_meanwhile(tmp_path: Path) -> None:
    world = World(tmp_path, DeletesAnyway())
    assert world.push(world.wheel()).ok
    pushed = []

    def push_another(request: Request) -> None:
        if request.verb == "delete" and request.key == world.layout.page(PageKind.HTML, "demo") and not pushed:
            pushed.append(world.push(world.wheel("2.0")))

    with closing(Repository(FaultyStore(world.store, before=push_another), world.layout)) as repository:
        delete(repository, "demo", FileSelector())

    assert [report.ok for report in pushed] == [True]
    assert set(world.listed()) == {world.wheel("2.0").name}
