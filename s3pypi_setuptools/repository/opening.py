"""Open a repository. The first push probes what the store honours, and records it in the repository config."""

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
from .inventory import ONE_REQUEST, FirstListing, Folder, list_folders
from .layout import Layout
from .nesting import refuse_project_folder
from .objects import read_if_exists
from .page_kind import PageKind, kinds_of
from .repository_config import RepositoryConfig, change_config, read_config

WAYS_OUT = (
    "use another store, a lock table (--locks-table TABLE), or --unsafe-no-locking where only one ever publishes at a "
    "time"
)
"""What to do about a store that does not honour conditional writes."""

_HTML = (PageKind.HTML, PageKind.SLASH)
_HTML_NAMES = {"index.html": PageKind.HTML, "": PageKind.SLASH}
_NEED_SLASH = (PageStyle.SLASH, PageStyle.JSON)
"""Page styles that need keys that end in ``/``."""

_ASSUMED = Capabilities(
    conditional_create=True,
    conditional_replace=True,
    conditional_delete=True,
    conditional_multipart=True,
    slash_keys=True,
    content_encoding=True,
)
"""What a dry run assumes of a store that only a probe, which writes, could examine."""


@dataclass(frozen=True, slots=True)
class OpenOptions:
    """How to open a repository, or make one.

    :param style: the page style of a new repository; None for that of another tool's repository in its place, or else
        HTML pages at every key at which the store keeps them.
    :param public_url: the URL at which installers reach the repository; None if unknown.
    :param index_url: the URL for installers by the settings, with ``/`` at its end; None: as recorded, if at all.
    :param unsafe_no_locking: use a store that does not honour conditional writes.
    :param locked: use such a store, since a lock table keeps publishers apart.
    :param dry_run: write nothing, and assume that an unknown store honours everything.
    :param existing: make no new repository; adopting another tool's repository is allowed.
    """

    style: PageStyle | None = None
    public_url: str | None = None
    index_url: str | None = None
    unsafe_no_locking: bool = False
    locked: bool = False
    dry_run: bool = False
    existing: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """The config of a repository that was opened.

    :param listing: the objects that were there just before this process made the repository; None if it existed
        already, or one request could not list all of them.
    :param created: whether the repository was made just now: by this process, or in the same way by another.
    """

    config: RepositoryConfig
    listing: FirstListing | None = None
    created: bool = False


def open_config(store: Store, layout: Layout, options: OpenOptions, backoff: Backoff = PATIENT) -> Opened:
    """Read the repository config, or make the repository.

    Raises `RepositoryError` if the store does not honour conditional writes and the options do not allow that; if there
    is no repository and the options ask for an existing one; and if a new one would be in the folder of another
    repository's project. Raises `InvalidIndex` for a damaged config, and `StoreError`.
    """
    config = read_config(store, layout)
    opened = Opened(config) if config else _make(store, layout, options, backoff)
    _refuse_unsafe(store, opened.config, options)
    return opened


def probe_conditional_multipart(store: Store, layout: Layout, config: RepositoryConfig) -> bool:
    """Probe whether the store honours a conditional creation in parts, and record the answer in the repository config.

    False without a probe if the store ignores other conditions, or if these credentials may not probe.

    :param config: the repository config, which does not state it.

    Raises `StoreError`, and `InvalidIndex` for a damaged config.
    """
    from ..stores.probe import probe_folder, probe_parts  # noqa: PLC0415 - once in a repository's life

    if not config.conditional_writes:
        return False
    try:
        found = probe_parts(store, probe_folder(layout.prefix))
    except AccessDenied:
        return False

    def record(now: RepositoryConfig) -> RepositoryConfig:
        return replace(now, conditional_multipart=found) if now.conditional_multipart is None else now

    with contextlib.suppress(AccessDenied, NotFound):  # unrecorded, so the next process that needs it probes again
        _, after = change_config(store, layout, record)
        return found and after.conditional_multipart is True
    return found


