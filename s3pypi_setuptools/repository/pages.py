"""Pages: what installers read, derived from a record that is committed already.

A page carries the commit id of its record, so its bytes, and hence a store's content-hash tokens, never repeat.

An absent page has no token: a put on ``ABSENT`` may be on its way while the page is made and deleted again. So where
pages can be deleted, a page is first created **blank**, listing nothing. Then the record is read, and the page is
filled on the blank page's token.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Container
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from ..errors import NotWritten, PreconditionFailed, Unavailable
from ..stores.base import ABSENT, Attributes, Matches, Token
from ..transaction import create, update
from .documents import stored_form
from .manifest import blank_id, is_blank, number_of
from .objects import has_bytes, head_if_exists, if_exists
from .page_kind import PageKind
from .workspace import Workspace

COMMIT = "s3pypi-commit"
"""Name of the user metadata that holds a page's commit id."""


class Committed(Protocol):
    """A record, from which pages are derived, or what is read from a page."""

    @property
    def commit(self) -> str | None:
        """The id of the record, which its pages carry; None on another tool's page."""


R = TypeVar("R", bound=Committed)
P = TypeVar("P", bound=Committed)


class ForeignPage(Exception):
    """A page was written by another tool since it was last read."""


@dataclass(frozen=True, slots=True)
class PageState:
    """The state of a page when it was read.

    :param token: None if the page is absent.
    :param commit: None if another tool wrote the page; empty if it is blank.
    """

    token: Token | None = None
    commit: str | None = None

    @classmethod
    def of(cls, token: Token, commit: str | None) -> PageState:
        """The state of a page that carries the id ``commit``."""
        return cls(token, "" if commit and is_blank(commit) else commit)

    @property
    def blank(self) -> bool:
        """Whether the page lists nothing yet, or is absent."""
        return self.token is None or self.commit == ""

    @property
    def foreign(self) -> bool:
        """Whether another tool wrote the page."""
        return self.token is not None and self.commit is None


class PageSource(ABC, Generic[R, P]):
    """Reads a record and its pages, and renders them.

    :param key: the key of the record.
    :param keys: the key of each page.
    """

    deletable: ClassVar[bool] = False
    """Whether a record may be deleted, with its pages. If so, a page is created blank."""
    compressed: ClassVar[bool] = False
    """Whether large JSON pages are stored compressed, if the store keeps ``Content-Encoding``."""

    def __init__(self, workspace: Workspace, key: str, keys: dict[PageKind, str]) -> None:
        self.workspace = workspace
        self.key = key
        self.keys = keys

    def read(self) -> tuple[R | None, Token | None]:
        """The record and its token; None for both if there is none. Raises `InvalidIndex`, and `StoreError`."""
        if (found := if_exists(lambda: self.workspace.store.get(self.key))) is None:
            return None, None
        return self.parse(found.data), found.info.token

    def read_page(self, kind: PageKind) -> tuple[P | None, PageState]:
        """What a page lists, and its state; None if it does not exist. Raises `InvalidIndex`, and `StoreError`."""
        if (found := if_exists(lambda: self.workspace.store.get(self.keys[kind]))) is None:
            return None, PageState()
        page = self.parse_page(kind, found.data)
        return page, PageState.of(found.info.token, page.commit)

    @abstractmethod
    def parse(self, data: bytes) -> R | None:
        """The record; None if a damaged one is taken for none. Raises `InvalidIndex`, with the key."""

    @abstractmethod
    def parse_page(self, kind: PageKind, data: bytes) -> P:
        """What a page lists, whichever tool wrote it. Raises `InvalidIndex`, with the key."""

    @abstractmethod
    def render(self, kind: PageKind, record: R) -> bytes:
        """The bytes of a page."""

    def is_deleted(self, record: R) -> bool:  # noqa: ARG002
        """Whether the record is deleted, and so has no pages."""
        return False

    def blank(self, commit: str) -> R:
        """A record of that commit id that lists nothing, where records are `deletable`."""
        raise NotImplementedError


