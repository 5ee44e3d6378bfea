"""A repository in a store: the list of projects, one project's pages, or one project; and what others do to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from s3pypi_setuptools.errors import FileConflict, LockError
from s3pypi_setuptools.index.model import File, Project
from s3pypi_setuptools.locks.base import NO_LOCKS, Lease, Locks
from s3pypi_setuptools.monitor import Cancelled, Monitor, Stage
from s3pypi_setuptools.repository.change import Change, Decision
from s3pypi_setuptools.repository.manifest import Manifest
from s3pypi_setuptools.repository.page_kind import PageKind
from s3pypi_setuptools.repository.pages import DerivedPages, PageState
from s3pypi_setuptools.repository.project_list import ProjectList
from s3pypi_setuptools.repository.root_entry import RootEntry
from s3pypi_setuptools.repository.snapshot import ProjectDocuments, Reading
from s3pypi_setuptools.stores.base import Attributes
from s3pypi_setuptools.stores.memory import MemoryStore
from tests.repository.conftest import CONFIG, workspace
from tests.support.store_doubles import FaultyStore

JSON, HTML, SLASH = KINDS = (PageKind.JSON, PageKind.HTML, PageKind.SLASH)
MANIFEST, LIST = "team/demo/manifest.json", "team/manifest.json"
KEYS = {JSON: "team/demo/index.json", HTML: "team/demo/index.html", SLASH: "team/demo/"}
LIST_PAGES = ("team/index.json", "team/index.html", "team/")
THEIRS = b'<!DOCTYPE html><a href="demo-0.1.tar.gz">demo-0.1.tar.gz</a>'
"""Another tool's page of a project."""
THEIR_LIST = b'<!DOCTYPE html><a href="old/">old</a>'
"""Another tool's root page."""
FIRST, SECOND = "demo-1.0.tar.gz", "demo-2.0.tar.gz"

Decide = Callable[[Manifest], "Decision[str]"]


def file(name: str) -> File:
    return File(name, name, hashes=(("sha256", "ab" * 32),), size=3)


def manifest(number: int, version: str = "1.0", *, salt: str = "0", deleted: bool = False) -> Manifest:
    """The manifest of the commit of that number, which lists one file."""
    files = () if deleted else (file(f"demo-{version}.tar.gz"),)
    project = Project.of("demo", files, None, f"{number:012x}{salt * 20}")
    return Manifest(project, generation=number, deleted=deleted)


def put(store: FaultyStore, key: str, data: bytes = THEIR_LIST, metadata: dict[str, str] | None = None) -> None:
    """What another tool does; nothing of that shows among the requests."""
    store.store.put(key, data, Attributes("text/html", metadata=metadata or {}))


def state(store: FaultyStore) -> dict[str, str]:
    """Every key and its token."""
    return {info.key: info.token for info in store.store.list("")}


def project_list(store: FaultyStore) -> ProjectList:
    return ProjectList(workspace(store))


def listed(store: FaultyStore) -> tuple[str, ...]:
    """The projects that the list and every page contain."""
    found = {project_list(store).listed()}
    pages = zip(KINDS, LIST_PAGES, strict=True)
    found |= {kind.parse_root(store.store.get(key).data).projects for kind, key in pages}
    assert len(found) == 1
    return found.pop()


@dataclass
class FakeLocks(Locks, Lease):
    """Grants every lock, and is the lease of each.

    :param lasts: how often a lease can be confirmed before it is lost.
    """

    lasts: int = 99
    names: list[str] = field(default_factory=list)
    confirmed: int = 0
    exclusive = True

    @contextmanager
    def held(self, name: str, check_cancelled: Callable[[], None]) -> Iterator[Lease]:
        self.names.append(name)
        yield self

    def confirm(self) -> None:
        self.confirmed += 1
        if self.confirmed > self.lasts:
            raise LockError("lost")


