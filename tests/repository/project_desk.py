"""Changes of one project in a store, each as a process of its own, and what they leave behind."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from s3pypi_setuptools.errors import FileConflict
from s3pypi_setuptools.index.model import File
from s3pypi_setuptools.locks.base import NO_LOCKS, Locks
from s3pypi_setuptools.monitor import Cancelled, Stage
from s3pypi_setuptools.repository.change import Change, Decision
from s3pypi_setuptools.repository.manifest import Manifest
from s3pypi_setuptools.repository.page_kind import PageKind
from s3pypi_setuptools.repository.project_list import ProjectList
from s3pypi_setuptools.repository.root_entry import RootEntry
from s3pypi_setuptools.repository.snapshot import ProjectDocuments, Reading
from s3pypi_setuptools.stores.memory import MemoryStore
from tests.repository.conftest import workspace
from tests.support.store_doubles import FaultyStore

KINDS = (PageKind.JSON, PageKind.HTML, PageKind.SLASH)
MANIFEST, ROOT_RECORD = "team/demo/manifest.json", "team/manifest.json"
FIRST, SECOND = "demo-1.0.tar.gz", "demo-2.0.tar.gz"

Decide = Callable[[Manifest], "Decision[str]"]


def file(name: str) -> File:
    return File(name, name, hashes=(("sha256", "ab" * 32),), size=3)


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
class Desk:
    store: FaultyStore = field(default_factory=lambda: FaultyStore(MemoryStore()))
    locks: Locks = NO_LOCKS
    observer: Observer = field(default_factory=Observer)
    compresses: bool = False

    def change(self, decide: Decide, reading: Reading | None = None) -> str:
        """One change, in a process of its own as far as the store can tell."""
        work = workspace(self.store, locks=self.locks, observer=self.observer, compresses=lambda: self.compresses)
        entry = RootEntry(ProjectList(work), KINDS)
        return Change(entry, ProjectDocuments(work, "demo"), KINDS, decide, reading).run()

    def other(self, decide: Decide) -> Callable[[], object]:
        """What somebody else does meanwhile."""
        return lambda: Desk(FaultyStore(self.store.store)).change(decide)

    @property
    def manifest(self) -> Manifest:
        return Manifest.from_json(self.store.store.get(MANIFEST).data, MANIFEST)

    def listed(self) -> set[str]:
        """The files that the manifest and every page list."""
        work = workspace(FaultyStore(self.store.store))
        pages = ProjectDocuments(work, "demo").pages
        keys = work.layout.pages("demo", KINDS)
        found = [kind.parse_project(self.store.store.get(key).data, "demo") for kind, key in keys.items()]
        assert {page.commit for page in found} == {self.manifest.commit}
        assert pages.state(PageKind.JSON).commit == self.manifest.commit
        names = {tuple(one.filename for one in page.files) for page in (*found, self.manifest.project)}
        assert len(names) == 1
        return set(names.pop())

    def stored(self) -> set[str]:
        return {info.key.removeprefix("team/") for info in self.store.store.list("")}

    def projects(self) -> tuple[str, ...]:
        return ProjectList(workspace(FaultyStore(self.store.store))).read()[0].projects

    def writes(self) -> list[str]:
        return [request.key.removeprefix("team/") for request in self.store.requests if request.writes]
