"""The objects of a repository, by folder, from one listing of the store.

A project's objects are ``p/<file>`` and ``p/<random>/<file>``. Deeper objects, and folders that are other repositories
(see `nesting`), belong to no project and are left out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby, islice

from ..distribution.filename_checks import check
from ..errors import InvalidDistribution, NotFound
from ..naming import ATTESTATION_SUFFIX, is_project_name, normalize_name
from ..stores.base import Info, Store
from .layout import Layout
from .nesting import Nesting

__all__ = [
    "COMPANIONS",
    "Folder",
    "distribution_key",
    "holds_distributions",
    "is_distribution_key",
    "lookup",
    "matches_listing",
    "survey",
    "survey_project",
]

_LOOKED_AT = 1000
"""Objects that one listing request tells of at most (S3 ListObjectsV2)."""

COMPANIONS = (".metadata", ".provenance", ".asc", ATTESTATION_SUFFIX)
"""Suffixes of the objects that belong to a distribution: its own key with one of these."""


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


def survey(store: Store, layout: Layout, listing: Iterable[Info] | None = None) -> Iterator[Folder]:
    """Every folder of the repository, as the listing comes in; last, the objects in no folder.

    Memory holds one folder at a time, and the objects in no folder. Requests besides the listing are made only for
    folders that look like another repository.

    :param listing: the repository's objects, in key order; None to list the store.
    """
    root: dict[str, Info] = {}
    listed = store.list(layout.top) if listing is None else listing
    for name, infos in groupby(listed, lambda info: _folder(info.key[len(layout.top) :])):
        if name:
            yield _surveyed(store, layout, name, infos)
        else:
            root.update((info.key, info) for info in infos)
    yield Folder("", root)


def survey_project(store: Store, layout: Layout, project: str) -> Folder:
    """The folder of one project (normalized); without objects if it does not exist."""
    return _surveyed(store, layout, project, store.list(layout.folder(project)))


def _surveyed(store: Store, layout: Layout, name: str, infos: Iterable[Info]) -> Folder:
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


def distribution_key(key: str) -> str:
    """The key of the distribution to which the object under ``key`` belongs; a distribution's own key for itself."""
    suffix = next((suffix for suffix in COMPANIONS if key.endswith(suffix)), "")
    return key.removesuffix(suffix)


def is_distribution_key(key: str) -> bool:
    """Whether pages can refer to ``key``, and it ends in a filename that a wheel or sdist can have."""
    if not Layout.has_url(key):
        return False
    try:
        check(key.rpartition("/")[2])
    except InvalidDistribution:
        return False
    return True


def lookup(store: Store, key: str) -> Info | None:
    """The object under ``key``, from the store itself and not a listing; None if it surely does not exist."""
    try:
        return store.head(key)
    except NotFound:
        return None


def matches_listing(info: Info, data: bytes) -> bool:
    """Whether the listing alone proves that the object holds ``data``: its ETag is the MD5 of ``data``."""
    if info.size != len(data):
        return False
    return info.token.strip('"') == hashlib.md5(data, usedforsecurity=False).hexdigest()


def _folder(path: str) -> str:
    name, separator, _ = path.partition("/")
    return name if separator else ""


def holds_distributions(store: Store, layout: Layout) -> bool:
    """Whether distributions are among the first objects of the repository: one listing request."""
    return any(is_distribution_key(info.key) for info in islice(store.list(layout.top), _LOOKED_AT))
