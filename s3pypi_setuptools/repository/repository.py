"""A repository: the one object through which operations read and change it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Collection
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from ..locks.base import NO_LOCKS, ROOT, Locks
from ..monitor import UNMONITORED, Monitor
from ..stores.base import Store
from .change import Change, Decision, Facts, Operation, Plan, Stored, decide
from .inventory import FirstListing
from .layout import Layout
from .manifest import Manifest
from .opening import Opened, OpenOptions, open_config, probe_conditional_multipart
from .other_projects import OtherProjects
from .project_list import ProjectList
from .repository_config import RepositoryConfig, read_config
from .root_entry import RootEntry
from .snapshot import ProjectDocuments, Reading
from .workspace import SYSTEM, Clock, Workspace

T = TypeVar("T")

REQUESTS = 32
"""Requests for manifests, pages and the like in flight at once."""

UPLOADS = 32
"""Requests that store distributions in flight at once."""

PLAIN = OpenOptions()


class Repository:
    """The repository under ``layout`` in ``store``, for one call of an operation.

    :param options: for a repository that does not exist yet; one that exists and differs is refused. The
        public URL is used for a repository that exists, too.
    :param monitor: receives the events of the call, and may cancel it before a commit.
    :param locks: taken for every change; the repository closes them.
    """

    def __init__(
        self,
        store: Store,
        layout: Layout,
        options: OpenOptions = PLAIN,
        *,
        clock: Clock = SYSTEM,
        monitor: Monitor = UNMONITORED,
        locks: Locks = NO_LOCKS,
    ) -> None:
        self.monitor = monitor
        self.dry_run = options.dry_run
        """Whether the call writes nothing, and reports what it would do."""
        self._index_url = options.index_url
        self._pool = ThreadPoolExecutor(REQUESTS, "s3pypi-request")
        self._uploads = ThreadPoolExecutor(UPLOADS, "s3pypi-upload")
        self._changes = ThreadPoolExecutor(1, "s3pypi-change")
        self.workspace = Workspace(
            store,
            layout,
            self._pool,
            self._uploads,
            config=lambda: self.config,
            public_url=options.public_url,
            clock=clock,
            monitor=monitor,
            locks=locks,
        )
        self._root = ProjectList(self.workspace)
        table = self._pool.submit(locks.verify)
        self._opened = self._pool.submit(self._open, options, table)
        self._listing_taken = False
        self._asking = threading.Lock()
        self._parts: bool | None = None

    def close(self) -> None:
        """End the threads, then release the locks. Requests under way are finished, others are dropped.

        A change that an exception in the main thread has interrupted is finished if its commit has begun.
        """
        self.workspace.closing.set()
        try:
            self._uploads.shutdown(wait=False, cancel_futures=True)
            self._changes.shutdown(wait=True)
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._uploads.shutdown(wait=True)
        except BaseException:  # a second Ctrl-C
            self.workspace.locks.abandon()
            raise
        self.workspace.locks.close()

    @property
    def url(self) -> str:
        """The repository's location, as people write it: ``s3://bucket/prefix`` or ``file:///…``."""
        return self.workspace.store.url_of(self.workspace.layout.prefix)

    @property
    def config(self) -> RepositoryConfig:
        """The repository config; waits until it has been read, or made if there was none.

        Raises `RepositoryError` if the store cannot keep the promises of a repository, and `StoreError`.
        """
        return self._opened.result().config

    @property
    def index_url(self) -> str | None:
        """The URL for installers, ending in ``/``; None if unknown. Raises `RepositoryError`, and `StoreError`."""
        recorded = self.config.index_url  # a bad config is an error, whether its URL is needed or not
        return self._index_url or recorded

    def require(self) -> None:
        """Make sure that the repository exists and can be used. Raises `RepositoryError` if not, and `StoreError`."""
        self._opened.result()

    @property
    def was_created(self) -> bool:
        """Whether the repository did not exist, and this made it. Raises `RepositoryError`, and `StoreError`."""
        return self._opened.result().created

    def conditional_multipart(self) -> bool:
        """Whether the store heeds the condition of a multipart upload; probed and recorded if it is not known yet."""
        if (recorded := self.config.conditional_multipart) is not None:
            return recorded
        with self._asking:
            if self._parts is None:
                self._parts = probe_conditional_multipart(self.workspace.store, self.workspace.layout, self.config)
            return self._parts

    def first_listing(self) -> FirstListing | None:
        """The objects that were here before this made the repository; returned by one call only.

        None if this did not make it, or not yet. None also if the store ignores conditions, as then only the lock
        table keeps a creation from overwriting what others make meanwhile.
        """
        if not self._opened.done() or self.workspace.locks.exclusive or not self.config.conditional_writes:
            return None
        taken, self._listing_taken = self._listing_taken, True
        return None if taken else self._opened.result().listing

    def projects(self) -> tuple[str, ...]:
        """The names of all projects, normalized and sorted; the projects of another tool's repository too."""
        self.require()
        return self._root.projects()

    def manifest(self, project: str) -> Manifest | None:
        """The manifest of ``project`` (normalized), or else one of what other tools' pages list; None without either.

        A deleted project has a manifest, which is marked as deleted. Raises `InvalidIndex` for a damaged manifest,
        `RepositoryError` if there is no repository, and `StoreError`.
        """
        documents = ProjectDocuments(self.workspace, project)
        manifest, _ = documents.read()
        if manifest is not None:
            return manifest
        self.require()
        adopted = documents.snapshot(documents.reading()).base
        return adopted if adopted.project.files else None

    def reading(self, project: str, listing: FirstListing | None = None, *, thorough: bool = False) -> Reading | None:
        """Start to read the state from which a change of ``project`` (normalized) starts.

        None if nothing may be read before the project is locked.

        :param listing: of the whole repository; what it shows to be absent is not read.
        :param thorough: read every page, as the change may depend on files that only another tool's page lists.
        """
        if listing and (folder := listing.new_project(project)):
            return Reading.of_new_project(folder)
        if self.workspace.locks.exclusive:
            return None
        brief = not thorough and self._surely_honours_conditions()
        return ProjectDocuments(self.workspace, project).reading(brief=brief)

    def root_entry(self, projects: Collection[str] = (), listing: FirstListing | None = None) -> RootEntry:
        """Put new ``projects`` (normalized) on the list of projects together.

        :param listing: of the whole repository; a list of projects that it shows to be absent is not read.
        """
        absent = listing is not None and listing.root_is_absent
        return RootEntry(self._root, projects, absent=absent)

    def others(self, *, thorough: bool = True) -> OtherProjects:
        """What other projects list; it is read when it is first needed. ``thorough`` as of `OtherProjects`."""
        return OtherProjects(self.workspace, thorough=thorough)

    def change(
        self,
        project: str,
        operation: Operation[Facts, Plan, Stored, T] | Callable[[Manifest], Decision[T]],
        *,
        reading: Reading | None = None,
        entry: RootEntry | None = None,
        others: OtherProjects | None = None,
        dry_run: bool = False,
    ) -> T:
        """Change ``project`` (normalized): commit what ``operation`` decides, and bring the pages up to that.

        :param operation: an `Operation`, or a function of the manifest that does no I/O. The manifest is empty for a
            project that has none.
        :param reading: requests that are under way already.
        :param entry: puts a new project on the list of projects; None: by itself.
        :param others: what was read of other projects for this change; what they list is not removed.
        :param dry_run: write nothing; return what the operation would report, also where it refuses. A `Repository` of
            a dry run does so in any case.

        Raises what ``operation`` refuses or raises, and `StoreError`.
        """
        documents = ProjectDocuments(self.workspace, project)
        if dry_run or self.dry_run:
            reading = documents.reading()
            self.require()
            return decide(operation, documents.snapshot(reading).base, dry_run=True).result
        reading = reading or self.reading(project)
        self.require()
        change = Change(entry or self.root_entry(), documents, operation, reading, others=others)
        if threading.current_thread() is not threading.main_thread():
            return change.run()
        # Ctrl-C is raised in the main thread: elsewhere nothing comes between a commit and its pages.
        return self._changes.submit(change.run).result()

    def _open(self, options: OpenOptions, table: Future[None]) -> Opened:
        workspace = self.workspace
        found = read_config(workspace.store, workspace.layout) if workspace.locks.exclusive else None
        table.result()
        with contextlib.nullcontext() if found else workspace.held(ROOT):
            return open_config(workspace.store, workspace.layout, options, workspace.clock.backoff)

    def _surely_honours_conditions(self) -> bool:
        """Whether it is known by now that the store refuses to overwrite a page that another tool wrote."""
        honours = self.workspace.store.conditional_writes
        if honours is None and self._opened.done() and not self._opened.exception():
            honours = self.config.conditional_writes
        return bool(honours)
