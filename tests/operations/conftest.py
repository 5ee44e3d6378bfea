"""A repository in memory, and what can be seen of it from outside."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from s3pypi_setuptools.index.model import Project, Root
from s3pypi_setuptools.operations.publish.publish import publish
from s3pypi_setuptools.operations.publish.report import PublishReport
from s3pypi_setuptools.repository.layout import Layout
from s3pypi_setuptools.repository.opening import OpenOptions
from s3pypi_setuptools.repository.page_kind import PageKind
from s3pypi_setuptools.repository.repository import Repository
from s3pypi_setuptools.repository.workspace import Clock
from s3pypi_setuptools.stores.base import Attributes, Store
from s3pypi_setuptools.stores.local.store import LocalStore
from s3pypi_setuptools.stores.memory import MemoryStore
from s3pypi_setuptools.transaction import Backoff
from tests.support import samples
from tests.support.markers import case

QUICK = Backoff(first=0.001, most=0.01)
KINDS = (PageKind.JSON, PageKind.HTML, PageKind.SLASH)


@dataclass
class World:
    """A repository under the prefix ``team`` of a store."""

    folder: Path
    store: Store = field(default_factory=MemoryStore)
    layout: Layout = field(default_factory=lambda: Layout("team"))

    def push(self, *paths: Path, store: Store | None = None, **options: Any) -> PublishReport:
        """Publish the files at ``paths``, in a process of their own as far as the store can tell."""
        opening = {"reading": options.pop("dry_run", False), "index_url": options.pop("index_url", None)}
        with self.opened(store, **opening) as repository:
            return publish(repository, [samples.read(path) for path in paths], **options)

    @contextmanager
    def opened(
        self,
        store: Store | None = None,
        *,
        reading: bool = False,
        existing: bool = False,
        index_url: str | None = None,
        **options: Any,
    ) -> Iterator[Repository]:
        """The repository, in a process of its own as far as the store can tell.

        :param reading: nothing is written.
        :param existing: the repository is not made if there is none.
        :param options: others of `Repository`.
        """
        opening = OpenOptions(dry_run=reading, existing=existing, index_url=index_url)
        repository = Repository(store or self.store, self.layout, opening, **{"clock": Clock(backoff=QUICK), **options})
        try:
            yield repository
        finally:
            repository.close()

    def wheel(self, version: str = "1.0", salt: str = "", name: str = "demo") -> Path:
        return samples.wheel(self.folder / (salt or "plain"), name, version, salt=salt)

    def sdist(self, version: str = "1.0", salt: str = "", name: str = "demo") -> Path:
        return samples.sdist(self.folder / (salt or "plain"), name, version, salt=salt)

    def listed(self, project: str = "demo") -> dict[str, str]:
        """{filename: sha256} as all of the project's pages agree, each file fetched and hashed."""
        pages = self.pages(project)
        assert len({page.commit for page in pages}) == 1, "every page is of one commit"
        found = [{file.filename: self.fetched(project, file.url) for file in page.files} for page in pages]
        assert found[0] == {file.filename: file.sha256 for file in pages[0].files}, "a hash or an object is wrong"
        assert all(other == found[0] for other in found)
        return found[0]

    def pages(self, project: str = "demo") -> list[Project]:
        """All of the project's pages."""
        pages = self.pages_there(project)
        assert len(pages) == (2 if self.store.slash_keys is False else 3)
        return pages

    def pages_there(self, project: str) -> list[Project]:
        """The pages that exist, of whatever commits."""
        keys, there = self.layout.pages(project, KINDS), self.stored()
        return [kind.parse_project(self.store.get(key).data, project) for kind, key in keys.items() if key in there]

    def fetched(self, project: str, url: str) -> str:
        """The hash of the object behind ``url``."""
        key = self.layout.object_key(project, url)
        assert key is not None
        return hashlib.sha256(self.store.get(key).data).hexdigest()

    def projects(self) -> tuple[str, ...]:
        """The projects that every root page lists, all of one commit."""
        found = set(self.roots())
        assert len(self.roots()) == 3
        assert len(found) == 1
        return found.pop().projects

    def roots(self) -> list[Root]:
        """What each root page that exists lists."""
        keys, there = self.layout.pages(kinds=KINDS), self.stored()
        return [kind.parse_root(self.store.get(key).data) for kind, key in keys.items() if key in there]

    def stored(self) -> list[str]:
        """Every key of the store."""
        return [info.key for info in self.store.list("")]

    def put(self, key: str, data: bytes, content_type: str = "text/html") -> None:
        """What another tool writes."""
        self.store.put(key, data, Attributes(content_type))


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
def three(world: World) -> World:
    """Versions 1.0 (a wheel and an sdist), 1.1 and 2.0 of demo, and another project."""
    world.push(world.wheel(), world.sdist(), world.wheel("1.1"), world.wheel("2.0"), world.wheel(name="other"))
    return world


@pytest.fixture
def sha256() -> Callable[[Path], str]:
    return lambda path: hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture(params=["memory", case("folder", slow=True)])
def outer(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    """demo 1.0 and 2.0, and a project that is left alone."""
    world = World(tmp_path, MemoryStore() if request.param == "memory" else LocalStore(tmp_path / "store"))
    world.push(world.wheel("1.0"), world.wheel("2.0"), world.wheel(name="prod"))
    return world


@pytest.fixture(params=["memory", "content tokens", case("folder", slow=True)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    """An empty place in each kind of store that tests have without a server."""
    if request.param == "folder":
        return World(tmp_path, LocalStore(tmp_path / "repository"))
    return World(tmp_path, MemoryStore(content_tokens=request.param == "content tokens"))
