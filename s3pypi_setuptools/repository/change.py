"""How one project's manifest is changed, committed, and followed by its pages.

An operation is either a function ``manifest -> Decision`` that does no I/O, or an object with the four steps of
`Operation`: ``inspect`` and ``store`` do I/O, ``choose`` and ``apply`` are functions of values. `Change` runs it:

1. **Wave 1**: read the manifest and the state of the pages. (A publisher stores its small files meanwhile.)
2. **Decide**: inspect, choose, store, apply (`decide`).
3. **Wave 2**, the commit: put the manifest on the token that was read.
4. **Wave 3**: write the pages, each on its token.
5. **Sweep**: when every page has caught up, delete the objects whose urls are in ``removed`` of the committed manifest.

If the commit loses a race, all of it starts over with new reads. Where there is a lock table, the project stays locked
from before the reads until the end.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, Protocol, TypeVar

from ..errors import Error, InvalidIndex, StoreError
from ..index.urls import filename_of, is_elsewhere
from ..locks.base import Lease
from ..monitor import Stage
from ..stores.base import ABSENT, Matches
from ..transaction import update
from .documents import DOCUMENT_ATTRIBUTES, stored_form
from .layout import deletable_key
from .links import names_with_absolute_urls
from .manifest import Manifest, next_id
from .other_projects import OtherProjects
from .pages import ForeignPage
from .root_entry import RootEntry
from .snapshot import DamagedPage, ProjectDocuments, Reading, Snapshot
from .workspace import wait_for

log = logging.getLogger(__name__)

T = TypeVar("T")
Facts = TypeVar("Facts")
Plan = TypeVar("Plan")
Stored = TypeVar("Stored")


@dataclass(frozen=True, slots=True)
class Decision(Generic[T]):
    """What an operation makes of a manifest.

    :param manifest: the manifest to commit; with unchanged content, nothing is committed.
    :param result: what the operation returns.
    :param sweep: urls in ``removed`` whose objects are deleted in the end.
    :param refusal: the error to raise in the end, once the pages are those of the manifest.
    :param renews: commit even unchanged content, so that concurrent changes lose their race, and decide again.
    :param names: what changes, for the observer: filenames, or the project's own name.
    """

    manifest: Manifest
    result: T
    sweep: frozenset[str] = frozenset()
    refusal: Error | None = None
    names: tuple[str, ...] = ()
    renews: bool = False


class Operation(Protocol[Facts, Plan, Stored, T]):
    """A change of one project that reads or stores more than the manifest.

    The steps are called in this order, and all of them again whenever the commit has lost a race.
    """

    def inspect(self, manifest: Manifest, /) -> Facts:
        """Read from the store, without writing, what the choice depends on. Raises `StoreError`."""

    def choose(self, manifest: Manifest, facts: Facts, /) -> Plan:
        """Choose what becomes of the project: a function of values. Raises `Error` to end the change."""

    def store(self, plan: Plan, /) -> Stored:
        """Store the objects that the manifest is about to list. Raises `StoreError`."""

    def apply(self, manifest: Manifest, plan: Plan, stored: Stored | None, /) -> Decision[T]:
        """Apply the plan to the manifest: a function of values.

        :param stored: None in a dry run, which stores nothing and needs only the result.
        """


def decide(
    operation: Operation[Facts, Plan, Stored, T] | Callable[[Manifest], Decision[T]],
    manifest: Manifest,
    *,
    dry_run: bool = False,
) -> Decision[T]:
    """What ``operation`` makes of ``manifest``; in a dry run it stores nothing. Raises what its steps raise."""
    if callable(operation):
        return operation(manifest)
    facts = operation.inspect(manifest)
    plan = operation.choose(manifest, facts)
    stored = None if dry_run else operation.store(plan)
    return operation.apply(manifest, plan, stored)


@dataclass(frozen=True, slots=True)
class _Committed(Generic[T]):
    """The manifest that the pages have to follow.

    :param before: what was read before the commit.
    :param changed: whether this change committed it; otherwise it was committed earlier, by this change or another.
    :param entered: whether this change put the project on the list of projects before the commit.
    """

    decision: Decision[T]
    manifest: Manifest
    before: Snapshot
    changed: bool
    entered: bool


class Change(Generic[T]):
    """One change of one project.

    :param entry: puts a new project on the list of projects.
    :param operation: an `Operation`, or a function of the manifest that does no I/O. The manifest is empty for a
        project that has none.
    :param reading: requests that are under way already; there can be none if there is a lock table.
    :param others: what other projects list; what they list is neither marked as removed nor deleted.
    """

    def __init__(
        self,
        entry: RootEntry,
        documents: ProjectDocuments,
        operation: Operation[Facts, Plan, Stored, T] | Callable[[Manifest], Decision[T]],
        reading: Reading | None = None,
        *,
        others: OtherProjects | None = None,
    ) -> None:
        self._workspace = documents.workspace
        self._entry = entry
        self._others = others or OtherProjects(documents.workspace, thorough=False)
        self._documents = documents
        self._name = documents.name
        self._operation = operation
        self._reading = reading
        self._sent: tuple[Decision[T], str] | None = None

    def run(self) -> T:
        """Commit, write the pages and delete objects; returns the result of the decision.

        Raises the decision's refusal, what the operation raises, `StoreError`, and `LockError`.
        """
        with self._workspace.held(self._name) as lease:
            while True:
                try:
                    committed = update(lambda: self._commit(lease), self._workspace.clock.backoff)
                    lease.confirm()
                    return self._finish(committed)
                except ForeignPage:
                    self._reading = self._documents.reading()
                    log.debug("%s: a page was written by another tool meanwhile; reading again", self._name)

    def _commit(self, lease: Lease) -> _Committed[T]:
        """Make one attempt: read, decide, put a new project on the list of projects, put the manifest."""
        before = self._read()
        decision = self._decide(before)
        if decision.refusal and before.manifest is None:
            raise decision.refusal
        new = decision.manifest
        is_listed = not (new.deleted or decision.refusal)
        if before.manifest and not decision.renews and new.same_content(before.manifest):
            if is_listed and self._entry.enter(self._name):
                # Somebody may have deleted the project since its manifest was read, and taken it off the list.
                self._entry.leave_if_deleted(self._documents)
            self._tell_stage(Stage.COMMITTED, decision)
            return _Committed(decision, before.manifest, before, changed=False, entered=False)
        self._workspace.check_cancelled()
        enters = is_listed and (before.manifest is None or before.manifest.deleted)
        if enters:
            before = self._enter(before)
        new = self._put(lease, before, decision)
        return _Committed(decision, new, before, changed=True, entered=enters)

    def _read(self) -> Snapshot:
        reading, self._reading = self._reading or self._documents.reading(), None
        before = self._documents.snapshot(reading)
        if self._sent:
            self._tell_stage(Stage.PENDING, self._sent[0])  # if that put took effect, what was read shows it
        return before

    def _decide(self, before: Snapshot) -> Decision[T]:
        if self._sent and before.manifest and before.manifest.commit == self._sent[1]:
            # Our put took effect, though its answer was lost: the decision stands, and is not taken twice.
            return replace(self._sent[0], manifest=before.base, renews=False)
        return self._without_shared(decide(self._operation, before.base), before.base)

    def _without_shared(self, decision: Decision[T], base: Manifest) -> Decision[T]:
        """The decision without the removal of what other projects list, or this one by a URL that may name it."""
        new, removed = decision.manifest, decision.manifest.removed - base.removed
        if not (removed or decision.sweep):
            return decision
        keys = {url: self._workspace.layout.object_key(self._name, url) for url in removed | decision.sweep}
        unclear = names_with_absolute_urls(new.project)
        shared = frozenset(
            url
            for url, key in keys.items()
            if key and (filename_of(url) in unclear or self._others.lister(self._name, key))
        )
        sweep = decision.sweep - shared
        if any(keys[url] for url in sweep) and (why := self._others.unread(self._name)):
            log.warning("%s: its objects stay until it is known that no other project lists them: %s", self._name, why)
            sweep = frozenset()
        return replace(decision, manifest=replace(new, removed=new.removed - (shared & removed)), sweep=sweep)

    def _enter(self, before: Snapshot) -> Snapshot:
        """Put the project on the list of projects, and create its absent pages blank; the snapshot with these."""
        creating = self._documents.pages.creating_blank(before.pages)
        try:
            self._entry.enter(self._name)
        finally:
            wait_for(creating.values())  # the lock is released after this
        return replace(before, pages={kind: state.result() for kind, state in creating.items()})

    def _put(self, lease: Lease, before: Snapshot, decision: Decision[T]) -> Manifest:
        """Commit: put the manifest on the token that was read."""
        workspace, new = self._workspace, decision.manifest
        if any(is_elsewhere(file.url) for file in new.project.files):
            workspace.record_shared_files()
        commit = next_id(before.base.commit, workspace.clock.new_id)
        new = new.committed(commit, before.base.generation + 1)
        self._sent = decision, commit
        data, attributes = stored_form(new.to_json(), DOCUMENT_ATTRIBUTES, compress=workspace.config().content_encoding)
        condition = Matches(before.token) if before.token else ABSENT
        lease.confirm()
        workspace.check_cancelled()
        self._tell_stage(Stage.COMMITTING, decision)
        workspace.store.put(self._documents.key, data, attributes, condition)
        self._tell_stage(Stage.COMMITTED, decision)
        return new

    def _finish(self, committed: _Committed[T]) -> T:
        """Write the pages, check the list of projects, and delete objects."""
        manifest, decision = committed.manifest, committed.decision
        missing = self._workspace.pool.submit(self._entry.is_missing, self._documents) if committed.entered else None
        self._write_pages(committed)
        if missing and missing.result():
            self._entry.enter_again(self._documents)
        if manifest.deleted and not decision.refusal:
            self._entry.leave_if_deleted(self._documents)
        self._tell_stage(Stage.PUBLISHED, decision)
        self._sweep(decision.sweep & manifest.removed, manifest)
        if decision.refusal:
            raise decision.refusal
        return decision.result

    def _write_pages(self, committed: _Committed[T]) -> None:
        before = committed.before.pages
        taken_over = [state.token for state in before.values() if state.token and state.foreign]
        try:
            self._documents.pages.write(committed.manifest, before if committed.changed else {}, taken_over)
        except DamagedPage as error:
            if not committed.changed:
                raise
            advice = f"the manifest was changed, and not this page: 's3pypi reindex {self._name}' renders it anew"
            raise InvalidIndex(f"{error.what}; {advice}") from error

    def _sweep(self, urls: frozenset[str], manifest: Manifest) -> None:
        """Delete the objects of ``urls``, which no page lists any more, and the files beside them.

        A manifest may name one key by two urls, one listed and one in ``removed``: that object stays.
        """
        layout, store = self._workspace.layout, self._workspace.store
        listed = {layout.object_key(self._name, file.url) for file in manifest.project.files}
        found = dict.fromkeys(key for url in sorted(urls) if (key := deletable_key(layout, self._name, url)))
        keys = [key for key in found if key not in listed]
        keys += [beside(key) for key in keys for beside in (layout.sidecar, layout.provenance)]
        deletes = [self._workspace.pool.submit(store.delete, key) for key in keys]
        for key, delete in zip(keys, deletes, strict=True):
            try:
                delete.result()
            except StoreError as error:
                log.warning("%s: is listed no more, but was not deleted: %s", key, error.message)

    def _tell_stage(self, stage: Stage, decision: Decision[T]) -> None:
        if not decision.refusal:
            self._workspace.on_stage(stage, self._name, decision.names)