def compress_from_now_on(store: Store, layout: Layout) -> bool:
    """Store the documents of large projects compressed from now on, if the store keeps ``Content-Encoding``.

    Returns whether that changed the repository config. Raises `NotFound` if there is none, `InvalidIndex` if it is
    damaged, and `StoreError`.
    """
    from ..stores.probe import probe_encoding, probe_folder  # noqa: PLC0415 - once in a repository's life

    def change(config: RepositoryConfig) -> RepositoryConfig:
        kept = config.content_encoding or probe_encoding(store, probe_folder(layout.prefix))
        return replace(config, content_encoding=kept)

    before, after = change_config(store, layout, change)
    return before != after


def _refuse_unsafe(store: Store, config: RepositoryConfig, options: OpenOptions) -> None:
    if not (config.conditional_writes or options.locked or options.unsafe_no_locking):
        raise RepositoryError(
            f"{store.url}: this store does not honour conditional writes, so publishers that run at the same time "
            f"could lose each other's files: {WAYS_OUT}; s3pypi doctor asks the store again"
        )


def _make(store: Store, layout: Layout, options: OpenOptions, backoff: Backoff) -> Opened:
    listed = list(islice(store.list(layout.top), ONE_REQUEST))
    whole = len(listed) < ONE_REQUEST
    refuse_project_folder(store, layout, {info.key for info in listed} if whole else None)
    folders = {folder.name: folder for folder in list_folders(store, layout, listed)}
    style = _foreign_style(store, folders.values()) or (None if whole else ())
    place = store.url_of(layout.prefix)
    if options.existing and style is None:
        raise RepositoryError(f"{place}: there is no repository here; check the target, or make one with s3pypi init")
    found = known(store) or (_ASSUMED if options.dry_run else _probed(store, layout))
    if options.style in _NEED_SLASH and not found.slash_keys:
        raise RepositoryError(f"{place}: this store keeps no keys that end in /: choose the page style index.html")
    pages = kinds_of(options.style) if options.style else (PageKind.JSON, *(style or _HTML))
    config = RepositoryConfig(
        pages=pages if found.slash_keys else kinds_of(PageStyle.INDEX_HTML),
        conditional_writes=found.conditional_writes,
        conditional_delete=found.conditional_delete,
        conditional_multipart=found.conditional_multipart if found.conditional_writes else False,
        content_encoding=found.content_encoding,
        public_url=options.public_url,
        shared_files=style is not None,
    )
    if options.dry_run:
        return Opened(config)
    _refuse_unsafe(store, config, options)
    condition = ABSENT if config.conditional_writes else ANY
    there: RepositoryConfig | None = config
    if not create(
        lambda: store.put(layout.repository_config, config.to_json(), DOCUMENT_ATTRIBUTES, condition), backoff
    ):
        there = read_config(store, layout)
    return Opened(there or config, FirstListing(layout, folders) if whole else None, created=there == config)


def _probed(store: Store, layout: Layout) -> Capabilities:
    from ..stores.probe import probe, probe_folder  # noqa: PLC0415 - once in a repository's life

    return probe(store, probe_folder(layout.prefix), parts=False)


def _foreign_style(store: Store, folders: Iterable[Folder]) -> tuple[PageKind, ...]:
    """The HTML pages of another tool's repository in this place, or of one of ours that lost its config."""
    found: dict[PageKind, str] = {}
    for folder in folders:
        # A folder of another name may be a probe's, which another process makes at this moment.
        if not folder.name or (is_project_name(folder.name) and not folder.is_other):
            for key, info in folder.objects.items():
                # The S3 console marks a folder with an empty object whose key ends in /; that is no page.
                if info.size and (name := key.rpartition("/")[2]) in _HTML_NAMES:
                    found.setdefault(_HTML_NAMES[name], key)
    slash = found.get(PageKind.SLASH)
    if slash and (read_if_exists(store, slash) or b"").startswith(b"{"):
        found[PageKind.SLASH_JSON] = found.pop(PageKind.SLASH)
    return tuple(kind for kind in PageKind if kind in found)