class DerivedPages(Generic[R]):
    """The pages of one record.

    :param kinds: which of the source's pages are read; None for all. Those that the repository has are written.
    :param exact: whether a page of the record's commit id is current only if its bytes are those rendered.
    """

    def __init__(
        self, source: PageSource[R, Any], kinds: Collection[PageKind] | None = None, *, exact: bool = False
    ) -> None:
        self._workspace = source.workspace
        self._store = source.workspace.store
        self._keys = {kind: key for kind, key in source.keys.items() if kinds is None or kind in kinds}
        self._source = source
        self._exact = exact
        self._lock = threading.Lock()
        self._last: dict[tuple[str | None, bool], bytes] = {}

    def reading(self, listed: Container[str] | None = None) -> dict[PageKind, Future[PageState]]:
        """Start to read every page's state, in parallel; two kinds at one key are read once.

        :param listed: keys of the folder's objects; other pages are absent and not read. None: read all pages.
        """
        kinds = {key: kind for kind, key in self._keys.items() if listed is None or key in listed}
        asked = {key: self._workspace.pool.submit(self.state, kind) for key, kind in kinds.items()}
        return {kind: asked[key] for kind, key in self._keys.items() if key in asked}

    def absent(self) -> dict[PageKind, PageState]:
        """The state of every page where none exists."""
        return {kind: PageState() for kind in self._keys}

    def expected(self, record: R) -> dict[PageKind, PageState]:
        """The state that every page has if all are those of ``record``, computed from their bytes without requests."""
        if self._source.is_deleted(record):
            return self.absent()
        return {
            kind: PageState(self._store.token_of(self._stored(kind, record)[0]), record.commit) for kind in self._keys
        }

    def state(self, kind: PageKind) -> PageState:
        """The state of one page now."""
        if self._store.keeps_metadata:
            if (info := head_if_exists(self._store, self._keys[kind])) is None:
                return PageState()
            if commit := info.metadata.get(COMMIT):
                return PageState.of(info.token, commit)
            # Another tool's, or ours, copied by a tool that drops metadata.
        return self._source.read_page(kind)[1]

    def creating_blank(self, states: dict[PageKind, PageState]) -> dict[PageKind, Future[PageState]]:
        """Start to create the pages blank that are absent in ``states``, in parallel; the states of all pages then."""
        return {kind: self._workspace.pool.submit(self._create_blank, kind, state) for kind, state in states.items()}

    def _create_blank(self, kind: PageKind, state: PageState) -> PageState:
        if state.token or not self._source.deletable:
            return state
        record = self._source.blank(blank_id(self._workspace.clock.new_id))
        tokens: list[Token] = []
        if create(lambda: tokens.append(self._fill(record, kind, None)), self._workspace.clock.backoff):
            return PageState.of(tokens[-1], record.commit)
        now = self.state(kind)
        return PageState() if now.foreign else now

    def write(
        self,
        record: R,
        states: dict[PageKind, PageState],
        taken_over: Collection[Token] = (),
    ) -> None:
        """Bring the repository's pages up to ``record``, or to a later one, in parallel.

        :param states: the pages as they were read before the record was committed.
        :param taken_over: tokens of other tools' pages whose content is in the record.

        Raises `ForeignPage` if another tool has written a page meanwhile; the other pages are up to date then.
        """
        self._all(lambda kind: self._write(record, kind, states.get(kind), taken_over))
        if self._source.is_deleted(record) and (now := self._source.read()[0]) and not self._source.is_deleted(now):
            # A store that ignores the condition of a deletion has deleted the pages of what was committed meanwhile.
            self._all(lambda kind: self._bring_up(now, kind, taken_over))

    def _all(self, write: Callable[[PageKind], None]) -> None:
        kinds = [kind for kind in self._workspace.config().pages if kind in self._keys]
        work = [self._workspace.pool.submit(write, kind) for kind in kinds]
        errors = [error for future in work if (error := future.exception())]
        # `ForeignPage` only means to try again, so any other error is raised first.
        for error in sorted(errors, key=lambda error: isinstance(error, ForeignPage)):
            raise error

    def _write(self, record: R, kind: PageKind, state: PageState | None, taken_over: Collection[Token]) -> None:
        if state is not None and (state.token or not self._source.deletable):
            try:
                return self._put(record, kind, state)
            except (NotWritten, Unavailable):
                pass
        return self._bring_up(record, kind, taken_over)

    def _bring_up(self, record: R, kind: PageKind, taken_over: Collection[Token]) -> None:
        update(lambda: self._catch_up(record, kind, taken_over), self._workspace.clock.backoff)

    def _catch_up(self, written: R, kind: PageKind, taken_over: Collection[Token]) -> None:
        # The order matters: a page older than the record read after it cannot be put over a newer one.
        state = self.state(kind)
        record = self._record(kind)
        if self._source.is_deleted(record) and state.token is None and self._is_listed(kind):
            raise PreconditionFailed(self._keys[kind], version="")
        if self._current(record, kind, state) or self._follows(state, written, record):
            return
        if state.token is None and self._source.deletable:
            state, record = self._create_blank(kind, state), self._record(kind)
        if state.foreign and state.token not in taken_over:
            raise ForeignPage
        self._put(record, kind, state)

    def _record(self, kind: PageKind) -> R:
        """The record now. It was read or written before, and no record is ever deleted."""
        record, _ = self._source.read()
        if record is None:
            raise Unavailable(
                self._keys[kind], "is not up to date: its record was there, and is not found now; try again"
            )
        return record

    def _is_listed(self, kind: PageKind) -> bool:
        """Whether the store lists a page that it did not find: its answer to the read was stale."""
        key = self._keys[kind]
        return next((info.key for info in self._store.list(key)), None) == key

    def _current(self, record: R, kind: PageKind, state: PageState) -> bool:
        if self._source.is_deleted(record):
            return state.token is None
        if state.token is None or state.commit != record.commit:
            return False
        if not self._exact:
            return True
        # A page may have changed or been deleted since its state was read: the put on that state's token fails then.
        return has_bytes(self._store, self._keys[kind], self._rendered(kind, record))

    def _follows(self, state: PageState, written: R, record: R) -> bool:
        """Whether the page is of a commit between ``written`` and ``record``: a later committer updates it."""
        if self._exact or not (state.token and state.commit and written.commit and record.commit):
            return False
        numbers = number_of(written.commit), number_of(state.commit), number_of(record.commit)
        if self._source.is_deleted(record) or None in numbers:
            return False
        first, page, last = (number or 0 for number in numbers)
        return first < page < last

    def _put(self, record: R, kind: PageKind, state: PageState) -> None:
        if not self._source.is_deleted(record):
            self._fill(record, kind, state.token)
        elif state.token:
            self._store.delete(self._keys[kind], Matches(state.token))

    def _fill(self, record: R, kind: PageKind, token: Token | None) -> Token:
        data, attributes = self._stored(kind, record)
        attributes = attributes._replace(metadata={COMMIT: record.commit or ""})
        condition = Matches(token) if token else ABSENT
        return self._store.put(self._keys[kind], data, attributes, condition)

    def _stored(self, kind: PageKind, record: R) -> tuple[bytes, Attributes]:
        """The page as it is stored."""
        compress = self._source.compressed and kind.is_json and self._workspace.config().content_encoding
        return stored_form(self._rendered(kind, record), kind.attributes, compress=compress)

    def _rendered(self, kind: PageKind, record: R) -> bytes:
        """The page's bytes; the pages of one form, JSON or HTML, are rendered once."""
        form = (record.commit, kind.is_json)
        with self._lock:
            if form not in self._last:
                self._last = {key: data for key, data in self._last.items() if key[0] == record.commit}
                self._last[form] = self._source.render(kind, record)
            return self._last[form]
