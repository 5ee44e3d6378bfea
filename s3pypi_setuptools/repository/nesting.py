"""Find other repositories below a folder, from the keys that are listed there.

A folder is another repository if it has a ``repository.json``, a root record, or a root page that links to folders with
pages; also if it has no page of its own and holds folders with project pages (s3pypi writes a root page only with
``--put-root-index``). A folder with a project's manifest of ours is a project's, whatever else lies there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from ..errors import AccessDenied, InvalidIndex, NotFound, RepositoryError, StoreError
from ..index import simple_html, simple_json
from ..index.model import Project, Root
from ..naming import is_project_name, normalize_name, version_of
from ..stores.base import Info, Store
from .documents import Kind, kind_at
from .layout import Layout, is_random
from .page_kind import PageKind

__all__ = ["Nesting", "refuse_project_folder"]

_REPOSITORY = "repository.json"
_MANIFEST = "manifest.json"
_PAGES = ("index.json", "index.html", "")
_DOCUMENTS = frozenset((_REPOSITORY, _MANIFEST, *_PAGES))
_REMEMBERED = 1000
"""Folders with pages that are remembered of one folder: one that a root page links to is among them."""
_READ = 3
"""Pages that are read to tell whether folders with pages are projects."""


@dataclass(slots=True)
class _Branch:
    """A folder on the way to the key that was listed last.

    :param path: what its keys begin with.
    :param documents: names of records and pages in it.
    :param children: its folders with pages, by name, and a page of each.
    :param files: whether it holds anything else.
    :param folders: whether it holds folders that no publisher makes.
    """

    path: str
    documents: set[str] = field(default_factory=set)
    children: dict[str, str] = field(default_factory=dict)
    files: bool = False
    folders: bool = False

    @property
    def name(self) -> str:
        return self.path.rstrip("/").rpartition("/")[2]

    def pages(self) -> Iterator[str]:
        """The keys of its pages."""
        return (self.path + name for name in _PAGES if name in self.documents)


class Nesting:
    """The other repositories below the folder whose keys begin with ``top``, which ends in ``/``.

    Memory holds the folders on the way to one key, and the names of their folders with pages.
    """

    def __init__(self, store: Store, top: str) -> None:
        self._store = store
        self._top = top
        self._path = [_Branch(top)]
        self._others: list[str] = []
        self.recorded: set[str] = set()
        """What the keys of folders with records or pages of their own begin with; those directly below the top."""

    def add(self, info: Info) -> None:
        """Take note of the next key, in key order."""
        if not info.key.startswith(self._top):
            return  # not what the store was asked for
        folder, _, name = info.key.rpartition("/")
        folder = f"{folder}/"
        while not folder.startswith(self._path[-1].path):
            self._close(self._path.pop())
        while folder != (path := self._path[-1].path):
            step = folder[len(path) :].partition("/")[0]
            branch = _Branch(f"{path}{step}/")
            self._path[-1].folders |= not is_random(step)
            self._path.append(branch)
        if name not in _DOCUMENTS:
            self._path[-1].files = True
        elif name or info.size:  # An empty object under a / key is a console's folder, no page.
            self._path[-1].documents.add(name)

    def others(self) -> tuple[str, ...]:
        """What the keys of the other repositories begin with, after the last key; none that lies in another of them."""
        while self._path:
            self._close(self._path.pop())
        return tuple(self._others)

    def _close(self, branch: _Branch) -> None:
        page = next(branch.pages(), None)
        if page and self._path and len(self._path[-1].children) < _REMEMBERED:
            self._path[-1].children[branch.name] = page
        if branch.documents and len(self._path) == 1:
            self.recorded.add(branch.path)
        if self._is_repository(branch):
            self._others = [other for other in self._others if not other.startswith(branch.path)] + [branch.path]

    def _is_repository(self, branch: _Branch) -> bool:
        manifest = branch.path + _MANIFEST if _MANIFEST in branch.documents else None
        doubtful = _REPOSITORY in branch.documents or branch.folders or not branch.files
        kind = kind_at(self._store, manifest) if manifest and doubtful else None
        if kind is Kind.PROJECT:
            return False
        if _REPOSITORY in branch.documents or kind in (Kind.ROOT, Kind.REPOSITORY):
            return True
        if not branch.children:
            return False
        pages = list(branch.pages())
        if pages:
            return any(self._links_to(page, branch) for page in pages)
        return any(project_page(self._store, page, name) for name, page in [*branch.children.items()][:_READ])

    def _links_to(self, key: str, branch: _Branch) -> bool:
        """Whether the page is a root page that links to folders of the branch which have pages."""
        root = root_page(self._store, key)
        return root is not None and bool({*root.projects} & {normalize_name(name) for name in branch.children})


def root_page(store: Store, key: str) -> Root | None:
    """What the page under ``key`` lists as a root; None where it is none: no page, or one that offers files."""
    try:
        data = store.get(key).data
        if _is_json(data):
            return simple_json.parse_root(data)
        return None if simple_html.parse_project(data, "x").files else simple_html.parse_root(data)
    except (NotFound, InvalidIndex):
        return None


def project_page(store: Store, key: str, name: str) -> Project | None:
    """What the page under ``key`` lists as that of the project in the folder ``name``; None where it is none."""
    project = normalize_name(name)
    try:
        data = store.get(key).data
        page = simple_json.parse_project(data) if _is_json(data) else simple_html.parse_project(data, project)
    except (NotFound, InvalidIndex):
        return None
    return page if any(version_of(project, file.filename) is not None for file in page.files) else None


def _is_json(data: bytes) -> bool:
    return data.lstrip().startswith(b"{")


@dataclass(frozen=True, slots=True)
class _Place:
    """A folder that holds the place, or the place itself.

    :param name: its own name.
    :param around: URL of the folder in which it lies.
    """

    store: Store
    layout: Layout
    name: str
    around: str

    def is_project(self, listed: Collection[str] | None) -> bool:
        """Whether a project's manifest lies there, or a page that offers the project's files.

        :param listed: the keys of all objects there; None where they are not known.
        """
        record, pages = self.layout.project_list, [self.layout.page(PageKind.HTML)]
        if self.store.slash_keys is not False and (slash := self.layout.page(PageKind.SLASH)):
            pages.append(slash)
        if listed is not None:
            pages = [page for page in pages if page in listed]
        if (listed is None or record in listed) and kind_at(self.store, record) is Kind.PROJECT:
            return True
        return is_project_name(self.name) and any(project_page(self.store, page, self.name) for page in pages)


def refuse_project_folder(store: Store, layout: Layout, listed: Collection[str] | None = None) -> None:
    """Raise `RepositoryError` if the place is a project's folder, or lies below one; it names the repository around.

    What may not be read above the place is passed over: credentials are often good for one prefix alone.

    :param listed: the keys of all objects in the place, where they are known.
    """
    here = store.url_of(layout.prefix)
    for number, place in enumerate(_places(store, layout)):
        with suppress(AccessDenied, *([StoreError] if number and place.store is not store else [])):
            if place.is_project(None if number else listed):
                project = normalize_name(place.name)
                what = "is" if number == 0 else "lies in"
                raise RepositoryError(
                    f"{here}: {what} the folder of the project {project} in the repository {place.around}: give that "
                    "repository as the target, or a folder outside its projects"
                )


def _places(store: Store, layout: Layout) -> Iterator[_Place]:
    """The place, and the folders that hold it, from the inside out."""
    prefix = layout.prefix
    while prefix:
        around, _, name = prefix.rpartition("/")
        yield _Place(store, Layout(prefix), name, store.url_of(around))
        prefix = around
    while (outer := store.outer) is not None:
        holder, name = outer
        yield _Place(store, Layout(), name, holder.url)
        store = holder
