"""How a change of one project commits.

**Wave 1** reads the manifest and the pages (a verb that stores objects does so meanwhile). **Wave 2**, the commit, puts
the manifest on the token that was read. **Wave 3** derives the pages, each on its token. A lost race starts over, with
new reads and a new decision. Only after every page has caught up are objects deleted, and only those whose urls are in
``removed`` of the committed manifest. Where there is a lock table, the project stays locked from before the reading
until the end.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

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
from .page_kind import PageKind
from .pages import ForeignPage
from .root_entry import RootEntry
from .snapshot import DamagedPage, ProjectDocuments, Reading, Snapshot
from .workspace import wait_for

__all__ = ["Change", "Decision"]

log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Decision(Generic[T]):
    """What a verb makes of a manifest.

    :param manifest: as it is to be; the same content means that nothing is committed.
    :param result: what the verb reports.
    :param sweep: urls in ``removed`` whose objects are deleted in the end.
    :param refusal: raised in the end, once the pages are of the manifest.
    :param renews: commit though the content is the same, so that whoever decided on the manifest before decides again.
    :param names: what changes: filenames, or the project's own; told to the observer.
    """

    manifest: Manifest
    result: T
    sweep: frozenset[str] = frozenset()
    refusal: Error | None = None
    names: tuple[str, ...] = ()
    renews: bool = False


@dataclass(frozen=True, slots=True)
class _Committed(Generic[T]):
    """What the pages are to be brought up to; ``now`` is false when it was committed earlier, by whomever."""

    decision: Decision[T]
    manifest: Manifest
    before: Snapshot
    now: bool
    entered: bool


class Change(Generic[T]):
    """One change of one project, on its way.

    :param entry: how the project enters the root.
    :param kinds: the pages of the repository.
    :param decide: called with the manifest as it is (empty where there is none), again whenever a race was lost.
    :param reading: requests that are under way already; none may be where there is a lock table.
    :param others: asked before anything is marked as removed, or deleted.
    """

    def __init__(
        self,
        entry: RootEntry,
        documents: ProjectDocuments,
        kinds: tuple[PageKind, ...],
        decide: Callable[[Manifest], Decision[T]],
        reading: Reading | None = None,
        *,
        others: OtherProjects | None = None,
    ) -> None:
        self._workspace = documents.workspace
        self._entry = entry
        self._others = others or OtherProjects(documents.workspace, thorough=False)
        self._documents = documents
        self._kinds = kinds
        self._decide = decide
        self._reading = reading
        self._sent: tuple[Decision[T], str] | None = None

    def run(self) -> T:
        """Commit, bring the pages up, sweep; what ``decide`` reports.

        Raises what it refuses or raises, `StoreError`, and `LockError`.
        """
        with self._workspace.held(self._documents.name) as lease:
            return self._run(lease)

    def _run(self, lease: Lease) -> T:
        while True:
            try:
                committed = update(lambda: self._commit(lease), self._workspace.backoff)
                lease.confirm()
                return self._finish(committed)
            except ForeignPage:
                self._reading = self._documents.reading()
                log.debug("%s: a page was written by another tool meanwhile; reading again", self._documents.name)

    def _commit(self, lease: Lease) -> _Committed[T]:
        reading, self._reading = self._reading or self._documents.reading(), None
        now = self._documents.snapshot(reading, self._kinds)
        if self._sent:
            self._tell_stage(Stage.PENDING, self._sent[0])  # if that put took effect, what was read shows it
        decision = self._decision(now)
        if decision.refusal and now.manifest is None:
            raise decision.refusal
        new = decision.manifest
        entering = not (new.deleted or decision.refusal)
        if now.manifest and not decision.renews and new.same_content(now.manifest):
            if entering and self._entry.enter(self._documents.name):
                # It may have been deleted since the manifest was read, and have been off the root for that.
                self._reconcile_project_list()
            self._tell_stage(Stage.COMMITTED, decision)
            return _Committed(decision, now.manifest, now, now=False, entered=False)
        self._workspace.check_cancelled()
        if entering := entering and (now.manifest is None or now.manifest.deleted):
            opening = self._documents.pages.opening(now.pages)
            try:
                self._entry.enter(self._documents.name)
            finally:
                wait_for(opening.values())  # no lock may be let go of before
            now = replace(now, pages={kind: state.result() for kind, state in opening.items()})
        if (shared := self._workspace.shared) and any(is_elsewhere(file.url) for file in new.project.files):
            shared.record()
        commit = next_id(now.base.commit, self._workspace.clock.new_id)
        new = new.committed(commit, now.base.generation + 1)
        self._sent = decision, commit
        data, attributes = stored_form(new.to_json(), DOCUMENT_ATTRIBUTES, compress=self._workspace.compresses())
        condition = Matches(now.token) if now.token else ABSENT
        lease.confirm()
        self._workspace.check_cancelled()
        self._tell_stage(Stage.COMMITTING, decision)
        self._workspace.store.put(self._documents.manifest_key, data, attributes, condition)
        self._tell_stage(Stage.COMMITTED, decision)
        return _Committed(decision, new, now, now=True, entered=entering)

    def _decision(self, now: Snapshot) -> Decision[T]:
        if self._sent and now.manifest and now.manifest.commit == self._sent[1]:
            # Our put took effect, though its answer was lost: the decision stands, and is not taken twice.
            return replace(self._sent[0], manifest=now.base, renews=False)
        return self._spared(self._decide(now.base), now.base)

    def _spared(self, decision: Decision[T], base: Manifest) -> Decision[T]:
        """The decision without the removal of what other projects list, or this one by a URL that may name it."""
        name, new = self._documents.name, decision.manifest
        removed = new.removed - base.removed
        if not (removed or decision.sweep):
            return decision
        keys = {url: self._workspace.layout.object_key(name, url) for url in removed | decision.sweep}
        unclear = names_with_absolute_urls(new.project)
        spared = frozenset(
            url for url, key in keys.items() if key and (filename_of(url) in unclear or self._others.lister(name, key))
        )
        sweep = decision.sweep - spared
        if any(keys[url] for url in sweep) and (why := self._others.unread(name)):
            log.warning("%s: its objects stay until it is known that no other project lists them: %s", name, why)
            sweep = frozenset()
        return replace(decision, manifest=replace(new, removed=new.removed - (spared & removed)), sweep=sweep)

    def _finish(self, committed: _Committed[T]) -> T:
        pages, manifest, name = self._documents.pages, committed.manifest, self._documents.name
        missing = self._workspace.pool.submit(self._entry.is_missing, name) if committed.entered else None
        before = committed.before.pages
        taken_over = [state.token for state in before.values() if state.token and state.foreign]
        try:
            pages.write(manifest, before if committed.now else {}, self._kinds, taken_over)
        except DamagedPage as error:
            if not committed.now:
                raise
            advice = f"the manifest was changed, and not this page: 's3pypi reindex {name}' renders it anew"
            raise InvalidIndex(f"{error.what}; {advice}") from error
        if missing and missing.result():
            self._entry.enter(name)
        if manifest.deleted and not committed.decision.refusal:
            self._reconcile_project_list()
        self._tell_stage(Stage.PUBLISHED, committed.decision)
        self._sweep(committed.decision.sweep & manifest.removed, manifest)
        if committed.decision.refusal:
            raise committed.decision.refusal
        return committed.decision.result

    def _tell_stage(self, stage: Stage, decision: Decision[T]) -> None:
        if not decision.refusal:
            self._workspace.on_stage(stage, self._documents.name, decision.names)

    def _reconcile_project_list(self) -> None:
        """Take the project off the root, if it is deleted."""

        def gone(name: str) -> bool:
            # Of a lost root record, others are written anew with it: they are none of this change's business.
            manifest = self._documents.manifest()[0] if name == self._documents.name else None
            return manifest is not None and manifest.deleted

        self._entry.root.reconcile(frozenset(), frozenset({self._documents.name}), gone, self._kinds)

    def _sweep(self, urls: frozenset[str], manifest: Manifest) -> None:
        """Delete the objects of urls that no page lists any more, and what lies beside them.

        A manifest may say of a key, in two spellings, that it is listed and that it was removed: it stays then.
        """
        layout, store, name = self._workspace.layout, self._workspace.store, self._documents.name
        listed = {layout.object_key(name, file.url) for file in manifest.project.files}
        found = dict.fromkeys(key for url in sorted(urls) if (key := deletable_key(layout, name, url)))
        keys = [key for key in found if key not in listed]
        keys += [beside(key) for key in keys for beside in (layout.sidecar, layout.provenance)]
        deletes = [self._workspace.pool.submit(store.delete, key) for key in keys]
        for key, delete in zip(keys, deletes, strict=True):
            try:
                delete.result()
            except StoreError as error:
                log.warning("%s: is listed no more, but was not deleted: %s", key, error.message)
