"""The documents of a repository: their kinds, and how they are stored.

A project's manifest, the list of projects and the repository config each state their ``kind``. Those that version 1.0.0
wrote do not; their keys tell.

Manifests and JSON pages of large projects are stored gzip-encoded. All installers in use decode JSON pages. HTML pages
are never compressed, since tools built on urllib read them without decoding, nor are metadata files, whose hash pip
compares with the bytes that it receives.
"""

from __future__ import annotations

import enum

from ..errors import InvalidIndex, NotFound, RepositoryError
from ..index.simple_json import decode, shown
from ..stores.base import Attributes, Store
from ..stores.content_encoding import GZIP, encode
from .layout import Layout

DOCUMENT_ATTRIBUTES = Attributes("application/json", "no-cache")
"""How ``repository.json``, manifests and the list of projects are served: caches ask the store each time."""

LARGE = 14_600
"""In bytes, about 40 files. A smaller document arrives within one round trip anyway (ten TCP segments of 1,460 bytes,
`RFC 6928 <https://www.rfc-editor.org/rfc/rfc6928>`_), and stays readable with any tool."""


class Kind(enum.Enum):
    """The kinds of documents; the value is their ``kind``."""

    PROJECT = "project"
    ROOT = "root"
    REPOSITORY = "repository"


class OtherKind(InvalidIndex):
    """A sound document of another kind than was expected at its key: neither damaged nor of a later version.

    :param found: None for a kind that this version does not know.
    """

    def __init__(self, found: Kind | None, text: str) -> None:
        super().__init__(text)
        self.found = found


class OtherRepository(RepositoryError):
    """The folder that a project of that name would have is another repository."""

    def __init__(self, store: Store, layout: Layout, project: str) -> None:
        place = store.url_of(layout.folder(project)).removesuffix("/")
        super().__init__(
            f"{place} is another repository, so no project can have the name {project} here: publish it under another "
            "name, or give that repository as the target"
        )


_KEYS = {
    Kind.PROJECT: ("format", "name", "files", "removed"),
    Kind.ROOT: ("meta", "projects"),
    Kind.REPOSITORY: ("format", "pages", "conditional-writes"),
}
"""By which keys a document of version 1.0.0 is recognized."""

_NAMES = {
    Kind.PROJECT: "a project's manifest",
    Kind.ROOT: "a repository's list of projects",
    Kind.REPOSITORY: "a repository config",
}


def kind_of(document: object) -> Kind | str | None:
    """The kind of a decoded document, as text if this version does not know it; None if nothing tells the kind."""
    if not isinstance(document, dict):
        return None
    stated = document.get("kind")
    if stated is None:
        return next((kind for kind, keys in _KEYS.items() if all(key in document for key in keys)), None)
    try:
        return Kind(stated)
    except ValueError:
        return stated if isinstance(stated, str) else None


def check_kind(document: object, expected: Kind) -> None:
    """Raise `OtherKind` for a document of another kind; one that states none passes."""
    found = kind_of(document)
    if found is None or found is expected:
        return
    if isinstance(found, str):
        raise OtherKind(None, f"is of the kind {shown(found)}, not {_NAMES[expected]}")
    raise OtherKind(found, f"is {_NAMES[found]}, not {_NAMES[expected]}")


def kind_at(store: Store, key: str) -> Kind | None:
    """The kind of the document under ``key``; None if there is none, or it is no document of a repository.

    Raises `StoreError` if the store cannot read it.
    """
    try:
        found = kind_of(decode(store.get(key).data))
    except (NotFound, InvalidIndex):
        return None
    return found if isinstance(found, Kind) else None


def stored_form(data: bytes, attributes: Attributes, *, compress: bool) -> tuple[bytes, Attributes]:
    """The bytes to store for the document ``data``, and their attributes.

    :param compress: whether the store keeps ``Content-Encoding``, and clients of such documents heed it.
    """
    if compress and len(data) >= LARGE:
        return encode(data), attributes._replace(content_encoding=GZIP)
    return data, attributes
