"""The pages of one project in a store, and what others do to them."""

from __future__ import annotations

from dataclasses import dataclass, field

from s3pypi_setuptools.index.model import File, Project
from s3pypi_setuptools.repository.manifest import Manifest
from s3pypi_setuptools.repository.page_kind import PageKind
from s3pypi_setuptools.repository.pages import DerivedPages, PageState
from s3pypi_setuptools.repository.snapshot import ProjectDocuments
from s3pypi_setuptools.stores.base import Attributes
from s3pypi_setuptools.stores.memory import MemoryStore
from tests.repository.conftest import workspace
from tests.support.store_doubles import FaultyStore

JSON, HTML, SLASH = KINDS = (PageKind.JSON, PageKind.HTML, PageKind.SLASH)
KEYS = {JSON: "team/demo/index.json", HTML: "team/demo/index.html", SLASH: "team/demo/"}
MANIFEST = "team/demo/manifest.json"
THEIRS = b'<!DOCTYPE html><a href="demo-0.1.tar.gz">demo-0.1.tar.gz</a>'


def manifest(number: int, version: str = "1.0", *, salt: str = "0", deleted: bool = False) -> Manifest:
    """The manifest of the commit of that number, which lists one file."""
    name = f"demo-{version}.tar.gz"
    file = File(name, name, hashes=(("sha256", "ab" * 32),), size=3)
    project = Project.of("demo", () if deleted else (file,), None, f"{number:012x}{salt * 20}")
    return Manifest(project, generation=number, deleted=deleted)


@dataclass
class Desk:
    """A project's pages in a store."""

    store: FaultyStore = field(default_factory=lambda: FaultyStore(MemoryStore()))
    compresses: bool = False

    def pages(self, *, exact: bool = False) -> DerivedPages[Manifest]:
        """The pages, as one process changes them."""
        return ProjectDocuments(workspace(self.store, compresses=lambda: self.compresses), "demo", exact=exact).pages

    def commit(self, record: Manifest) -> Manifest:
        """Put the manifest; nothing of that shows among the requests."""
        self.store.store.put(MANIFEST, record.to_json(), Attributes())
        return record

    def states(self) -> dict[PageKind, PageState]:
        return {kind: future.result() for kind, future in self.pages().reading().items() if kind in KINDS}

    def publish(self, record: Manifest) -> Manifest:
        """Commit, with every page brought up to it."""
        self.commit(record)
        self.pages().write(record, self.states(), KINDS)
        self.store.requests.clear()
        return record

    def put(self, kind: PageKind, data: bytes = THEIRS, metadata: dict[str, str] | None = None) -> None:
        """What another tool does."""
        self.store.store.put(KEYS[kind], data, Attributes("text/html", metadata=metadata or {}))

    def commits(self) -> dict[PageKind, str | None]:
        """The commit id of each page that is there, as its bytes tell."""
        there = {info.key for info in self.store.store.list("team/demo/")}
        return {
            kind: kind.parse_project(self.store.store.get(key).data, "demo").commit
            for kind, key in KEYS.items()
            if key in there
        }

    def asked(self, *verbs: str) -> list[tuple[str, str]]:
        return [(request.verb, request.key) for request in self.store.requests if request.verb in verbs]