@dataclass
class PageDesk:
    """A project's pages in a store."""

    store: FaultyStore = field(default_factory=lambda: FaultyStore(MemoryStore()))
    compresses: bool = False

    def pages(self, *kinds: PageKind, exact: bool = False) -> DerivedPages[Manifest]:
        """The pages, or those of ``kinds``, as one process changes them."""
        config = replace(CONFIG, content_encoding=self.compresses)
        documents = ProjectDocuments(workspace(self.store, config=lambda: config), "demo")
        return DerivedPages(documents, kinds or None, exact=exact)

    def commit(self, record: Manifest) -> Manifest:
        """Put the manifest; nothing of that shows among the requests."""
        self.store.store.put(MANIFEST, record.to_json(), Attributes())
        return record

    def states(self) -> dict[PageKind, PageState]:
        return {kind: future.result() for kind, future in self.pages().reading().items() if kind in KINDS}

    def publish(self, record: Manifest) -> Manifest:
        """Commit, with every page brought up to it."""
        self.commit(record)
        self.pages().write(record, self.states())
        self.store.requests.clear()
        return record

    def put(self, kind: PageKind, data: bytes = THEIRS, metadata: dict[str, str] | None = None) -> None:
        """What another tool does."""
        put(self.store, KEYS[kind], data, metadata)

    def commits(self) -> dict[PageKind, str | None]:
        """The commit id of each page that is there, as its bytes tell."""
        there = state(self.store)
        return {
            kind: kind.parse_project(self.store.store.get(key).data, "demo").commit
            for kind, key in KEYS.items()
            if key in there
        }

    def asked(self, *verbs: str) -> list[tuple[str, str]]:
        return [(request.verb, request.key) for request in self.store.requests if request.verb in verbs]


def listing(*names: str) -> Decide:
    """Publish: list these files."""

    def decide(manifest: Manifest) -> Decision[str]:
        new = replace(manifest.with_files(map(file, names)), deleted=False)
        return Decision(new, f"listed {len(new.project.files)}", names=names)

    return decide


def unlisting(*names: str, sweep: Iterable[str] = ()) -> Decide:
    """Delete files; all of them, and the project, without names."""

    def decide(manifest: Manifest) -> Decision[str]:
        gone = names or tuple(one.filename for one in manifest.project.files)
        urls = {one.url for one in manifest.project.files if one.filename in gone}
        project = manifest.project.without_files(set(gone))
        new = replace(manifest, project=project, removed=manifest.removed | urls, deleted=not names)
        return Decision(new, "unlisted", sweep=frozenset({*gone, *sweep}))

    return decide


def refusing(manifest: Manifest) -> Decision[str]:
    return Decision(manifest, "", refusal=FileConflict("refused"), names=(FIRST,))


@dataclass
class Observer:
    stages: list[tuple[Stage, str, tuple[str, ...]]] = field(default_factory=list)
    stops_at: int = 99
    asked: int = 0

    def on_stage(self, stage: Stage, project: str, names: Iterable[str]) -> None:
        self.stages.append((stage, project, tuple(names)))

    def check_cancelled(self) -> None:
        self.asked += 1
        if self.asked > self.stops_at:
            raise Cancelled


@dataclass
class ProjectDesk:
    """A project in a store, whose every change is a process of its own as far as the store can tell."""

    store: FaultyStore = field(default_factory=lambda: FaultyStore(MemoryStore()))
    locks: Locks = NO_LOCKS
    observer: Observer = field(default_factory=Observer)
    compresses: bool = False

    def change(self, decide: Decide, reading: Reading | None = None) -> str:
        """One change."""
        config, monitor = replace(CONFIG, content_encoding=self.compresses), Monitor(observer=self.observer)
        work = workspace(self.store, locks=self.locks, monitor=monitor, config=lambda: config)
        return Change(RootEntry(ProjectList(work)), ProjectDocuments(work, "demo"), decide, reading).run()

    def other(self, decide: Decide) -> Callable[[], object]:
        """What somebody else does meanwhile."""
        return lambda: ProjectDesk(FaultyStore(self.store.store)).change(decide)

    @property
    def manifest(self) -> Manifest:
        return Manifest.from_json(self.store.store.get(MANIFEST).data, MANIFEST)

    def listed(self) -> set[str]:
        """The files that the manifest and every page list."""
        found = [kind.parse_project(self.store.store.get(key).data, "demo") for kind, key in KEYS.items()]
        assert {page.commit for page in found} == {self.manifest.commit}
        pages = ProjectDocuments(workspace(FaultyStore(self.store.store)), "demo").pages
        assert pages.state(JSON).commit == self.manifest.commit
        names = {tuple(one.filename for one in page.files) for page in (*found, self.manifest.project)}
        assert len(names) == 1
        return set(names.pop())

    def stored(self) -> set[str]:
        return {key.removeprefix("team/") for key in state(self.store)}

    def projects(self) -> tuple[str, ...]:
        return project_list(FaultyStore(self.store.store)).listed()

    def writes(self) -> list[str]:
        return [request.key.removeprefix("team/") for request in self.store.requests if request.writes]
