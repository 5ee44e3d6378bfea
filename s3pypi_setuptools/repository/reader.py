"""Read a repository as installers do: its pages and files, as they are stored."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from ..naming import ATTESTATION_SUFFIX, SUFFIXES, content_type, guess_project, is_project_name, normalize_name
from ..stores.base import Info, Marked, SignedUrl, Store
from .layout import Layout
from .objects import if_exists, read_if_exists
from .page_kind import PageKind

_BESIDE = (".metadata", ".provenance", ATTESTATION_SUFFIX)


class ReadableFile(NamedTuple):
    """A file that installers may ask for.

    :param project: the normalized name of the project that it belongs to; None if it is not known.
    """

    key: str
    project: str | None
    content_type: str


class RepositoryReader:
    """The pages and files of the repository under ``layout`` in ``store``.

    Every method but `page_keys` and `file_at` asks the store, and raises `StoreError`.
    """

    def __init__(self, store: Store, layout: Layout) -> None:
        self._store = store
        self._layout = layout

    @property
    def target(self) -> str:
        """The repository's URL, as people write it."""
        return self._store.url_of(self._layout.prefix)

    def page_keys(self, project: str | None, *, json: bool) -> tuple[str, ...]:
        """Where the page of ``project`` (normalized), or of the root, may lie: the first that exists is current.

        Which of the keys a repository has is a matter of its page style. A key that ends in ``/`` may hold either form.
        """
        kinds = (PageKind.JSON,) if json else (PageKind.HTML, PageKind.SLASH)
        pages = self._layout.pages(project, kinds)
        return tuple(key for kind, key in pages.items() if not (kind.at_slash and self._store.slash_keys is False))

    def document(self, key: str, mark: str | None) -> Marked | None:
        """As `Store.get_if_changed`."""
        return self._store.get_if_changed(key, mark)

    def is_unchanged(self, key: str, mark: str) -> bool:
        """As `Store.is_unchanged`."""
        return self._store.is_unchanged(key, mark)

    def has_manifest(self, project: str) -> bool:
        """Whether ``project`` (normalized) has a manifest, perhaps one that says that the project was deleted."""
        key = self._layout.manifest(project)
        return if_exists(lambda: self._store.file_info(key)) is not None

    def file_at(self, path: str) -> ReadableFile | None:
        """The file at ``path`` below the repository's URL; None where no file that installers ask for can lie.

        :param path: without ``/`` at either end; percent-encoding is undone.
        """
        key = self._layout.key_below(path)
        folder, _, name = path.rpartition("/")
        distribution = name
        for suffix in _BESIDE:
            distribution = distribution.removesuffix(suffix)
        if key is None or not distribution.endswith(SUFFIXES):
            return None
        above = folder.partition("/")[0]
        own = is_project_name(above) and above == normalize_name(above) and self._layout.is_own_place(above, key)
        kind = content_type(name) if distribution == name else "application/octet-stream"
        if name.endswith((".provenance", ATTESTATION_SUFFIX)):
            kind = "application/json"
        return ReadableFile(key, above if own else guess_project(distribution), kind)

    def file_info(self, file: ReadableFile) -> Info:
        """What is known of the file; raises `NotFound` where there is none."""
        return self._store.file_info(file.key)

    def open_local(self, file: ReadableFile) -> tuple[Info, BinaryIO] | None:
        """As `Store.open_local`."""
        return self._store.open_local(file.key)

    def chunks(self, file: ReadableFile, start: int, count: int) -> Iterator[bytes]:
        """``count`` bytes of the file from ``start`` on; as `Store.stream_range`."""
        return self._store.stream_range(file.key, start, count)

    def presigned_url(self, file: ReadableFile, seconds: int) -> SignedUrl | None:
        """As `Store.presigned_url`."""
        return self._store.presigned_url(file.key, seconds)

    def probe(self) -> bool:
        """Whether the repository has its configuration; raises `StoreError` where the store gives no answer."""
        # By its bytes: a HEAD says nothing of a bucket that does not exist.
        return read_if_exists(self._store, self._layout.repository_config) is not None
