"""Other repositories below a repository's prefix, of this tool and of others."""

from __future__ import annotations

import json
from collections.abc import Callable

from s3pypi_setuptools.repository.layout import Layout
from s3pypi_setuptools.stores.base import Attributes
from s3pypi_setuptools.stores.local.store import LocalStore
from s3pypi_setuptools.stores.memory import MemoryStore
from tests.operations.conftest import World
from tests.operations.processes import LISTING

Maker = Callable[[World, str], None]


def ours(world: World, folder: str) -> None:
    """One of this tool, with two projects and a release past its time."""
    inner = _elsewhere(world, folder)
    inner.push(inner.wheel("3.0"), inner.wheel("1.0", name="other"), inner.sdist("2.0", name="other"))
    copy_objects(inner, world)


def _elsewhere(world: World, folder: str) -> World:
    """A place for a repository that the outer one's store is to hold: version 1.0.0 made them anywhere."""
    store = MemoryStore() if world.store.slash_keys else LocalStore(world.folder / "elsewhere" / folder)
    return World(world.folder / "inner", store, Layout(f"team/{folder}"))


def copy_objects(inner: World, world: World) -> None:
    for key in inner.stored():
        found = inner.store.get(key)
        world.store.put(key, found.data, Attributes(metadata=found.info.metadata))


def ours_without_its_record(world: World, folder: str) -> None:
    """The same, where ``repository.json`` was lost."""
    ours(world, folder)
    world.store.delete(f"team/{folder}/repository.json")


def ours_of_version_1_0_0(world: World, folder: str) -> None:
    """The same, with documents that do not state their kind."""
    ours(world, folder)
    for key in (f"team/{folder}/{name}" for name in ("repository.json", "manifest.json", "other/manifest.json")):
        world.put(key, without_kind(world.store.get(key).data), "application/json")


def empty(world: World, folder: str) -> None:
    """One of this tool that was only made."""
    inner = _elsewhere(world, folder)
    with inner.opened() as repository:
        assert repository.config
    copy_objects(inner, world)


def another_tools(world: World, folder: str) -> None:
    """As ``s3pypi upload --prefix --put-root-index`` leaves it."""
    another_tools_without_a_root_page(world, folder)
    links = "\n".join(f'<a href="{name}/">{name}</a><br>' for name in ("inner-a", "inner-b"))
    world.put(f"team/{folder}/index.html", LISTING.format(links=links).encode())


def another_tools_without_a_root_page(world: World, folder: str) -> None:
    """As ``s3pypi upload --prefix`` leaves it."""
    for name in ("inner-a", "inner-b"):
        wheel = world.wheel(name=name)
        world.put(f"team/{folder}/{name}/{wheel.name}", wheel.read_bytes(), "application/octet-stream")
        link = f'<a href="{wheel.name}">{wheel.name}</a><br>'
        world.put(f"team/{folder}/{name}/index.html", LISTING.format(links=link).encode())


MAKERS = (ours, ours_without_its_record, ours_of_version_1_0_0, empty, another_tools, another_tools_without_a_root_page)


def without_kind(data: bytes) -> bytes:
    document = json.loads(data)
    document.pop("kind")
    return json.dumps(document).encode()
