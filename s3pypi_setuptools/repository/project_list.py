"""The list of projects, ``manifest.json`` at the top of a repository, and the root's pages, which are derived from it.

The list has the form of the root's JSON page (`PEP 691 <https://peps.python.org/pep-0691/#project-list>`_), and states
its ``kind``.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TypeAlias

from ..errors import InvalidIndex, LockError, RepositoryError
from ..index.model import Root
from ..index.simple_json import decode, encode, root_document, root_of
from ..locks.base import ROOT, Lease
from ..stores.base import ABSENT, Matches
from ..transaction import update
from .documents import DOCUMENT_ATTRIBUTES, Kind, OtherKind, check_kind
from .manifest import next_id
from .page_kind import PageKind
from .pages import DerivedPages, ForeignPage, PageSource, PageState
from .workspace import Workspace

log = logging.getLogger(__name__)

_Names: TypeAlias = frozenset[str]
_Edit: TypeAlias = Callable[[_Names], _Names]
"""Makes the projects that are to be listed of those that are listed."""


def render_project_list(root: Root) -> bytes:
    """The list's bytes; equal roots give equal bytes."""
    return encode({"kind": Kind.ROOT.value, **root_document(root.projects, root.commit)})


def parse_project_list(data: bytes) -> Root:
    """The root that `render_project_list` made.

    Raises `OtherKind` for a sound document of another kind, and `InvalidIndex` for anything else.
    """
    document = decode(data)
    check_kind(document, Kind.ROOT)
    return root_of(document)


