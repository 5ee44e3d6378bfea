"""The keys of all objects of a repository, and which of them belong to a project.

``project/filename`` is a distribution's *plain* key, and ``project/random/filename`` a *private* one: a publisher makes
it up for a file whose plain key cannot be used.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from ..distribution.filename_checks import check
from ..errors import InvalidDistribution
from ..index.urls import CONTROL
from ..naming import ATTESTATION_SUFFIX, version_of
from .page_kind import PageKind

_COMPANIONS = (".metadata", ".provenance", ".asc", ATTESTATION_SUFFIX)
"""Suffixes of the objects that belong to a distribution: each is stored under the distribution's key and its suffix."""

_RANDOM = re.compile(r"[0-9a-f]{16}")
"""64 random bits: two publishers never choose the same name."""


def is_random(folder: str) -> bool:
    """Whether ``folder`` is a name that publishers make up for private keys."""
    return _RANDOM.fullmatch(folder) is not None


@dataclass(frozen=True, slots=True)
class Layout:
    """The keys of the repository under ``prefix`` (empty, or without ``/`` at either end)."""

    prefix: str = ""

    def _key(self, *parts: str) -> str:
        return "/".join((self.prefix, *parts) if self.prefix else parts)

    @property
    def top(self) -> str:
        """What all keys of the repository begin with: empty, or ends in ``/``."""
        return f"{self.prefix}/" if self.prefix else ""

    @property
    def repository_config(self) -> str:
        """Key of the repository config."""
        return self._key("repository.json")

    @property
    def project_list(self) -> str:
        """Key of the list of projects, from which the root's pages are derived."""
        return self._key("manifest.json")

    def folder(self, project: str) -> str:
        """What all keys of ``project`` begin with; ends in ``/``."""
        return self._key(project, "")

    def manifest(self, project: str) -> str:
        """Key of the project's manifest."""
        return self._key(project, "manifest.json")

    def page(self, kind: PageKind, project: str | None = None) -> str:
        """Key of a page of ``project``, or of the root; empty, and no key, for the root's ``/`` without a prefix."""
        folder = self.top if project is None else self.folder(project)
        return folder if kind.at_slash else f"{folder}{kind.value}"

    def pages(self, project: str | None = None, kinds: Iterable[PageKind] = PageKind) -> dict[PageKind, str]:
        """The keys of the pages of ``project``, or of the root, by kind."""
        return {kind: key for kind in kinds if (key := self.page(kind, project))}

    @staticmethod
    def has_url(key: str) -> bool:
        """Whether pages can refer to the object under ``key``: it contains no character that URLs must not contain."""
        return CONTROL.search(key) is None and "\\" not in key

    def object_key(self, project: str, url: str) -> str | None:
        """Key of the object that ``url``, on the project's pages, refers to.

        None if it refers to no object of the repository: to one outside, to a folder, or to what cannot be a key.
        """
        key = self.store_key(project, url)
        return key if key and key.startswith(self.top) and key != self.top else None

    def store_key(self, project: str, url: str) -> str | None:
        """As `object_key`, but also for an object of the same store outside the repository."""
        try:
            parts = urlsplit(url)
        except ValueError:
            return None
        path = unquote(parts.path)
        if parts.scheme or parts.netloc or not self.has_url(path):
            return None
        segments = self.folder(project).rstrip("/").split("/")
        steps = path.split("/")
        if steps[-1] in ("", ".", ".."):
            return None
        for step in steps:
            if step == "..":
                if not segments:
                    return None
                segments.pop()
            elif step != ".":
                segments.append(step)
        return None if "" in segments else "/".join(segments)

    def possible_keys(self, url: str) -> tuple[str, ...]:
        """Keys of the objects of the repository that ``url``, absolute or a path from the host's root, may refer to.

        How much of its path leads to the repository is unknown: each end of the path may be a key, the longest first.
        """
        try:
            steps = unquote(urlsplit(url).path).lstrip("/").split("/")
        except ValueError:
            return ()
        keys = (self.key_below("/".join(steps[start:])) for start in range(len(steps)))
        return tuple(key for key in keys if key)

    def key_below(self, path: str) -> str | None:
        """The key at ``path`` below the repository's top; None if no object can have it."""
        possible = self.has_url(path) and not {"", ".", ".."} & set(path.split("/"))
        return self._key(path) if possible else None

    def object_url(self, project: str, key: str) -> str:
        """The URL on the project's pages of the object under ``key``; the inverse of `object_key`.

        Raises `ValueError` for a key outside the repository.
        """
        own = self.folder(project)
        if key.startswith(own):
            return quote(key[len(own) :], safe="/")
        if not key.startswith(self.top):
            raise ValueError(f"{key!r} lies outside {self.prefix!r}")
        return quote(f"../{key[len(self.top) :]}", safe="/")

    def is_own_place(self, project: str, key: str) -> bool:
        """Whether ``key`` is in the folder of ``project`` itself, or a private key of a file of it.

        Objects in other subfolders are never the project's.
        """
        own = self.folder(project)
        return key.startswith(own) and ("/" not in key[len(own) :] or self.has_private_key(project, key))

    def has_private_key(self, project: str, key: str) -> bool:
        """Whether ``key`` is the private key of a file of ``project``."""
        folder, separator, name = key.removeprefix(self.folder(project)).partition("/")
        return bool(separator and name and "/" not in name) and is_random(folder)

    @staticmethod
    def sidecar(key: str) -> str:
        """Key of the metadata file beside the wheel under ``key`` (PEP 658)."""
        return f"{key}.metadata"

    @staticmethod
    def provenance(key: str) -> str:
        """Key of the provenance object beside the file under ``key`` (PEP 740)."""
        return f"{key}.provenance"


def deletable_key(layout: Layout, project: str, url: str) -> str | None:
    """Key of the object of ``url``, if it is a file of ``project`` and of no other project; None otherwise.

    A project owns the files in its folder (`Layout.is_own_place`), and those at the top of the repository that are
    named after it (older tools keep files there). Manifests, pages and ``repository.json`` are no files.
    """
    key = layout.object_key(project, url)
    if key is None:
        return None
    folder, _, name = key.removeprefix(layout.top).rpartition("/")
    if not folder:
        return key if version_of(project, name) is not None else None
    documents = {layout.manifest(project), *layout.pages(project).values()}
    return key if layout.is_own_place(project, key) and key not in documents else None


def distribution_key(key: str) -> str:
    """The key of the distribution to which the object under ``key`` belongs; a distribution's own key for itself."""
    suffix = next((suffix for suffix in _COMPANIONS if key.endswith(suffix)), "")
    return key.removesuffix(suffix)


def is_distribution_key(key: str) -> bool:
    """Whether pages can refer to ``key``, and it ends in a valid filename of a wheel or sdist."""
    if not Layout.has_url(key):
        return False
    try:
        check(key.rpartition("/")[2])
    except InvalidDistribution:
        return False
    return True
