"""Large projects: which of their documents are stored compressed, and that all of this package reads them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from s3pypi_setuptools.errors import InvalidIndex
from s3pypi_setuptools.operations.publish.report import Outcome
from s3pypi_setuptools.operations.reindex.reindex import reindex
from s3pypi_setuptools.operations.verify.verify import verify
from s3pypi_setuptools.repository.documents import LARGE
from s3pypi_setuptools.repository.manifest import Manifest
from s3pypi_setuptools.repository.opening import compress_from_now_on
from s3pypi_setuptools.repository.repository import Repository
from s3pypi_setuptools.repository.repository_config import RepositoryConfig
from s3pypi_setuptools.stores.base import Attributes, Store
from s3pypi_setuptools.stores.local.store import LocalStore
from s3pypi_setuptools.stores.memory import MemoryStore
from tests.operations.conftest import World
from tests.operations.test_requests import LATENCIES, SlowStore
from tests.support.store_doubles import FaultyStore

MANY = 50
DOCUMENTS = ("manifest.json", "index.json", "index.html", "")


class EncodingStore(SlowStore):
    """As `SlowStore`, of a store that keeps encodings."""

    keeps_encoding = True


@pytest.fixture(params=[True, False], ids=["content tokens", "other tokens"])
def world(tmp_path: Path, request: pytest.FixtureRequest) -> World:
    """A repository with one project of many files."""
    made = World(tmp_path, MemoryStore(content_tokens=request.param))
    made.push(*(made.wheel(f"1.{number}") for number in range(MANY)), made.wheel(name="other"))
    return made


def encodings(world: World, project: str = "demo") -> dict[str, str | None]:
    assert isinstance(world.store, MemoryStore)
    return {name: world.store.attributes(f"team/{project}/{name}").content_encoding for name in DOCUMENTS}


def repository(world: World, store: Store | None = None) -> Repository:
    return Repository(store or world.store, world.layout)


def test_the_manifest_and_json_page_of_a_large_project_are_compressed(world: World) -> None:
    assert encodings(world) == {"manifest.json": "gzip", "index.json": "gzip", "index.html": None, "": None}
    assert encodings(world, "other") == dict.fromkeys(DOCUMENTS)
    page = world.store.get("team/demo/index.json")
    assert page.info.size < len(page.data) / 2
    assert len(page.data) > LARGE
    assert len(world.listed()) == MANY
    wheel = next(key for key in world.stored() if key.endswith(".metadata"))
    assert isinstance(world.store, MemoryStore)
    assert world.store.attributes(wheel).content_encoding is None, "pip compares its hash with the bytes that come"


def test_a_release_into_a_large_project_takes_three_waves_too(world: World) -> None:
    store = EncodingStore(world, LATENCIES[-1])

    assert world.push(world.wheel("2.0"), world.sdist("2.0"), store=store).ok

    assert store.waves() == 3
    assert len(store.requests) == (9 if world.store.token_of(b"") else 12)
    assert len(world.listed()) == MANY + 2
    assert encodings(world)["index.json"] == "gzip"


def test_the_same_files_again_are_present(world: World) -> None:
    report = world.push(world.wheel("1.7"))

    assert [file.outcome for file in report.files] == [Outcome.PRESENT]


def test_verify_and_reindex_read_compressed_documents(world: World) -> None:
    opened = repository(world)
    try:
        assert verify(opened).ok
        before = {key: world.store.head(key).token for key in world.stored()}
        assert reindex(opened).ok
        assert {key: world.store.head(key).token for key in world.stored()} == before, "nothing was to be corrected"
        world.store.delete("team/demo/manifest.json")
        assert reindex(opened).ok
        assert verify(opened).ok
    finally:
        opened.close()
    assert len(world.listed()) == MANY
    assert encodings(world)["manifest.json"] == "gzip"


def test_a_damaged_compressed_manifest_is_no_empty_one(world: World) -> None:
    key = "team/demo/manifest.json"
    stored = b"".join(world.store.stream(key))
    world.store.put(key, stored[: len(stored) // 2], Attributes("application/json", content_encoding="gzip"))

    report = world.push(world.wheel("2.0"))

    assert not report.ok
    assert "restore the manifest" in str(report.files[0].error)
    assert len(world.pages()[0].files) == MANY


def test_a_store_that_keeps_no_encoding_gets_plain_documents(tmp_path: Path) -> None:
    for store in (LocalStore(tmp_path / "folder"), FaultyStore(MemoryStore())):
        world = World(tmp_path, store)
        world.push(*(world.wheel(f"1.{number}") for number in range(MANY)))
        for name in ("manifest.json", "index.json"):
            assert b"".join(store.stream(f"team/demo/{name}")).startswith(b"{")
        assert not json.loads(store.get("team/repository.json").data)["content-encoding"]


def test_a_repository_of_old_stays_plain_until_it_is_told_otherwise(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.push(world.wheel("1.0"))
    record = json.loads(world.store.get("team/repository.json").data)
    assert (record.pop("content-encoding"), record["format"]) == (True, 2), "version 1.0 would not read it"
    world.put("team/repository.json", json.dumps(record | {"format": 1}).encode(), "application/json")

    world.push(*(world.wheel(f"1.{number}") for number in range(MANY)))
    assert encodings(world) == dict.fromkeys(DOCUMENTS)

    assert compress_from_now_on(world.store, world.layout)
    assert not compress_from_now_on(world.store, world.layout), "it is so already"
    data = world.store.get("team/repository.json").data
    assert RepositoryConfig.from_json(data, "repository.json").content_encoding
    assert json.loads(data)["format"] == 2
    world.push(world.wheel("2.0"))
    assert encodings(world)["manifest.json"] == encodings(world)["index.json"] == "gzip"
    assert len(world.listed()) == MANY + 1


def test_a_project_that_becomes_small_is_stored_plain_again(world: World) -> None:
    manifest = Manifest.from_json(world.store.get("team/demo/manifest.json").data, "team/demo/manifest.json")
    from s3pypi_setuptools.operations.delete import delete  # noqa: PLC0415
    from s3pypi_setuptools.operations.file_selector import FileSelector  # noqa: PLC0415

    opened = repository(world)
    try:
        names = tuple(file.filename for file in manifest.project.files[5:])
        delete(opened, "demo", FileSelector(filenames=names))
        assert verify(opened).ok
    finally:
        opened.close()
    assert encodings(world)["index.json"] is None
    assert len(world.listed()) == 5


def test_compressed_rubbish_is_an_invalid_index() -> None:
    with pytest.raises(InvalidIndex):
        Manifest.from_json(b"\x1f\x8b\x08", "team/demo/manifest.json")
