"""The first push into a target: what the store honours is found out, and recorded for everyone after."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice

from ..errors import AlreadyExists, NotFound, RepositoryError
from ..layout import Layout, is_project_name
from ..stores.base import ABSENT, ANY, Attributes, Store
from .pages import PageKind
from .record import RepositoryRecord

__all__ = ["Opening", "open_record", "read_record"]

LOOKED_AT = 1000
"""How many objects are looked at to tell the page style of a foreign repository: one listing request."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What is wanted of a repository that is yet to be made, and of the store of one that exists.

    :param index_html: pages lie at ``index.html`` keys only.
    :param public_url: where installers reach it.
    :param unsafe_no_locking: work also where the store does not honour conditional writes.
    :param dry_run: write nothing, and take an unknown store for one that honours everything.
    :param existing: make no repository where there is none, of this or another tool.
    """

    index_html: bool = False
    public_url: str | None = None
    unsafe_no_locking: bool = False
    dry_run: bool = False
    existing: bool = False


def read_record(store: Store, layout: Layout) -> RepositoryRecord | None:
    """The repository's record; None where there is none."""
    key = layout.repository
    try:
        return RepositoryRecord.from_json(store.get(key).data, key)
    except NotFound:
        return None


def open_record(store: Store, layout: Layout, opening: Opening) -> RepositoryRecord:
    """The repository's record, made now where there is none.

    Raises `RepositoryError` where the store does not honour conditional writes, unless that is wanted; and where there
    is no repository, if an existing one is wanted.
    """
    record = read_record(store, layout) or _make(store, layout, opening)
    _refuse_unsafe(store, record, opening)
    return record


def _refuse_unsafe(store: Store, record: RepositoryRecord, opening: Opening) -> None:
    if not (record.conditional_writes or opening.unsafe_no_locking):
        raise RepositoryError(
            f"{store.url}: this store does not honour conditional writes, so publishers that run at the same time "
            "could lose each other's files: use another store, or --unsafe-no-locking when only one ever publishes at "
            "a time"
        )


def _make(store: Store, layout: Layout, opening: Opening) -> RepositoryRecord:
    style = _foreign_style(store, layout)
    if opening.existing and style is None:
        place = f"{store.url}/{layout.prefix}" if layout.prefix else store.url
        raise RepositoryError(f"{place}: there is no repository here; check the target, or make one with s3pypi init")
    writes, deletes, slash = store.conditional_writes, store.conditional_writes, store.slash_keys
    if writes is None and not opening.dry_run:
        from ..stores.probe import probe  # noqa: PLC0415

        found = probe(store, layout.prefix)
        writes, deletes, slash = found.conditional_writes, found.conditional_delete, found.slash_keys
    html = style or (PageKind.HTML, PageKind.SLASH)
    if opening.index_html or slash is False:
        html = (PageKind.HTML,)
    record = RepositoryRecord(
        pages=(PageKind.JSON, *html),
        conditional_writes=writes is not False,
        conditional_delete=deletes is not False,
        public_url=opening.public_url,
    )
    if opening.dry_run:
        return record
    _refuse_unsafe(store, record, opening)
    condition = ABSENT if record.conditional_writes else ANY
    try:
        store.put(layout.repository, record.to_json(), Attributes("application/json", "no-cache"), condition)
    except AlreadyExists:
        return read_record(store, layout) or replace(record)
    return record


def _foreign_style(store: Store, layout: Layout) -> tuple[PageKind, ...] | None:
    """The HTML pages that a foreign repository in this place has.

    Empty when there may be others than those that were looked at, None when there are none.
    """
    found = {PageKind.HTML: False, PageKind.SLASH: False}
    start = f"{layout.prefix}/" if layout.prefix else ""
    looked_at = 0
    for info in islice(store.list(start), LOOKED_AT):
        looked_at += 1
        folder, _, name = info.key.removeprefix(start).rpartition("/")
        # An empty object under a / key is a console's folder, no page; and others may be probing just now.
        if info.size and (not folder or is_project_name(folder)):
            found[PageKind.HTML] |= name == "index.html"
            found[PageKind.SLASH] |= name == ""
    kept = tuple(kind for kind, seen in found.items() if seen)
    return kept or (() if looked_at == LOOKED_AT else None)
