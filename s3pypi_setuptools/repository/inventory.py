"""The objects of a repository, by folder, from one listing of the store.

A project's objects are ``p/<file>`` and ``p/<random>/<file>``. Deeper objects, and folders that are other repositories
(see `nesting`), belong to no project and are left out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby, islice

from ..naming import is_project_name, normalize_name
from ..stores.base import Info, Store
from .layout import Layout, distribution_key, is_distribution_key
from .nesting import Nesting

__all__ = ["FirstListing", "Folder", "holds_distributions", "list_folder", "list_folders"]

_LOOKED_AT = 1000
"""Objects that one listing request tells of at most (S3 ListObjectsV2)."""


@dataclass(frozen=True, slots=True)
class Folder:
    """The objects of one folder of the repository.

    :param name: the folder's name, which need not be a project's; empty for objects in no folder.
    :param objects: by key, in key order; without objects of other repositories, and without those that lie too deep.
    :param others: the prefixes of other repositories in the folder; its own prefix alone if the folder is one.
    :param is_other: whether the folder itself is another repository.
    """

    name: str
    objects: Mapping[str, Info]
    others: tuple[str, ...] = ()
    is_other: bool = False

    def unlisted(self, listed: Collection[str | None]) -> Iterator[Info]:
        """The distributions whose keys are not in ``listed``, and the objects that belong to these."""
        for key, info in self.objects.items():
            main = distribution_key(key)
            if key not in listed and main not in listed and is_distribution_key(main):
                yield info

    @property
    def is_project(self) -> bool:
        """Whether the folder can be a project's: its name is normalized (PEP 503), and it is no other repository."""
        return is_project_name(self.name) and normalize_name(self.name) == self.name and not self.is_other


def list_folders(store: Store, layout: Layout, listing: Iterable[Info] | None = None) -> Iterator[Folder]:
    """Every folder of the repository, as the listing comes in; last, the objects in no folder.

    Memory holds one folder at a time, and the objects in no folder. Requests besides the listing are made only for
    folders that look like another repository.

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
    """The folder of one project (normalized); without objects if it does not exist."""
    return _folder(store, layout, project, store.list(layout.folder(project)))


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
    recorded = nesting.recorded
    if recorded:
        objects = {key: info for key, info in objects.items() if f"{key.rpartition('/')[0]}/" not in recorded}
    return Folder(name, objects, others)


def _folder_name(path: str) -> str:
    name, separator, _ = path.partition("/")
    return name if separator else ""


def holds_distributions(store: Store, layout: Layout) -> bool:
    """Whether distributions are among the first objects of the repository: one listing request."""
    return any(is_distribution_key(info.key) for info in islice(store.list(layout.top), _LOOKED_AT))


class FirstListing:
    """The objects of a place, which were listed to the end.

    :param folders: those that hold any, by name.
    """

    def __init__(self, layout: Layout, folders: Mapping[str, Folder]) -> None:
        self._layout = layout
        self._folders = folders

    @property
    def root_is_absent(self) -> bool:
        """Whether neither the root record nor a root page lay there."""
        keys = {self._layout.project_list, *self._layout.pages().values()}
        return keys.isdisjoint(self._folders[""].objects)

    def new_project(self, name: str) -> Folder | None:
        """The folder of the project, if no manifest and no other repository lay in it; None otherwise."""
        folder = self._folders.get(name) or Folder(name, {})
        known = folder.is_other or folder.others or self._layout.manifest(name) in folder.objects
        return None if known else folder
