"""Folders, records and objects that look like what they are not."""

from __future__ import annotations

import json
import logging

import pytest

from s3pypi_setuptools.errors import InvalidIndex
from s3pypi_setuptools.operations.reindex.recovery import discard_damaged_config
from tests.operations.conftest import World
from tests.operations.processes import DAY, problems, pruned, reindexed, verified
from tests.operations.test_nested_repositories import another_tools

RANDOM = "0123456789abcdef"


def test_a_folder_below_a_project_that_has_pages_is_not_the_projects(world: World) -> None:
    world.push(world.wheel())
    kept = {
        f"team/demo/{RANDOM}/index.html": b"<a href='demo-9.0-py3-none-any.whl'>demo-9.0</a>",
        f"team/demo/{RANDOM}/demo-9.0-py3-none-any.whl": world.wheel("9.0").read_bytes(),
    }
    for key, data in kept.items():
        world.put(key, data)

    assert problems(world) == []
    assert reindexed(world).ok
    assert pruned(world, later=30 * DAY).pruned == ()

    assert {key: world.store.get(key).data for key in kept} == kept


def test_a_stray_record_of_a_repository_does_not_make_a_project_another_repository(world: World) -> None:
    world.push(world.wheel())
    world.put("team/demo/repository.json", world.store.get("team/repository.json").data, "application/json")

    assert world.push(world.wheel("2.0")).ok
    assert reindexed(world).ok

    assert verified(world, "demo").ok
    assert set(world.listed()) == {world.wheel().name, world.wheel("2.0").name}
    assert world.projects() == ("demo",)


@pytest.mark.parametrize("page", ["index.json", ""])
def test_folders_with_json_pages_alone_make_another_repository(world: World, page: str) -> None:
    world.push(world.wheel())
    wheel = world.wheel(name="inner")
    document = {
        "meta": {"api-version": "1.0"},
        "name": "inner",
        "files": [{"filename": wheel.name, "url": wheel.name, "hashes": {}}],
    }
    kept = {
        f"team/dev/inner/{page}": json.dumps(document).encode(),
        f"team/dev/inner/{wheel.name}": wheel.read_bytes(),
    }
    for key, data in kept.items():
        world.put(key, data)

    report = world.push(world.wheel(name="dev"), world.wheel("2.0"))

    assert {file.project: bool(file.error) for file in report.files} == {"dev": True, "demo": False}
    assert pruned(world, later=30 * DAY).pruned == ()
    assert {key: world.store.get(key).data for key in world.stored() if key.startswith("team/dev/")} == kept


def test_the_log_tells_what_is_wrong_with_damaged_records(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.push(world.wheel())
    keys = ("team/manifest.json", "team/index.json", "team/demo/manifest.json", "team/demo/index.json")
    for key in keys:
        world.put(key, b"{", "application/json")

    with caplog.at_level(logging.DEBUG):
        assert reindexed(world).ok

    logged = [record.getMessage() for record in caplog.records if record.levelno == logging.DEBUG]
    assert {key for key in keys if any(line.startswith(f"{key}: ") for line in logged)} == {*keys}


def test_only_a_damaged_record_is_discarded_and_none_of_a_later_format(world: World) -> None:
    assert not discard_damaged_config(world.store, world.layout), "there is none"
    key = world.layout.repository_config
    world.push(world.wheel())
    assert not discard_damaged_config(world.store, world.layout), "it is sound"

    world.put(key, b'{"kind": "repository", "format": 99}', "application/json")
    with pytest.raises(InvalidIndex, match="format 99"):
        discard_damaged_config(world.store, world.layout)
    assert key in world.stored()

    world.put(key, b'{"kind": "repository", "format": 1}', "application/json")
    assert discard_damaged_config(world.store, world.layout)
    assert key not in world.stored()


def test_an_object_without_a_noted_hash_is_read_before_its_key_is_taken(world: World) -> None:
    wheel, other = world.sdist(), world.sdist("2.0")
    world.put(f"team/demo/{wheel.name}", wheel.read_bytes())
    world.put(f"team/demo/{other.name}", b"x" * other.stat().st_size)

    assert world.push(wheel, other).ok

    urls = {file.filename: file.url for file in world.pages()[0].files}
    assert urls[wheel.name] == wheel.name
    assert urls[other.name].endswith(f"/{other.name}")
    assert world.listed()


def test_a_first_push_names_the_repository_that_lies_below_its_project(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    another_tools(world, "demo/dev")

    assert world.push(world.wheel()).ok

    warnings = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert warnings == ["memory:///team/demo/dev is another repository, and is left alone"]
