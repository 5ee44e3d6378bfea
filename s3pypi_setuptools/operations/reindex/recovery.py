"""Read and rebuild a repository whose records are lost, damaged, or were bypassed.

Only here is a damaged document treated as absent, since it is about to be rewritten from what else exists. A record of
a later format is not damaged.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from urllib.parse import unquote

from ...errors import InvalidIndex, NotFound
from ...index.model import File, Project, Root, clean_text
from ...naming import version_of
from ...repository.change import Change, Facts, Operation, Plan, Stored
from ...repository.documents import OtherKind
from ...repository.inventory import holds_distributions
from ...repository.layout import Layout, is_distribution_key
from ...repository.links import adopt_files
from ...repository.manifest import FORMAT, Manifest
from ...repository.page_kind import PageKind
from ...repository.pages import PageState
from ...repository.project_list import ProjectList
from ...repository.repository import Repository
from ...repository.repository_config import FORMAT as RECORD_FORMAT
from ...repository.repository_config import RepositoryConfig
from ...repository.root_entry import RootEntry
from ...repository.snapshot import ProjectDocuments, Reading, Snapshot
from ...repository.workspace import Workspace
from ...stores.base import Matches, Store

log = logging.getLogger(__name__)

_REMOVED = re.compile(rb'"removed"\s*:\s*\[((?:\s*"(?:[^"\\]|\\.)*"\s*,?)*)')
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"')
_NAME = re.compile(rb"(?<![\w.!+%-])[A-Za-z0-9][\w.!+%-]{1,250}")
"""A possible filename in damaged JSON or HTML; matching takes time linear in the length of the text."""

_DELETED = re.compile(rb'"deleted"\s*:\s*true')


@dataclass(frozen=True, slots=True)
class Recovered(Snapshot):
    """The state from which a project is rebuilt, even if its documents are damaged.

    :param complete: whether ``base`` lists every file that was listed, according to an undamaged document: an object
        that it does not list was then removed, refused, or is being published. Otherwise it may have been listed.
    :param damaged: keys of the manifest and pages that cannot be read.
    :param named: filenames of the project that appear in these.
    """

    complete: bool
    damaged: tuple[str, ...]
    named: frozenset[str]


class Recovery:
    """Reads and changes projects, and the list of projects, even if their documents are damaged."""

    def __init__(self, repository: Repository) -> None:
        self.workspace = repository.workspace
        self.dry_run = repository.dry_run
        self._root = _RecoveredRoot(repository.workspace, exact=True)
        self._others = repository.others()

    def snapshot(self, project: str) -> Recovered:
        """The state from which `change` would start for ``project`` (normalized); nothing is written."""
        documents = _RecoveredDocuments(self.workspace, project, exact=True)
        found = documents.snapshot(documents.reading())
        complete = found.manifest is not None or found.base.deleted or documents.listed
        return Recovered(
            *(found.manifest, found.token, found.pages, found.base),
            complete=complete,
            damaged=tuple(sorted(documents.damaged)),
            named=frozenset(documents.named),
        )

    def change(self, project: str, operation: Operation[Facts, Plan, Stored, None]) -> None:
        """Change ``project`` as `Repository.change` does, starting from its pages if the manifest is lost.

        Every page is compared byte for byte with its rendering. Raises the errors of the operation, and `StoreError`.
        """
        documents = _RecoveredDocuments(self.workspace, project, exact=True)
        Change(RootEntry(self._root), documents, operation, others=self._others).run()

    def correct_project_list(
        self, present: Collection[str], absent: Collection[str], unknown: Collection[str] = ()
    ) -> None:
        """Add the projects that are ``present`` to the list of projects, and take off those that are ``absent``.

        :param unknown: projects that could not be checked; those of them that are ``present`` stay.

        An absent one is looked up again after the list was read: a publisher lists a new project before it commits.
        """

        def is_absent(project: str) -> bool:
            if project in unknown:
                return False
            manifest, token = _RecoveredDocuments(self.workspace, project).read()
            return token is None or (manifest is not None and manifest.deleted)

        self._root.reconcile(frozenset(present), frozenset(absent), is_absent)


class _RecoveredDocuments(ProjectDocuments):
    """The documents of a project, damaged or not."""

    def __init__(self, workspace: Workspace, name: str, *, exact: bool = False) -> None:
        super().__init__(workspace, name, exact=exact)
        self._salvaged: Manifest | None = None
        self.damaged: set[str] = set()
        self.named: set[str] = set()
        self.listed = False
        """Whether an undamaged page of ours lists files; not a blank one, nor one of a quarantined project."""

    def parse(self, data: bytes) -> Manifest | None:
        """As `ProjectDocuments.parse`; None for a damaged manifest."""
        try:
            return super().parse(data)
        except InvalidIndex as error:
            if isinstance(error, OtherKind) or _is_later(data, FORMAT):
                raise
            log.debug("%s", error)
            self._salvaged = _salvage(self.name, data)
            self._note(self.key, data)
            return None

    def snapshot(self, reading: Reading) -> Snapshot:
        """As `ProjectDocuments.snapshot`; without a manifest, its base lists what the pages list, our own pages too."""
        manifest, token = reading.manifest.result()
        if manifest is not None:
            return super().snapshot(reading)
        base = (token and self._salvaged) or Manifest(Project(self.name))
        states: dict[PageKind, PageState] = {}
        listed: dict[str, File] = {}
        for kind in self.workspace.config().pages:
            if kind not in self.keys:
                continue
            page, states[kind] = self.read_page(kind)
            if page is None:
                continue
            if states[kind].commit and not page.is_quarantined:
                self.listed = True
            for file in page.files:
                if file.url not in base.removed:
                    listed.setdefault(file.filename, file)
            if page.status and not base.project.status:
                base = replace(base, project=replace(base.project, status=page.status))
        if listed:
            files = adopt_files(self.workspace, self.name, listed.values())
            base = replace(base.with_files(files), deleted=False)
        return Snapshot(None, token, states, base)

    def parse_page(self, kind: PageKind, data: bytes) -> Project:
        """As `ProjectDocuments.parse_page`; an empty project for a damaged page."""
        try:
            return super().parse_page(kind, data)
        except InvalidIndex as error:
            log.debug("%s", error)
            self._note(self.keys[kind], data)
            return Project(self.name)

    def _note(self, key: str, data: bytes) -> None:
        """Remember a damaged document and the filenames in it."""
        self.damaged.add(key)
        self.named.update(_names(self.name, data))


class _RecoveredRoot(ProjectList):
    """The list of projects, damaged or not."""

    def parse(self, data: bytes) -> Root:
        """As `ProjectList.parse`; an empty list for a damaged record."""
        try:
            return super().parse(data)
        except InvalidIndex as error:
            if isinstance(error.__cause__, OtherKind):
                raise
            log.debug("%s", error)
            return Root()

    def parse_page(self, kind: PageKind, data: bytes) -> Root:
        """As `ProjectList.parse_page`; an empty list for a damaged page."""
        try:
            return super().parse_page(kind, data)
        except InvalidIndex as error:
            log.debug("%s", error)
            return Root()


def config_may_be_renewed(store: Store, layout: Layout, *, dry_run: bool) -> bool:
    """Whether a repository config that is lost may be made again: distributions show that there was a repository.

    A damaged config is deleted before, with a warning, unless this is a dry run. Raises `InvalidIndex` for a config of
    a later format, `OtherKind` for a document of another kind, and `StoreError`.
    """
    if not dry_run and discard_damaged_config(store, layout):
        key = layout.repository_config
        log.warning("%s: was damaged, and is made anew; set the public URL again if one was set", key)
    return holds_distributions(store, layout)


def discard_damaged_config(store: Store, layout: Layout) -> bool:
    """Delete a config that cannot be read; returns whether there was one."""
    try:
        found = store.get(layout.repository_config)
    except NotFound:
        return False
    try:
        RepositoryConfig.from_json(found.data, layout.repository_config)
    except OtherKind:
        raise
    except InvalidIndex:
        if _is_later(found.data, RECORD_FORMAT):
            raise
        store.delete(layout.repository_config, Matches(found.info.token))
        return True
    return False


def _is_later(data: bytes, understood: int) -> bool:
    """Whether ``data`` is an undamaged document of a later format than this version reads."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return False
    kind = document.get("format") if isinstance(document, dict) else None
    return isinstance(kind, int) and kind > understood


def _names(project: str, data: bytes) -> Iterator[str]:
    """The filenames of a project that appear in a damaged document."""
    for match in _NAME.finditer(data):
        name = unquote(match[0].decode(errors="replace"))
        if is_distribution_key(name) and version_of(project, name) is not None:
            yield name


def _salvage(project: str, data: bytes) -> Manifest:
    """A manifest of the removed urls that can still be found in a damaged one, and of whether it was deleted."""
    removed = set()
    for match in _REMOVED.finditer(data):
        for text in _STRING.findall(match[1]):
            try:
                removed.add(clean_text(str(json.loads(text))))
            except ValueError:
                continue
    return Manifest(Project(project), frozenset(removed), deleted=_DELETED.search(data) is not None)
