"""The root: the list of projects, as a record and as pages; the record has the form of the JSON page (PEP 691)."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable

from ..errors import Error, InvalidIndex, LockError, NotFound, RepositoryError
from ..index.model import Root
from ..index.simple_json import decode, encode, root_document, root_of
from ..locks.base import ROOT, Lease
from ..stores.base import ABSENT, Matches, Token
from ..transaction import update
from .documents import DOCUMENT_ATTRIBUTES, Kind, OtherKind, check_kind
from .manifest import next_id
from .page_kind import PageKind
from .pages import DerivedPages, ForeignPage, PageState
from .workspace import Workspace

__all__ = ["ProjectList", "parse_project_list", "render_project_list"]

log = logging.getLogger(__name__)


def render_project_list(root: Root) -> bytes:
    """The record's bytes; equal roots give equal bytes."""
    return encode({"kind": Kind.ROOT.value, **root_document(root.projects, root.commit)})


def parse_project_list(data: bytes) -> Root:
    """The root that `render_project_list` made; raises `InvalidIndex`, and `OtherKind` for a record of another kind."""
    document = decode(data)
    check_kind(document, Kind.ROOT)
    return root_of(document)


class ProjectList:
    """The root of one repository, as this process changes it.

    :param exact: as of `DerivedPages`.
    """

    def __init__(self, workspace: Workspace, *, exact: bool = False) -> None:
        self._workspace = workspace
        self._store = workspace.store
        self._layout = workspace.layout
        self._exact = exact
        self._turn = threading.Lock()
        self._arrivals = threading.Lock()
        self._waiting: set[str] = set()
        self._added: set[str] = set()
        self._locked: dict[str, LockError] = {}

    def enter(
        self, project: str, kinds: tuple[PageKind, ...], others: frozenset[str] = frozenset(), *, absent: bool = False
    ) -> bool:
        """Add ``project`` to the record and to all pages, unless they list it; whether the record did not.

        Calls from several threads share one write, and one waiting for the lock.

        :param others: projects to add with it; after an error they count as never asked for.
        :param absent: whether there was no root a moment ago; if it can be created, it is not read before.
        """
        with self._arrivals:
            self._locked.pop(project, None)  # of an earlier call that was interrupted
            self._waiting |= {project, *others}
        with self._turn:
            with self._arrivals:
                if project not in self._waiting:  # The thread that had its turn before took this project along.
                    if error := self._locked.pop(project, None):
                        raise LockError(str(error)) from error
                    return project in self._added
                names, self._waiting = frozenset(self._waiting), set()
            try:
                self._added |= self._change(lambda projects: projects | names, kinds, absent=absent)[0]
            except LockError as error:
                self._locked.update(dict.fromkeys(names - {project} - others, error))
                raise
            except BaseException:
                with self._arrivals:
                    self._waiting |= names - {project} - others
                raise
            return project in self._added

    def reconcile(
        self,
        present: frozenset[str],
        absent: frozenset[str],
        gone: Callable[[str], bool],
        kinds: tuple[PageKind, ...],
    ) -> None:
        """See to it that the record and all pages list what is ``present``, and not what is ``absent`` and ``gone``.

        What was changed is asked for again after the change. Who publishes a project looks at the root after the
        commit, and who deletes one takes it off the root after the commit: so one of both sees what the other did.

        :param gone: whether there is no such project now.
        """
        with self._turn:
            while present or absent:
                added, taken = self._change(
                    lambda projects, present=present, absent=absent: (  # type: ignore[misc]
                        (projects | present) - {name for name in absent & projects if gone(name)}
                    ),
                    kinds,
                )
                present = frozenset(name for name in taken if not gone(name))
                absent = frozenset(name for name in added if gone(name))

    def refresh(self, kinds: tuple[PageKind, ...]) -> None:
        """See to it that all pages are those of the record, where there is one."""
        with self._turn:
            if self.read()[1]:
                self._change(lambda projects: projects, kinds)

    def read(self) -> tuple[Root, Token | None]:
        """The record, empty where there is none, and its token."""
        key = self._layout.project_list
        try:
            found = self._store.get(key)
        except NotFound:
            return Root(), None
        try:
            return parse_project_list(found.data), found.info.token
        except OtherKind as error:
            raise self._other_kind(error) from error
        except InvalidIndex as error:
            raise InvalidIndex(f"{key}: {error}; restore it") from error

    def _other_kind(self, error: OtherKind) -> Error:
        """What is said of a root record that is the record of something else."""
        key = self._layout.project_list
        if error.found is Kind.PROJECT:
            return RepositoryError(
                f"{self._store.url_of(key)}: {error}: the target is a project's folder; give the repository around it"
            )
        return InvalidIndex(f"{key}: {error}; restore it")

    def _record(self) -> Root | None:
        root, token = self.read()
        return root if token else None

    def projects(self, kinds: tuple[PageKind, ...]) -> tuple[str, ...]:
        """The projects of the record; where there is none, what other tools' root pages and the folders tell of."""
        root, token = self.read()
        if token:
            return root.projects
        found: set[str] = set()
        for kind, key in self._layout.pages(kinds=kinds).items():
            with contextlib.suppress(NotFound):
                found |= {*self._parse(kind, self._store.get(key).data).projects}
        folders = list(self._workspace.list_folders())
        found -= {folder.name for folder in folders if folder.is_other}
        return Root.of(found or (folder.name for folder in folders if folder.is_project and folder.objects)).projects

    def _change(
        self, change: Callable[[frozenset[str]], frozenset[str]], kinds: tuple[PageKind, ...], *, absent: bool = False
    ) -> tuple[frozenset[str], frozenset[str]]:
        """Change the record and bring the pages up to it; the projects that were added, and those taken off."""
        with self._workspace.held(ROOT) as lease:
            return self._change_alone(change, kinds, lease, absent=absent)

    def _change_alone(
        self,
        change: Callable[[frozenset[str]], frozenset[str]],
        kinds: tuple[PageKind, ...],
        lease: Lease,
        *,
        absent: bool,
    ) -> tuple[frozenset[str], frozenset[str]]:
        pages = self._pages(kinds)
        asked: list[tuple[frozenset[str], frozenset[str]]] = []
        while True:
            root, states, changed = update(
                lambda: self._commit(change, pages, asked, lease, absent=absent and not asked), self._workspace.backoff
            )
            lease.confirm()
            try:
                taken_over = [state.token for state in states.values() if state.token and state.foreign]
                pages.write(root, states if changed else {}, kinds, taken_over)
            except ForeignPage:
                continue
            return (
                frozenset[str]().union(*(after - before for before, after in asked)),
                frozenset[str]().union(*(before - after for before, after in asked)),
            )

    def _commit(
        self,
        change: Callable[[frozenset[str]], frozenset[str]],
        pages: DerivedPages[Root],
        asked: list[tuple[frozenset[str], frozenset[str]]],
        lease: Lease,
        *,
        absent: bool,
    ) -> tuple[Root, dict[PageKind, PageState], bool]:
        """One attempt; what it asks for is noted in ``asked`` before, since its answer may be lost."""
        root, token, states = Root(), None, pages.absent()
        if not absent:
            record, reading = self._workspace.pool.submit(self.read), pages.reading()
            root, token = record.result()
            states = {kind: state.result() for kind, state in reading.items()}
        projects = frozenset(root.projects)
        # Without a record, our own pages alone still tell what it had listed. (If they are of one that somebody made
        # meanwhile, the put below fails.)
        lost = root.commit is None
        for kind in [kind for kind, state in states.items() if state.foreign or (lost and state.token)]:
            adopted, states[kind] = self._adopt(kind, lost)
            projects |= adopted
        if new := projects - frozenset(root.projects):
            projects -= new & frozenset(folder.name for folder in self._workspace.list_folders() if folder.is_other)
        projects = change(projects)
        asked.append((frozenset(root.projects), projects))
        if token and root.commit and projects == frozenset(root.projects):
            return root, states, False
        root = Root.of(projects, next_id(root.commit, self._workspace.clock.new_id))
        condition = Matches(token) if token else ABSENT
        lease.confirm()
        self._store.put(self._layout.project_list, render_project_list(root), DOCUMENT_ATTRIBUTES, condition)
        return root, states, True

    def _adopt(self, kind: PageKind, lost: bool) -> tuple[frozenset[str], PageState]:
        """What a page lists, if another tool wrote it or the record is ``lost``, and its state."""
        key = self._layout.pages()[kind]
        try:
            page = self._store.get(key)
        except NotFound:
            return frozenset(), PageState()
        listed = self._parse(kind, page.data)
        if listed.commit is not None:
            return frozenset(listed.projects if lost else ()), PageState(page.info.token, listed.commit)
        log.warning("%s: written by another tool; the projects it lists are taken over", key)
        return frozenset(listed.projects), PageState(page.info.token)

    def _pages(self, kinds: tuple[PageKind, ...]) -> DerivedPages[Root]:
        return DerivedPages(
            self._workspace,
            self._layout.pages(kinds=kinds),
            render=lambda kind, root: kind.render_root(root),
            commit_of=lambda kind, data: self._parse(kind, data).commit,
            read_config=self._record,
            exact=self._exact,
        )

    def _parse(self, kind: PageKind, data: bytes) -> Root:
        try:
            return kind.parse_root(data)
        except InvalidIndex as error:
            raise InvalidIndex(f"{self._layout.page(kind)}: {error}; restore or remove the page") from error
