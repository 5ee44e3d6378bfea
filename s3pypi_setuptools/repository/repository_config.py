"""The repository config, ``repository.json``: made once for a whole repository, and read by every process."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..errors import InvalidIndex
from ..index.simple_json import shown
from ..index.urls import canonical_url
from ..stores.base import ANY, Matches, Store
from ..transaction import PATIENT, Backoff, update
from .documents import DOCUMENT_ATTRIBUTES, Kind, OtherKind, check_kind
from .layout import Layout
from .objects import if_exists
from .page_kind import PageKind

FORMAT = 2
"""The newest format that this version reads. A config with pages or an encoding that version 1.0 of s3pypi-setuptools
does not know is of format 2, others are of format 1."""


@dataclass(frozen=True, slots=True)
class RepositoryConfig:
    """What holds for a whole repository.

    :param pages: the pages that every project and the root have.
    :param conditional_writes: whether the store honours conditional writes, also under races.
    :param conditional_delete: whether it honours conditional deletions.
    :param conditional_multipart: whether it honours a conditional creation in parts; None, and not in the document,
        until a process that stores a large file probes it. (Version 1.0 reads an absent value as false.)
    :param public_url: the URL at which installers reach the repository; None if unknown.
    :param content_encoding: whether the store keeps ``Content-Encoding``, so that documents of large projects are
        stored compressed; false if an old config does not state it.
    :param shared_files: whether a project may list files outside its own folder; true where another tool has published,
        and in repositories of version 1.0.0, whose config does not state it.
    """

    pages: tuple[PageKind, ...]
    conditional_writes: bool
    conditional_delete: bool
    conditional_multipart: bool | None = None
    public_url: str | None = None
    content_encoding: bool = False
    shared_files: bool = True

    @property
    def index_url(self) -> str | None:
        """The URL to give to installers, with ``/`` at its end; None if it is unknown."""
        return f"{self.public_url}/" if self.public_url else None

    def to_json(self) -> bytes:
        """The document's bytes."""
        document: dict[str, Any] = {
            "kind": Kind.REPOSITORY.value,
            "format": FORMAT if self.content_encoding or PageKind.SLASH_JSON in self.pages else 1,
            "pages": [page.value for page in self.pages],
            **{name: getattr(self, field) for name, field in _FLAGS.items()},
            "public-url": self.public_url or None,
        }
        stated = {key: value for key, value in document.items() if value is not None}
        return json.dumps(stated, indent=2).encode() + b"\n"

    @classmethod
    def from_json(cls, data: bytes, key: str) -> RepositoryConfig:
        """The config that `to_json` made.

        :param key: the document's key, for messages.

        Raises `OtherKind` for a sound document of another kind, `InvalidIndex` for anything else, naming ``key``.
        """
        try:
            document = json.loads(data)
            check_kind(document, Kind.REPOSITORY)
            kind = document["format"]
            if type(kind) is not int or not 1 <= kind <= FORMAT:
                raise InvalidIndex(
                    f"{key}: repository of format {shown(kind)}, this version reads {FORMAT}: upgrade s3pypi-setuptools"
                )
            pages = tuple(map(PageKind, document["pages"]))
            if not pages or len({*pages}) != len(pages) or {PageKind.SLASH, PageKind.SLASH_JSON} <= {*pages}:
                raise ValueError
            flags = {field: document[name] for name, field in _FLAGS.items() if name in document}
            if not (isinstance(document["pages"], list) and all(isinstance(flag, bool) for flag in flags.values())):
                raise TypeError
            return cls(pages, public_url=_public_url(document.get("public-url")), **flags)
        except OtherKind as error:
            raise OtherKind(error.found, f"{key}: {error}; restore it") from error
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise InvalidIndex(f"{key}: not a repository config ({type(error).__name__}); restore it") from error


_FLAGS = {
    field.replace("_", "-"): field
    for field in (
        "conditional_writes",
        "conditional_delete",
        "conditional_multipart",
        "content_encoding",
        "shared_files",
    )
}
"""Fields that are true or false, by their keys in the document; an absent one has its default."""


def _public_url(value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise TypeError
    if not (value.startswith(("https://", "http://")) and value.isprintable() and " " not in value):
        raise ValueError
    if canonical_url(f"{value}/") is None:
        raise ValueError
    return value


def read_config(store: Store, layout: Layout) -> RepositoryConfig | None:
    """The repository config; None if there is none.

    Raises `OtherKind` for a document of another kind, `InvalidIndex` for a damaged one, and `StoreError`.
    """
    key = layout.repository_config
    return if_exists(lambda: RepositoryConfig.from_json(store.get(key).data, key))


def change_config(
    store: Store, layout: Layout, change: Callable[[RepositoryConfig], RepositoryConfig], backoff: Backoff = PATIENT
) -> tuple[RepositoryConfig, RepositoryConfig]:
    """Change the repository config, which must exist; returns it before and after.

    :param change: makes the new config of the one that was read; called again whenever another process was faster.

    Raises `NotFound` if there is none, `InvalidIndex` if it is damaged, `StoreError`, and what ``change`` raises.
    """
    key = layout.repository_config

    def attempt() -> tuple[RepositoryConfig, RepositoryConfig]:
        stored = store.get(key)
        before = RepositoryConfig.from_json(stored.data, key)
        after = change(before)
        if after != before:
            conditional = before.conditional_writes or after.conditional_writes
            condition = Matches(stored.info.token) if conditional else ANY
            store.put(key, after.to_json(), DOCUMENT_ATTRIBUTES, condition)
        return before, after

    return update(attempt, backoff)
