"""What lies in a repository: one listing of the store, taken apart by folder, and what it proves of an object."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from ..distribution.filename import check
from ..errors import InvalidDistribution, NotFound
from ..layout import Layout, is_project_name, normalize_name
from ..stores.base import Info, Store

__all__ = [
    "COMPANIONS",
    "Folder",
    "is_distribution",
    "lookup",
    "matches_listing",
    "principal",
    "survey",
    "survey_project",
]

COMPANIONS = (".metadata", ".provenance", ".asc", ".publish.attestation")
"""How the names of objects end that go with the distribution of the name before."""


@dataclass(frozen=True, slots=True)
class Folder:
    """The objects of one folder.

    :param name: empty for the objects of the root; no project's name for folders that no project can have.
    :param objects: by key, in key order.
    """

    name: str
    objects: Mapping[str, Info]

    @property
    def is_project(self) -> bool:
        """Whether a project can have this folder (its name is normalized, PEP 503)."""
        return is_project_name(self.name) and normalize_name(self.name) == self.name


def survey(store: Store, layout: Layout) -> Iterator[Folder]:
    """Every folder of the repository, as the listing comes in; that of the root last.

    Memory holds one folder at a time, and the root's own objects.
    """
    start = f"{layout.prefix}/" if layout.prefix else ""
    root: dict[str, Info] = {}
    for name, infos in groupby(store.list(start), lambda info: _folder(info.key[len(start) :])):
        if name:
            yield Folder(name, {info.key: info for info in infos})
        else:
            root.update((info.key, info) for info in infos)
    yield Folder("", root)


def survey_project(store: Store, layout: Layout, project: str) -> Folder:
    """The folder of one project (normalized); empty where there is none."""
    return Folder(project, {info.key: info for info in store.list(layout.folder(project))})


def principal(key: str) -> str:
    """The key of the distribution that the object under ``key`` goes with; a distribution's own key."""
    suffix = next((suffix for suffix in COMPANIONS if key.endswith(suffix)), "")
    return key.removesuffix(suffix)


def is_distribution(key: str) -> bool:
    """Whether ``key`` is one that pages can refer to, and ends in a name that a wheel or sdist can have."""
    if not Layout.has_url(key):
        return False
    try:
        check(key.rpartition("/")[2])
    except InvalidDistribution:
        return False
    return True


def lookup(store: Store, key: str) -> Info | None:
    """What the store says of the object under ``key``, whatever was listed; None where there surely is none."""
    try:
        return store.head(key)
    except NotFound:
        return None


def matches_listing(info: Info, data: bytes) -> bool:
    """Whether the listing alone proves that the object holds ``data``: its ETag is their MD5."""
    if info.size != len(data):
        return False
    return info.token.strip('"') == hashlib.md5(data, usedforsecurity=False).hexdigest()


def _folder(path: str) -> str:
    name, separator, _ = path.partition("/")
    return name if separator else ""
