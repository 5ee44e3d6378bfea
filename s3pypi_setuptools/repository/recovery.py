"""Read and rebuild a repository whose records are lost, damaged, or were bypassed.

What cannot be read is taken for absent here, and only here, since it is about to be written anew from what else there
is. A record of a later format is no damage.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Collection
from dataclasses import replace

from ..errors import InvalidIndex, NotFound
from ..index.model import File, Project, Root, clean_text
from ..layout import Layout
from ..stores.base import Matches, Store, Token
from .adoption import adoptable
from .change import Change, Decision
from .kinds import OtherKind
from .manifest import FORMAT, Manifest
from .page_kind import PageKind
from .pages import PageState
from .project import ProjectDocuments, Reading, Snapshot
from .record import FORMAT as RECORD_FORMAT
from .record import RepositoryRecord
from .repository import Repository
from .root import RootIndex
from .root_entry import RootEntry
from .root_record import parse_root_record

__all__ = ["Recovery", "discard_damaged_record"]

log = logging.getLogger(__name__)

_REMOVED = re.compile(rb'"removed"\s*:\s*\[((?:\s*"(?:[^"\\]|\\.)*"\s*,?)*)')
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"')
_DELETED = re.compile(rb'"deleted"\s*:\s*true')


class Recovery:
    """Changes of projects, and of the root, that also overcome damaged records and pages."""

    def __init__(self, repository: Repository) -> None:
        self._workspace = repository.workspace
        self._kinds = repository.record.pages
        self._root = _RecoveredRoot(repository.workspace, exact=True)

    def snapshot(self, project: str) -> Snapshot:
        """What a change of ``project`` (normalized) would start from; nothing is written."""
        documents = _RecoveredDocuments(self._workspace, project, exact=True)
        return documents.snapshot(documents.reading(), self._kinds)

    def change(self, project: str, decide: Callable[[Manifest], Decision[bool]]) -> bool:
        """As `Repository.change`; where the manifest is lost, it starts from the pages.

        Every page is compared with its rendering, byte for byte.
        """
        documents = _RecoveredDocuments(self._workspace, project, exact=True)
        return Change(RootEntry(self._root, self._kinds), documents, self._kinds, decide).run()

    def settle_root(self, present: Collection[str], absent: Collection[str]) -> None:
        """See to it that the root lists the projects that are ``present``, and not those ``absent``.

        One that was found absent is asked for again after the root was read: who publishes it enters the root first.
        """
        self._root.settle(frozenset(present), frozenset(absent), self._gone, self._kinds)

    def _gone(self, project: str) -> bool:
        manifest, token = _RecoveredDocuments(self._workspace, project).manifest()
        return token is None or (manifest is not None and manifest.deleted)


class _RecoveredDocuments(ProjectDocuments):
    """The documents of a project, whatever state they are in."""

    _salvaged: Manifest | None = None

    def manifest(self) -> tuple[Manifest | None, Token | None]:
        """As of `ProjectDocuments`, but None and the token for a damaged one."""
        try:
            found = self.workspace.store.get(self.manifest_key)
        except NotFound:
            return None, None
        try:
            return Manifest.from_json(found.data, self.manifest_key), found.info.token
        except OtherKind as error:
            raise self.other_kind(error) from error
        except InvalidIndex as error:
            if _is_later(found.data, FORMAT):
                raise
            log.debug("%s", error)
            self._salvaged = _salvage(self.name, found.data)
            return None, found.info.token

    def snapshot(self, reading: Reading, kinds: tuple[PageKind, ...]) -> Snapshot:
        """As of `ProjectDocuments`; without a manifest, what the pages list is taken over, our own pages too."""
        manifest, token = reading.manifest.result()
        if manifest is not None:
            return super().snapshot(reading, kinds)
        base = (token and self._salvaged) or Manifest(Project(self.name))
        states: dict[PageKind, PageState] = {}
        listed: dict[str, File] = {}
        for kind in kinds:
            if kind not in self._keys:
                continue
            page, states[kind] = self._page(kind)
            for file in page.files:
                if file.url not in base.removed:
                    listed.setdefault(file.filename, file)
            if page.status and not base.project.status:
                base = replace(base, project=replace(base.project, status=page.status))
        if listed:
            files = adoptable(self.workspace.store, self.workspace.layout, self.name, listed.values())
            base = replace(base.with_files(files), deleted=False)
        return Snapshot(None, token, states, base)

    def _page(self, kind: PageKind) -> tuple[Project, PageState]:
        try:
            found = self.workspace.store.get(self._keys[kind])
        except NotFound:
            return Project(self.name), PageState()
        page = self._parse(kind, found.data)
        return page, PageState.of(found.info.token, page.commit)

    def _parse(self, kind: PageKind, data: bytes) -> Project:
        try:
            return super()._parse(kind, data)
        except InvalidIndex as error:
            log.debug("%s", error)
            return Project(self.name)


class _RecoveredRoot(RootIndex):
    """The root, whatever state it is in."""

    def read(self) -> tuple[Root, Token | None]:
        """As of `RootIndex`, but an empty root and the token for a damaged record."""
        try:
            found = self._store.get(self._layout.root_manifest)
        except NotFound:
            return Root(), None
        try:
            return parse_root_record(found.data), found.info.token
        except OtherKind as error:
            raise self._other_kind(error) from error
        except InvalidIndex as error:
            log.debug("%s: %s", self._layout.root_manifest, error)
            return Root(), found.info.token

    def _parse(self, kind: PageKind, data: bytes) -> Root:
        try:
            return super()._parse(kind, data)
        except InvalidIndex as error:
            log.debug("%s", error)
            return Root()


def discard_damaged_record(store: Store, layout: Layout) -> bool:
    """Whether there was a ``repository.json`` that cannot be read, which is gone now.

    Raises `InvalidIndex` for one of a later format, and for a record of another kind.
    """
    try:
        found = store.get(layout.repository)
    except NotFound:
        return False
    try:
        RepositoryRecord.from_json(found.data, layout.repository)
    except OtherKind:
        raise
    except InvalidIndex:
        if _is_later(found.data, RECORD_FORMAT):
            raise
        store.delete(layout.repository, Matches(found.info.token))
        return True
    return False


def _is_later(data: bytes, understood: int) -> bool:
    """Whether ``data`` is a sound record of a format that this version does not read."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return False
    kind = document.get("format") if isinstance(document, dict) else None
    return isinstance(kind, int) and kind > understood


def _salvage(project: str, data: bytes) -> Manifest:
    """What a damaged manifest still says for certain of what was removed."""
    removed = set()
    for match in _REMOVED.finditer(data):
        for text in _STRING.findall(match[1]):
            try:
                removed.add(clean_text(str(json.loads(text))))
            except ValueError:
                continue
    return Manifest(Project(project), frozenset(removed), deleted=_DELETED.search(data) is not None)
