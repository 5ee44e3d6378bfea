"""``repository.json``: what is decided once for a whole repository, and read by everyone."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from ..errors import InvalidIndex, NotFound
from ..index.simple_json import shown
from ..index.urls import canonical_url
from ..stores.base import ANY, Matches, Store
from ..transaction import Backoff, update
from .documents import DOCUMENT_ATTRIBUTES, Kind, OtherKind, check_kind
from .layout import Layout
from .page_kind import PageKind

__all__ = ["RepositoryConfig", "SharedFiles", "change_config", "read_config"]

FORMAT = 2
"""The newest that is understood. A repository with pages or an encoding that version 1.0 does not know is of format 2,
others of 1."""


@dataclass(frozen=True, slots=True)
class RepositoryConfig:
    """What holds for a whole repository.

    :param pages: the pages that every project and the root have.
    :param conditional_writes: whether the store honours conditions, also under races.
    :param conditional_delete: whether it honours them on deletes.
    :param conditional_multipart: whether it honours creation on condition for what it receives in parts; None, and not
        in the document, until somebody who stores a large file asks. (Version 1.0 takes that for no.)
    :param public_url: where installers reach it; None when unknown.
    :param content_encoding: whether the store keeps it, so that documents of large projects are stored compressed;
        records of old do not tell, and count as no.
    :param shared_files: whether a project may list files that lie outside its own folder; so wherever another tool was
        at work, and in repositories of version 1.0.0, whose records do not tell.
    """

    pages: tuple[PageKind, ...]
    conditional_writes: bool
    conditional_delete: bool
    conditional_multipart: bool | None
    public_url: str | None = None
    content_encoding: bool = False
    shared_files: bool = True

    def to_json(self) -> bytes:
        """The record's bytes."""
        document: dict[str, Any] = {
            "kind": Kind.REPOSITORY.value,
            "format": FORMAT if self.content_encoding or PageKind.SLASH_JSON in self.pages else 1,
            "pages": [page.value for page in self.pages],
            "conditional-writes": self.conditional_writes,
            "conditional-delete": self.conditional_delete,
            "conditional-multipart": self.conditional_multipart,
            "content-encoding": self.content_encoding,
            "shared-files": self.shared_files,
        }
        if self.conditional_multipart is None:
            del document["conditional-multipart"]
        if self.public_url:
            document["public-url"] = self.public_url
        return json.dumps(document, indent=2).encode() + b"\n"

    @classmethod
    def from_json(cls, data: bytes, key: str) -> RepositoryConfig:
        """The record that `to_json` made.

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
            pages = tuple(map(PageKind, _list(document["pages"])))
            if not pages or len({*pages}) != len(pages) or {PageKind.SLASH, PageKind.SLASH_JSON} <= {*pages}:
                raise ValueError
            return cls(
                pages,
                _flag(document["conditional-writes"]),
                _flag(document["conditional-delete"]),
                _flag(document["conditional-multipart"]) if "conditional-multipart" in document else None,
                _public_url(document.get("public-url")),
                _flag(document.get("content-encoding", False)),
                _flag(document.get("shared-files", True)),
            )
        except OtherKind as error:
            raise OtherKind(error.found, f"{key}: {error}; restore it") from error
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise InvalidIndex(f"{key}: not a repository record ({type(error).__name__}); restore it") from error


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


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
    """The repository's configuration; None where there is none."""
    key = layout.repository_config
    try:
        return RepositoryConfig.from_json(store.get(key).data, key)
    except NotFound:
        return None


def change_config(
    store: Store, layout: Layout, change: Callable[[RepositoryConfig], RepositoryConfig]
) -> tuple[RepositoryConfig, RepositoryConfig]:
    """Change the configuration, which must exist; it before and after. Raises as reading, ``change`` and writing."""

    def attempt() -> tuple[RepositoryConfig, RepositoryConfig]:
        stored = store.get(layout.repository_config)
        before = RepositoryConfig.from_json(stored.data, layout.repository_config)
        after = change(before)
        if after != before:
            condition = Matches(stored.info.token) if before.conditional_writes else ANY
            store.put(layout.repository_config, after.to_json(), DOCUMENT_ATTRIBUTES, condition)
        return before, after

    return update(attempt)


class SharedFiles:
    """What the record of one repository says, and how it comes to say so.

    :param record: the record, as it was when the repository was opened.
    """

    def __init__(self, store: Store, layout: Layout, backoff: Backoff, record: Callable[[], RepositoryConfig]) -> None:
        self._store = store
        self._key = layout.repository_config
        self._backoff = backoff
        self._record = record
        self._recorded = False

    @property
    def possible(self) -> bool:
        """Whether a project may list files outside its own folder; where reading costs nothing, it is looked at."""
        return self._recorded or self._store.cheap_reads or self._record().shared_files

    def record(self) -> None:
        """Record that a project does. Raises `StoreError`."""
        if not (self._recorded or self._record().shared_files):
            update(self._attempt, self._backoff)
            self._recorded = True

    def _attempt(self) -> None:
        found = self._store.get(self._key)
        record = RepositoryConfig.from_json(found.data, self._key)
        if not record.shared_files:
            condition = Matches(found.info.token) if record.conditional_writes else ANY
            data = replace(record, shared_files=True).to_json()
            self._store.put(self._key, data, DOCUMENT_ATTRIBUTES, condition)
