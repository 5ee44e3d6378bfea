"""The objects of a repository, by folder, from one listing of the store.

A project's objects are ``project/filename`` and ``project/random/filename``. Deeper objects, and folders that are other
repositories (see `nesting`), belong to no project and are left out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby, islice

from ..naming import is_project_name, normalize_name
from ..stores.base import Info, Store
from .layout import Layout, distribution_key, is_distribution_key
from .nesting import Nesting

ONE_REQUEST = 1000
"""The most objects that one listing request returns
(`ListObjectsV2 <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html>`_)."""


@dataclass(frozen=True, slots=True)
class Folder:
    """The objects of one folder of the repository.

    :param name: the folder's name, which need not be a project's; empty for objects in no folder.
    :param objects: by key, in key order; without objects of other repositories, and without those in deeper folders.
    :param others: the prefixes of other repositories in the folder; its own prefix alone if the folder is one.
    :param is_other: whether the folder itself is another repository.
    """

    name: str
    objects: Mapping[str, Info]
    others: tuple[str, ...] = ()
    is_other: bool = False

    @property
    def is_project(self) -> bool:
        """Whether the folder can be a project's: its name is normalized (PEP 503), and it is no other repository."""
        return is_project_name(self.name) and normalize_name(self.name) == self.name and not self.is_other

    def unlisted(self, listed: Collection[str | None]) -> Iterator[Info]:
        """The distributions whose keys are not in ``listed``, and the objects that belong to them."""
        for key, info in self.objects.items():
            main = distribution_key(key)
            if key not in listed and main not in listed and is_distribution_key(main):
                yield info


@dataclass(frozen=True, slots=True)
class FirstListing:
    """The objects that the first push found before it made the repository, listed to the end.

    Like any other read it may be outdated. What it shows to be absent need not be looked up again before it is created,
    since the creation is conditional: it fails if somebody else was faster, and then everything is read again.

    :param folders: the folders that held any objects, by name; under the empty name, the objects in no folder.
    """

    layout: Layout
    folders: Mapping[str, Folder]

    @property
    def root_is_absent(self) -> bool:
        """Whether there was neither a list of projects nor a root page."""
        keys = {self.layout.project_list, *self.layout.pages().values()}
        return keys.isdisjoint(self.folders[""].objects)

    def new_project(self, name: str) -> Folder | None:
        """The folder of the project ``name`` (normalized); None if it held a manifest or another repository."""
        folder = self.folders.get(name) or Folder(name, {})
        known = folder.others or self.layout.manifest(name) in folder.objects
        return None if known else folder


def list_folders(store: Store, layout: Layout, listing: Iterable[Info] | None = None) -> Iterator[Folder]:
    """Every folder of the repository, as the listing comes in; last, the objects in no folder.

    Memory holds one folder at a time, and the objects in no folder. Requests besides the listing are made only for
    folders that look like another repository. Raises `StoreError`.

    :param listing: the repository's objects, in key order; None to list the store.
    """
    root: dict[str, Info] = {}
    listed = store.list(layout.top) if listing is None else listing
    for name, infos in groupby(listed, lambda info: _folder_name(info.key[len(layout.top) :])):
        if name:
            yield _folder(store, layout, name, infos)
        else:
            root.update((info.key, info) for info in infos)
    yield Folder("", root)


def list_folder(store: Store, layout: Layout, project: str) -> Folder:
    """The folder of one project (normalized); without objects if it does not exist. Raises `StoreError`."""
    return _folder(store, layout, project, store.list(layout.folder(project)))


def holds_distributions(store: Store, layout: Layout) -> bool:
    """Whether distributions are among the first objects of the repository: one listing request. Raises `StoreError`."""
    return any(is_distribution_key(info.key) for info in islice(store.list(layout.top), ONE_REQUEST))


def _folder_name(path: str) -> str:
    name, separator, _ = path.partition("/")
    return name if separator else ""


def _folder(store: Store, layout: Layout, name: str, infos: Iterable[Info]) -> Folder:
    nesting = Nesting(store, layout.folder(name))
    objects = {}
    for info in infos:
        nesting.add(info)
        if layout.is_own_place(name, info.key):
            objects[info.key] = info
    others = nesting.others()
    if others == (layout.folder(name),):
        return Folder(name, {}, others, is_other=True)
    nested = nesting.with_documents
    objects = {key: info for key, info in objects.items() if f"{key.rpartition('/')[0]}/" not in nested}
    return Folder(name, objects, others)
