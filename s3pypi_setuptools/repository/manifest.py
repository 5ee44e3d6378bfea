"""The manifest of a project. Putting it is the commit of every change.

It is JSON. Its files are written as in the Simple repository API (`PEP 691 file objects
<https://peps.python.org/pep-0691/#project-detail>`_), plus what only the repository needs: the URLs that are no longer
listed and must never be listed again, the generation, the commit id, and the token of each file's object (``_etag``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from ..errors import InvalidIndex
from ..index.fields import is_commit
from ..index.model import File, Project, clean_text
from ..index.simple_json import decode, encode, file_from_json, file_to_json, shown, status_from_json, status_to_json
from ..index.urls import filename_of
from .documents import Kind, OtherKind, check_kind

FORMAT = 1
"""The format that this version reads and writes."""

_ETAG = "_etag"


@dataclass(frozen=True, slots=True)
class Manifest:
    """The manifest of a project.

    :param project: what the pages show; its ``commit`` is this manifest's id, None until it is committed.
    :param removed: URLs (see `index.urls`) that were listed once, or whose objects were pruned; it only grows.
    :param generation: how many times the manifest was changed.
    :param deleted: whether the whole project was deleted: it has no pages, and is not on the list of projects.
    """

    project: Project
    removed: frozenset[str] = frozenset()
    generation: int = 0
    deleted: bool = False

    @property
    def commit(self) -> str | None:
        """The id of the commit that put this manifest; see `next_id`."""
        return self.project.commit

    def file(self, filename: str) -> File | None:
        """The listed file of that name; None if there is none."""
        return self.project.file(filename)

    def with_files(self, files: Iterable[File]) -> Manifest:
        """The manifest that also lists ``files``, each in place of one of the same name."""
        return replace(self, project=self.project.with_files(files))

    def removed_urls(self, filename: str) -> frozenset[str]:
        """The URLs in ``removed`` that have this filename."""
        return frozenset(url for url in self.removed if filename_of(url) == filename)

    def same_content(self, other: Manifest) -> bool:
        """Whether both are equal but for commit id and generation."""
        return self.committed("", 0) == other.committed("", 0)

    def committed(self, commit: str, generation: int) -> Manifest:
        """The same content under another id."""
        return replace(self, project=replace(self.project, commit=commit), generation=generation)

    def to_json(self) -> bytes:
        """The document's bytes; equal manifests give equal bytes."""
        project = self.project
        document: dict[str, object] = {
            "kind": Kind.PROJECT.value,
            "format": FORMAT,
            "name": project.name,
            "commit": project.commit,
            "generation": self.generation,
            "files": [_entry(file) for file in project.files],
            "removed": sorted(self.removed),
        }
        if project.status:
            document["project-status"] = status_to_json(project.status)
        return encode(document | ({"deleted": True} if self.deleted else {}))

    @classmethod
    def from_json(cls, data: bytes, key: str) -> Manifest:
        """The manifest that `to_json` made.

        :param key: the document's key, in the folder of its project.

        Raises `OtherKind` for a sound document of another kind, `InvalidIndex` for anything else, naming ``key``.
        """
        try:
            document = decode(data)
            check_kind(document, Kind.PROJECT)
            return cls._from_document(document, key.split("/")[-2])
        except OtherKind as error:
            raise OtherKind(error.found, f"{key}: {error}; nothing was changed") from error
        except InvalidIndex as error:
            raise InvalidIndex(f"{key}: {error}; nothing was changed: restore the manifest") from error

    @classmethod
    def _from_document(cls, document: dict[str, object], project: str) -> Manifest:
        kind = document.get("format")
        if kind != FORMAT or type(kind) is not int:
            raise InvalidIndex(
                f"is a manifest of format {shown(kind)}, this version reads {FORMAT}: upgrade s3pypi-setuptools"
            )
        name, commit, generation = (document.get(key) for key in ("name", "commit", "generation"))
        files, removed = document.get("files"), document.get("removed")
        marker = document.get("project-status")
        deleted = document.get("deleted", False)
        if name != project:
            raise InvalidIndex(f"is not the manifest of {project}: it names {shown(name)}")
        if not (isinstance(commit, str) and is_commit(commit) and type(generation) is int and generation >= 0):
            raise InvalidIndex("is not a manifest: commit or generation is missing or malformed")
        if not (isinstance(files, list) and isinstance(removed, list) and all(map(_is_url, removed))):
            raise InvalidIndex("is not a manifest: 'files' or 'removed' is not a list of such")
        if not isinstance(deleted, bool):
            raise InvalidIndex("is not a manifest: 'deleted' is neither true nor false")
        status = None if marker is None else status_from_json(marker)
        return cls(
            project=Project.of(project, map(_file, files), status, commit),
            removed=frozenset(removed),
            generation=generation,
            deleted=deleted,
        )


def _is_url(value: object) -> bool:
    return isinstance(value, str) and clean_text(value) == value


def _entry(file: File) -> dict[str, object]:
    entry = file_to_json(file)
    return entry if file.etag is None else entry | {_ETAG: file.etag}


def _file(entry: object) -> File:
    file = file_from_json(entry)
    etag = entry.get(_ETAG) if isinstance(entry, dict) else None
    return replace(file, etag=etag) if _is_url(etag) else file


_DIGITS = 12
"""Hexadecimal digits of a commit id that count the commits: more than any project will ever have."""
_ID = re.compile(r"[0-9a-f]{32}")
_LAST = 16**_DIGITS - 1


def number_of(commit: str) -> int | None:
    """How many commits a commit id counts; None if it is not of the form that `next_id` makes."""
    return int(commit[:_DIGITS], 16) if _ID.fullmatch(commit) else None


def next_id(previous: str | None, new_id: Callable[[], str]) -> str:
    """The id of the commit that follows ``previous``: 12 hexadecimal digits that count the commits, and 20 random ones.

    :param previous: the id before; None for the first commit.
    :param new_id: makes 32 random hexadecimal digits.
    """
    number = min(((number_of(previous) if previous else 0) or 0) + 1, _LAST)
    return f"{number:0{_DIGITS}x}{new_id()[_DIGITS:]}"


def blank_id(new_id: Callable[[], str]) -> str:
    """The id that a blank page carries, which is created before the first commit: it counts no commit."""
    return f"{0:0{_DIGITS}x}{new_id()[_DIGITS:]}"


def is_blank(commit: str) -> bool:
    """Whether `blank_id` made the id ``commit``."""
    return number_of(commit) == 0
