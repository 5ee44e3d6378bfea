"""A repository in memory whose documents anybody may have written, and what a verb may do to it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import timedelta
from pathlib import Path

from s3pypi_setuptools.config.choices import IfExists
from s3pypi_setuptools.distribution import Distribution
from s3pypi_setuptools.errors import InvalidIndex
from s3pypi_setuptools.index.model import Status
from s3pypi_setuptools.operations.delete import delete
from s3pypi_setuptools.operations.file_selector import FileSelector
from s3pypi_setuptools.operations.listing import list_projects, show_project
from s3pypi_setuptools.operations.prune import prune
from s3pypi_setuptools.operations.publish.publish import publish
from s3pypi_setuptools.operations.reindex.reindex import reindex
from s3pypi_setuptools.operations.retention import Retention
from s3pypi_setuptools.operations.status import set_status
from s3pypi_setuptools.operations.yank import yank
from s3pypi_setuptools.repository.manifest import Manifest
from s3pypi_setuptools.repository.repository import Repository
from s3pypi_setuptools.stores.base import Attributes, Store
from s3pypi_setuptools.stores.memory import MemoryStore
from tests.operations.conftest import World
from tests.support import samples
from tests.support.refusals import result_of
from tests.support.store_doubles import FaultyStore

ROOT = {"team/repository.json", "team/manifest.json", "team/index.json", "team/index.html", "team/"}
MANIFEST = "team/demo/manifest.json"
DOCUMENTS = {MANIFEST, "team/demo/index.json", "team/demo/index.html", "team/demo/"}

Verb = Callable[[Repository, Distribution], object]

VERBS: dict[str, Verb] = {
    "publish": lambda repository, one: publish(repository, [one]),
    "replace": lambda repository, one: publish(repository, [one], if_exists=IfExists.REPLACE),
    "delete version": lambda repository, one: delete(repository, "demo", FileSelector("1.0")),
    "delete project": lambda repository, one: delete(repository, "demo", FileSelector()),
    "yank": lambda repository, one: yank(repository, "demo", FileSelector("1.0"), reason="a"),
    "status": lambda repository, one: set_status(repository, "demo", Status.DEPRECATED),
    "prune": lambda repository, one: prune(repository, ["demo"], grace=timedelta(), retention=Retention(keep_last=0)),
    "reindex": lambda repository, one: reindex(repository, ["demo"], unlist_missing=True),
    "list": lambda repository, one: list_projects(repository),
    "show": lambda repository, one: show_project(repository, "demo"),
}


class Place:
    """A repository under ``team``, which holds the projects demo and other, and what lies beside it."""

    def __init__(self, folder: Path) -> None:
        self.world = World(folder)
        self.one = samples.read(self.world.wheel())
        self.world.push(self.world.wheel(), self.world.wheel(name="other"))
        for key in ("outside/demo-1.0-py3-none-any.whl", "team/other/demo-1.0-py3-none-any.whl", "team/demo-2.0.zip"):
            self.world.put(key, b"x")
        self.objects = {key: self.world.store.get(key).data for key in self.world.stored()}

    def carry_out(self, verb: str, documents: dict[str, bytes], without: Collection[str] = ()) -> None:
        """Carry it out where these objects are others, by key; what is written and deleted is the project's own."""
        store = MemoryStore()
        for key, data in {**self.objects, **documents}.items():
            if key not in without:
                store.put(key, data, Attributes())
        # What was deleted as a whole is deleted to the end.
        ends = ("delete project", "delete version") if _is_deleted(documents.get(MANIFEST)) else ("delete project",)
        watched = FaultyStore(store)
        result_of(lambda: self._do(watched, lambda repository: VERBS[verb](repository, self.one)))
        for request in watched.requests:
            if not request.writes:
                continue
            key = request.key
            assert verb not in ("list", "show"), request
            if request.verb == "delete":
                assert key.startswith(("team/demo/", "team/demo-")), request
                assert key != MANIFEST, request
                assert key not in DOCUMENTS or verb in (*ends, "prune", "reindex", "publish"), request
            else:
                assert key.startswith("team/demo/") or key in ROOT, request
        after = {info.key for info in store.list("")}
        assert {key for key in self.objects if not key.startswith("team/demo")} <= after
        if any(request.writes and request.key == MANIFEST for request in watched.requests):
            # What was committed can be read again.
            self._do(store, lambda repository: repository.manifest("demo"))

    def _do(self, store: Store, work: Callable[[Repository], object]) -> None:
        with self.world.opened(store) as repository:
            work(repository)


def _is_deleted(data: bytes | None) -> bool:
    manifest = data and result_of(lambda: Manifest.from_json(data, MANIFEST), InvalidIndex)
    return bool(manifest and manifest.deleted)
