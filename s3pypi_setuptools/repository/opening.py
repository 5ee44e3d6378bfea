"""The first push into a target: what the store honours is found out, and recorded for everyone after."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import islice

from ..config.choices import PageStyle
from ..errors import AccessDenied, NotFound, RepositoryError
from ..naming import is_project_name
from ..stores.base import ABSENT, ANY, Store
from ..stores.capabilities import Capabilities, known
from ..transaction import PATIENT, Backoff, create
from .documents import DOCUMENT_ATTRIBUTES
from .inventory import FirstListing, Folder, list_folders
from .layout import Layout
from .nesting import refuse_project_folder
from .page_kind import PageKind, kinds_of
from .repository_config import RepositoryConfig, change_config, read_config

__all__ = [
    "WAYS_OUT",
    "OpenOptions",
    "Opened",
    "ask_about_parts",
    "compress_from_now_on",
    "open_config",
]

WAYS_OUT = (
    "use another store, a lock table (--locks-table TABLE), or --unsafe-no-locking where only one ever publishes at a "
    "time"
)
"""What to do about a store that does not honour conditional writes."""

LOOKED_AT = 1000
"""How many objects are looked at to tell the page style of a foreign repository: one listing request."""

_HTML = (PageKind.HTML, PageKind.SLASH)
_FOREIGN = {"index.html": PageKind.HTML, "": PageKind.SLASH}
_NEED_SLASH = (PageStyle.SLASH, PageStyle.JSON)
"""Styles that cannot do without pages at keys that end in ``/``."""

UNASKED = Capabilities(
    conditional_create=True,
    conditional_replace=True,
    conditional_delete=True,
    conditional_multipart=True,
    slash_keys=True,
    content_encoding=True,
)
"""What a dry run takes a store for that only a probe could tell of."""


@dataclass(frozen=True, slots=True)
class OpenOptions:
    """What is wanted of a repository that is yet to be made, and of the store of one that exists.

    :param style: None: what an existing repository of another tool has, or else HTML wherever the store keeps it.
    :param public_url: where installers reach it.
    :param unsafe_no_locking: work also where the store does not honour conditional writes.
    :param locked: work there too, as a lock table keeps publishers apart.
    :param dry_run: write nothing, and take an unknown store for one that honours everything.
    :param existing: make no repository where there is none, of this or another tool.
    """

    style: PageStyle | None = None
    public_url: str | None = None
    unsafe_no_locking: bool = False
    locked: bool = False
    dry_run: bool = False
    existing: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """A repository's configuration, repository.json.

    :param listing: what lay in the place just before it was made; None where there was one already,
        or more lay there than one answer lists.
    """

    config: RepositoryConfig
    listing: FirstListing | None = None


def open_config(store: Store, layout: Layout, opening: OpenOptions, backoff: Backoff = PATIENT) -> Opened:
    """The repository's configuration, made now where there is none.

    Raises `RepositoryError` where the store does not honour conditional writes, unless that is wanted; where there is
    no repository, if an existing one is wanted; and where one was to be made in the folder of another one's project.
    """
    config = read_config(store, layout)
    opened = Opened(config) if config else _make(store, layout, opening, backoff)
    _refuse_unsafe(store, opened.config, opening)
    return opened


def ask_about_parts(store: Store, layout: Layout, config: RepositoryConfig) -> bool:
    """Whether the store heeds the condition of a creation in parts, which ``config`` does not say; noted there.

    No where the store ignores other conditions, and where these credentials cannot ask.
    """
    from ..stores.probe import probe_folder, probe_parts  # noqa: PLC0415 - once in a repository's life

    if not config.conditional_writes:
        return False
    try:
        found = probe_parts(store, probe_folder(layout.prefix))
    except AccessDenied:
        return False

    def note(now: RepositoryConfig) -> RepositoryConfig:
        return replace(now, conditional_multipart=found) if now.conditional_multipart is None else now

    with contextlib.suppress(AccessDenied, NotFound):  # then the next who needs it asks again
        _, after = change_config(store, layout, note)
        return found and after.conditional_multipart is True
    return found


def compress_from_now_on(store: Store, layout: Layout) -> bool:
    """Have the documents of large projects stored compressed, if the store keeps ``Content-Encoding``.

    Whether the configuration (there must be one) says so now and did not before. Raises what reading, probing and
    writing do.
    """
    from ..stores.probe import probe_encoding, probe_folder  # noqa: PLC0415 - once in a repository's life

    def change(config: RepositoryConfig) -> RepositoryConfig:
        kept = config.content_encoding or probe_encoding(store, probe_folder(layout.prefix))
        return replace(config, content_encoding=kept)

    before, after = change_config(store, layout, change)
    return before != after


def _refuse_unsafe(store: Store, config: RepositoryConfig, opening: OpenOptions) -> None:
    if not (config.conditional_writes or opening.locked or opening.unsafe_no_locking):
        raise RepositoryError(
            f"{store.url}: this store does not honour conditional writes, so publishers that run at the same time "
            f"could lose each other's files: {WAYS_OUT}; s3pypi doctor asks "
            "the store again"
        )


def _make(store: Store, layout: Layout, opening: OpenOptions, backoff: Backoff) -> Opened:
    listed = list(islice(store.list(layout.top), LOOKED_AT))
    whole = len(listed) < LOOKED_AT
    refuse_project_folder(store, layout, {info.key for info in listed} if whole else None)
    folders = {folder.name: folder for folder in list_folders(store, layout, listed)}
    style = _foreign_style(store, folders.values()) or (None if whole else ())
    place = store.url_of(layout.prefix)
    if opening.existing and style is None:
        raise RepositoryError(f"{place}: there is no repository here; check the target, or make one with s3pypi init")
    found = known(store) or (UNASKED if opening.dry_run else _probed(store, layout))
    if opening.style in _NEED_SLASH and not found.slash_keys:
        raise RepositoryError(f"{place}: this store keeps no keys that end in /: choose the page style index.html")
    pages = kinds_of(opening.style) if opening.style else (PageKind.JSON, *(style or _HTML))
    config = RepositoryConfig(
        pages=pages if found.slash_keys else kinds_of(PageStyle.INDEX_HTML),
        conditional_writes=found.conditional_writes,
        conditional_delete=found.conditional_delete,
        conditional_multipart=found.conditional_multipart if found.conditional_writes else False,
        content_encoding=found.content_encoding,
        public_url=opening.public_url,
        shared_files=style is not None,
    )
    if opening.dry_run:
        return Opened(config)
    _refuse_unsafe(store, config, opening)
    condition = ABSENT if config.conditional_writes else ANY
    if not create(
        lambda: store.put(layout.repository_config, config.to_json(), DOCUMENT_ATTRIBUTES, condition), backoff
    ):
        config = read_config(store, layout) or config
    return Opened(config, FirstListing(layout, folders) if whole else None)


def _probed(store: Store, layout: Layout) -> Capabilities:
    from ..stores.probe import probe, probe_folder  # noqa: PLC0415 - once in a repository's life

    return probe(store, probe_folder(layout.prefix), parts=False)


def _foreign_style(store: Store, folders: Iterable[Folder]) -> tuple[PageKind, ...]:
    """The pages beside ``index.json`` of a foreign repository in this place, or of ours without its record."""
    found: dict[PageKind, str] = {}
    for folder in folders:
        # Others may be probing just now.
        if not folder.name or (is_project_name(folder.name) and not folder.is_other):
            for key, info in folder.objects.items():
                # An empty object under a / key is a console's folder, no page.
                if info.size and (name := key.rpartition("/")[2]) in _FOREIGN:
                    found.setdefault(_FOREIGN[name], key)
    if slash := found.get(PageKind.SLASH):
        with contextlib.suppress(NotFound):
            if store.get(slash).data.startswith(b"{"):
                found[PageKind.SLASH_JSON] = found.pop(PageKind.SLASH)
    return tuple(kind for kind in PageKind if kind in found)
