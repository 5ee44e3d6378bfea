"""``repository.json``: what is decided once for a whole repository, and read by everyone."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from ..errors import InvalidIndex
from .pages import PageKind

__all__ = ["RepositoryRecord"]

FORMAT = 1


@dataclass(frozen=True, slots=True)
class RepositoryRecord:
    """What holds for a whole repository.

    :param pages: the pages that every project and the root have.
    :param conditional_writes: whether the store honours conditions, also under races.
    :param conditional_delete: whether it honours them on deletes.
    :param conditional_multipart: whether it honours creation on condition for what it receives in parts; records of old
        do not tell, and count as no.
    :param public_url: where installers reach it; None when unknown.
    """

    pages: tuple[PageKind, ...]
    conditional_writes: bool
    conditional_delete: bool
    conditional_multipart: bool
    public_url: str | None = None

    def to_json(self) -> bytes:
        """The record's bytes."""
        document: dict[str, Any] = {
            "format": FORMAT,
            "pages": [page.value for page in self.pages],
            "conditional-writes": self.conditional_writes,
            "conditional-delete": self.conditional_delete,
            "conditional-multipart": self.conditional_multipart,
        }
        if self.public_url:
            document["public-url"] = self.public_url
        return json.dumps(document, indent=2).encode() + b"\n"

    @classmethod
    def from_json(cls, data: bytes, key: str) -> RepositoryRecord:
        """The record that `to_json` made; raises `InvalidIndex` for anything else, naming ``key``."""
        try:
            document = json.loads(data)
            if document["format"] != FORMAT:
                raise InvalidIndex(
                    f"{key}: repository of format {document['format']!r}, this version reads {FORMAT}: "
                    "upgrade s3pypi-setuptools"
                )
            public_url = document.get("public-url")
            if not (public_url is None or isinstance(public_url, str)):
                raise TypeError
            return cls(
                tuple(PageKind(page) for page in document["pages"]),
                document["conditional-writes"] is True,
                document["conditional-delete"] is True,
                document.get("conditional-multipart") is True,
                public_url,
            )
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise InvalidIndex(f"{key}: not a repository record ({type(error).__name__}); restore it") from error