class ProjectList(PageSource[Root, Root]):
    """The list of projects of one repository. Threads may use it at once.

    :param exact: as of `DerivedPages`.
    """

    def __init__(self, workspace: Workspace, *, exact: bool = False) -> None:
        super().__init__(workspace, workspace.layout.project_list, workspace.layout.pages())
        self._exact = exact
        self._turn = threading.Lock()
        self._arrivals = threading.Lock()
        self._waiting: set[str] = set()
        self._added: set[str] = set()
        self._locked: dict[str, LockError] = {}

    def parse(self, data: bytes) -> Root:
        """The list; raises `InvalidIndex`, and `RepositoryError` if the target is a project's folder."""
        try:
            return parse_project_list(data)
        except InvalidIndex as error:
            if isinstance(error, OtherKind) and error.found is Kind.PROJECT:
                url = self.workspace.store.url_of(self.key)
                advice = "the target is a project's folder; give the repository around it"
                raise RepositoryError(f"{url}: {error}: {advice}") from error
            raise InvalidIndex(f"{self.key}: {error}; restore it") from error

    def parse_page(self, kind: PageKind, data: bytes) -> Root:
        """The projects on a root page, whichever tool wrote it. Raises `InvalidIndex`."""
        try:
            return kind.parse_root(data)
        except InvalidIndex as error:
            raise InvalidIndex(f"{self.keys[kind]}: {error}; restore or remove the page") from error

    def render(self, kind: PageKind, record: Root) -> bytes:
        """The bytes of a root page."""
        return kind.render_root(record)

    def listed(self) -> tuple[str, ...]:
        """The projects on the list; none if there is no list. Raises `InvalidIndex`, and `StoreError`."""
        root, _ = self.read()
        return root.projects if root else ()

    def projects(self) -> tuple[str, ...]:
        """The projects that are listed; without a list, those on other tools' root pages, or else the folders' names.

        Raises `InvalidIndex` for a damaged list or page, `RepositoryError` if the target is a project's folder, and
        `StoreError`.
        """
        root, _ = self.read()
        if root:
            return root.projects
        kinds = [kind for kind in self.workspace.config().pages if kind in self.keys]
        pages = [page for kind in kinds if (page := self.read_page(kind)[0])]
        found = {name for page in pages for name in page.projects}
        folders = list(self.workspace.list_folders())
        found -= {folder.name for folder in folders if folder.is_other}
        return Root.of(found or (folder.name for folder in folders if folder.is_project and folder.objects)).projects

    def enter(self, project: str, others: frozenset[str] = frozenset(), *, absent: bool = False) -> bool:
        """Add ``project`` to the list and to all pages that lack it; returns whether the list lacked it.

        Calls from several threads share one write, and wait for the lock once. Raises `InvalidIndex` for a damaged list
        or page, `RepositoryError` if the target is a project's folder, `LockError`, and `StoreError`.

        :param others: projects to add with it; after an error they are not added by a later call either.
        :param absent: whether neither a list nor a root page existed a moment ago: both are created without reading
            them first, and read only if that fails.
        """
        with self._arrivals:
            self._locked.pop(project, None)  # of an earlier call that was interrupted
            self._waiting |= {project, *others}
        with self._turn:
            with self._arrivals:
                if project not in self._waiting:  # The thread whose turn was before this one added the project, too.
                    if error := self._locked.pop(project, None):
                        raise LockError(str(error)) from error
                    return project in self._added
                names, self._waiting = frozenset(self._waiting), set()
            try:
                self._added |= self._change(lambda projects: projects | names, absent=absent)[0]
            except LockError as error:
                self._locked.update(dict.fromkeys(names - {project} - others, error))
                raise
            except BaseException:
                with self._arrivals:
                    self._waiting |= names - {project} - others
                raise
            return project in self._added

    def reconcile(self, present: _Names, absent: _Names, is_deleted: Callable[[str], bool]) -> None:
        """Let the list and all pages contain the projects in ``present``, and none in ``absent`` that is deleted.

        After a change, the projects that it added or took off are checked again. Whoever publishes a project reads the
        list after the commit, and whoever deletes one takes it off the list after the commit, so that one of them sees
        what the other did. Raises `InvalidIndex`, `LockError`, `StoreError`, and what ``is_deleted`` raises.

        :param is_deleted: whether the project does not exist now.
        """
        with self._turn:
            while present or absent:
                added, taken_off = self._change(
                    lambda projects, present=present, absent=absent: (  # type: ignore[misc]
                        (projects | present) - {name for name in absent & projects if is_deleted(name)}
                    )
                )
                present = frozenset(name for name in taken_off if not is_deleted(name))
                absent = frozenset(name for name in added if is_deleted(name))

    def refresh(self) -> None:
        """Bring all pages up to the list, if there is one. Raises `InvalidIndex`, `LockError`, and `StoreError`."""
        with self._turn:
            if self.read()[1]:
                self._change(lambda projects: projects)

    def _change(self, edit: _Edit, *, absent: bool = False) -> tuple[_Names, _Names]:
        """Change the list and bring the pages up to it; returns the projects that were added, and those taken off."""
        with self.workspace.held(ROOT) as lease:
            pages = DerivedPages(self, self.workspace.config().pages, exact=self._exact)
            attempts: list[tuple[_Names, _Names]] = []
            while True:
                root, states, changed = update(
                    lambda: self._commit(edit, pages, attempts, lease, absent=absent and not attempts),
                    self.workspace.clock.backoff,
                )
                lease.confirm()
                try:
                    taken_over = [state.token for state in states.values() if state.token and state.foreign]
                    pages.write(root, states if changed else {}, taken_over)
                except ForeignPage:
                    continue
                added = _Names().union(*(after - before for before, after in attempts))
                return added, _Names().union(*(before - after for before, after in attempts))

    def _commit(
        self,
        edit: _Edit,
        pages: DerivedPages[Root],
        attempts: list[tuple[_Names, _Names]],
        lease: Lease,
        *,
        absent: bool,
    ) -> tuple[Root, dict[PageKind, PageState], bool]:
        """Try to change the list; returns it, the pages as they were read, and whether it was written.

        What is to be written is added to ``attempts`` before, since the response may be lost.
        """
        found, token, states = None, None, pages.absent()
        if not absent:
            listed, reading = self.workspace.pool.submit(self.read), pages.reading()
            found, token = listed.result()
            states = {kind: state.result() for kind, state in reading.items()}
        root = found or Root()
        projects = frozenset(root.projects)
        # If the list is lost, only our own pages show what it contained. (If they belong to a list that somebody made
        # meanwhile, the put below fails.)
        lost = root.commit is None
        for kind in [kind for kind, state in states.items() if state.foreign or (lost and state.token)]:
            page, states[kind] = self.read_page(kind)
            if states[kind].foreign:
                log.warning("%s: written by another tool; the projects it lists are taken over", self.keys[kind])
            if page and (lost or states[kind].foreign):
                projects |= {*page.projects}
        if new := projects - frozenset(root.projects):
            projects -= new & frozenset(folder.name for folder in self.workspace.list_folders() if folder.is_other)
        projects = edit(projects)
        attempts.append((frozenset(root.projects), projects))
        if token and root.commit and projects == frozenset(root.projects):
            return root, states, False
        root = Root.of(projects, next_id(root.commit, self.workspace.clock.new_id))
        condition = Matches(token) if token else ABSENT
        lease.confirm()
        self.workspace.store.put(self.key, render_project_list(root), DOCUMENT_ATTRIBUTES, condition)
        return root, states, True
