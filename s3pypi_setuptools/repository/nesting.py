"""Find other repositories below a folder, and the repository around it.

A folder is another repository if it has a ``repository.json``, a list of projects (``manifest.json``), or a root page
that links to folders with pages; also if it has no page of its own and holds folders with project pages (s3pypi writes
a root page only with ``--put-root-index``). A folder with the manifest of a project is that project's, whatever else it
holds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from ..errors import AccessDenied, InvalidIndex, NotFound, RepositoryError, StoreError
from ..index import simple_html, simple_json
from ..index.either_form import is_json, parse_project
from ..index.model import Root
from ..naming import is_project_name, normalize_name, version_of
from ..stores.base import Info, Store
from .documents import Kind, kind_at
from .layout import Layout, is_random
from .page_kind import PageKind

_REPOSITORY = "repository.json"
_MANIFEST = "manifest.json"
_PAGES = ("index.json", "index.html", "")
_DOCUMENTS = frozenset((_REPOSITORY, _MANIFEST, *_PAGES))
_REMEMBERED = 1000
"""How many of a folder's subfolders with pages are remembered: enough for one that a root page links to."""
_READ = 3
"""How many subfolders' pages are read to find out whether the subfolders are projects."""


@dataclass(slots=True)
class _Branch:
    """A folder that holds the key that was listed last, directly or in its subfolders.

    :param path: what its keys begin with.
    :param documents: names of the documents and pages in it.
    :param children: its subfolders with pages: the key of a page by the subfolder's name.
    :param files: whether it holds other objects.
    :param folders: whether it has subfolders that no publisher makes.
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
    """Finds the other repositories below the folder whose keys begin with ``top``, which ends in ``/``.

    Memory holds the folders around one key, and the names of their subfolders with pages.
    """

    def __init__(self, store: Store, top: str) -> None:
        self._store = store
        self._top = top
        self._path = [_Branch(top)]
        self._others: list[str] = []
        self.with_documents: set[str] = set()
        """Prefixes of the folders directly below ``top`` that have documents or pages of their own."""

    def add(self, info: Info) -> None:
        """Examine the next object. Objects come in key order."""
        if not info.key.startswith(self._top):
            return  # The store listed more than it was asked for.
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
        elif name or info.size:  # The S3 console marks a folder with an empty object whose key ends in /; no page.
            self._path[-1].documents.add(name)

    def others(self) -> tuple[str, ...]:
        """The prefixes of the other repositories, once all objects were added; none is inside another of them.

        Raises `StoreError` if a document that tells what a folder is cannot be read.
        """
        while self._path:
            self._close(self._path.pop())
        return tuple(self._others)

    def _close(self, branch: _Branch) -> None:
        page = next(branch.pages(), None)
        if page and self._path and len(self._path[-1].children) < _REMEMBERED:
            self._path[-1].children[branch.name] = page
        if branch.documents and len(self._path) == 1:
            self.with_documents.add(branch.path)
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
        return any(_is_project_page(self._store, page, name) for name, page in [*branch.children.items()][:_READ])

    def _links_to(self, key: str, branch: _Branch) -> bool:
        """Whether the page is a root page that links to folders of the branch which have pages."""
        root = _root_page(self._store, key)
        return root is not None and bool({*root.projects} & {normalize_name(name) for name in branch.children})


def refuse_project_folder(store: Store, layout: Layout, listed: Collection[str] | None = None) -> None:
    """Raise `RepositoryError` if a repository here would be in a project's folder; the message names the one around.

    Folders above that may not be read are passed over: credentials are often valid for one prefix alone. Raises
    `StoreError` if this store cannot be read for another reason.

    :param listed: the keys of all objects below ``layout``, if they are known.
    """
    here = store.url_of(layout.prefix)
    for number, (holder, place, name, around) in enumerate(_folders_around(store, layout)):
        with suppress(AccessDenied, *([StoreError] if holder is not store else [])):
            if _is_project_folder(holder, place, name, None if number else listed):
                what = "is" if number == 0 else "lies in"
                raise RepositoryError(
                    f"{here}: {what} the folder of the project {normalize_name(name)} in the repository {around}: give "
                    "that repository as the target, or a folder outside its projects"
                )


def _folders_around(store: Store, layout: Layout) -> Iterator[tuple[Store, Layout, str, str]]:
    """The place, and the folders around it from the inside out: store, layout, name, and URL of the folder around."""
    prefix = layout.prefix
    while prefix:
        around, _, name = prefix.rpartition("/")
        yield store, Layout(prefix), name, store.url_of(around)
        prefix = around
    while (outer := store.outer) is not None:
        holder, name = outer
        yield store, Layout(), name, holder.url
        store = holder


def _is_project_folder(store: Store, layout: Layout, name: str, listed: Collection[str] | None) -> bool:
    """Whether the folder ``name`` holds a project's manifest, or a page that offers files of a project of that name."""
    manifest, pages = layout.project_list, [layout.page(PageKind.HTML)]
    if store.slash_keys is not False and (slash := layout.page(PageKind.SLASH)):
        pages.append(slash)
    if listed is not None:
        pages = [page for page in pages if page in listed]
    if (listed is None or manifest in listed) and kind_at(store, manifest) is Kind.PROJECT:
        return True
    return is_project_name(name) and any(_is_project_page(store, page, name) for page in pages)


def _root_page(store: Store, key: str) -> Root | None:
    """What the page under ``key`` lists as a root; None if there is no page, or one that offers files."""
    try:
        data = store.get(key).data
        if is_json(data):
            return simple_json.parse_root(data)
        return None if simple_html.parse_project(data, "x").files else simple_html.parse_root(data)
    except (NotFound, InvalidIndex):
        return None


def _is_project_page(store: Store, key: str, name: str) -> bool:
    """Whether the page under ``key`` lists files of the project in the folder ``name``."""
    project = normalize_name(name)
    try:
        page = parse_project(store.get(key).data, project)
    except (NotFound, InvalidIndex):
        return False
    return any(version_of(project, file.filename) is not None for file in page.files)
