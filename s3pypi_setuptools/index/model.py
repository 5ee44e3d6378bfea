"""What an index says, as values (Simple repository API, version 1.4).

Nothing here knows stores, clocks or formats. Collections are tuples in a fixed order, so equal values render to equal
bytes. Free text (yank and status reasons, requires-python) is in its canonical form: as `clean_text` leaves it.
"""

from __future__ import annotations

import enum
import hashlib
import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from ..naming import parse_version, sort_key, version_of
from .urls import is_elsewhere

__all__ = ["LARGEST_DOCUMENT", "File", "Hashes", "Project", "ProjectStatus", "Root", "Status", "clean_text"]

Hashes: TypeAlias = tuple[tuple[str, str], ...]
"""(algorithm, lower-case hexadecimal digest) pairs, sorted by algorithm."""

_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


def clean_text(text: str) -> str:
    """``text`` as every format can hold it: on one line, each run of characters that cannot be shown a space."""
    return _UNPRINTABLE.sub(" ", text).strip()


@dataclass(frozen=True, slots=True)
class File:
    """A distribution as the index lists it.

    :param filename: PEP 427 or PEP 625 filename; older sdist spellings occur.
    :param url: percent-encoded reference, relative to the project's pages or absolute (see `urls`).
    :param hashes: empty only for adopted files that were not hashed yet.
    :param size: in bytes; None only for adopted files.
    :param upload_time: in UTC, to the microsecond (PEP 700).
    :param requires_python: the specifier set as the metadata states it (PEP 345), never empty.
    :param core_metadata: None: no metadata file is offered; ``()``: offered, hash unknown; else its hashes (PEP 714).
    :param yanked: None: not yanked; ``""``: yanked without a reason; else the reason (PEP 592).
    :param provenance: fully qualified https URL (PEP 740).
    :param etag: the store's token of the object that is known to have these hashes; in manifests, and on no page.
    """

    filename: str
    url: str
    hashes: Hashes = ()
    size: int | None = None
    upload_time: datetime | None = None
    requires_python: str | None = None
    core_metadata: Hashes | None = None
    yanked: str | None = None
    gpg_sig: bool | None = None
    provenance: str | None = None
    etag: str | None = None

    @property
    def sha256(self) -> str | None:
        """The SHA-256 digest, where it is known."""
        return dict(self.hashes).get("sha256")

    @property
    def metadata_sha256(self) -> str | None:
        """The SHA-256 digest of the metadata file, where one is offered and it is known."""
        return dict(self.core_metadata or ()).get("sha256")

    @property
    def has_facts(self) -> bool:
        """Whether hash, size and, of a wheel that may lie in the repository, the metadata file's hash are known."""
        described = bool(self.core_metadata) or not self.filename.endswith(".whl") or is_elsewhere(self.url)
        return self.sha256 is not None and self.size is not None and described

    def with_facts(self, sha256: str, size: int, metadata: bytes | None = None) -> File:
        """The entry with what the file's own bytes say; other hashes stay.

        :param metadata: the bytes of the metadata file beside it; None leaves what the entry says of one.
        """
        offered = self.core_metadata
        if metadata is not None:
            offered = (("sha256", hashlib.sha256(metadata).hexdigest()),)
        hashes = tuple(sorted({**dict(self.hashes), "sha256": sha256}.items()))
        return replace(self, hashes=hashes, size=size, core_metadata=offered)


class Status(enum.Enum):
    """A project's status marker (PEP 792)."""

    ACTIVE = "active"
    ARCHIVED = "archived"
    QUARANTINED = "quarantined"
    DEPRECATED = "deprecated"


@dataclass(frozen=True, slots=True)
class ProjectStatus:
    """A status marker and why it was set (PEP 792); ``reason`` None when none was given, never empty."""

    status: Status
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Project:
    """A project and its files; the methods return changed copies.

    :param name: normalized (PEP 503).
    :param files: sorted by version, then filename; one a filename. `of` brings any files into this form.
    :param status: None when no marker was ever set.
    :param commit: id of the manifest that a page was rendered from; None on pages of other tools.
    """

    name: str
    files: tuple[File, ...] = ()
    status: ProjectStatus | None = None
    commit: str | None = None

    @classmethod
    def of(
        cls, name: str, files: Iterable[File] = (), status: ProjectStatus | None = None, commit: str | None = None
    ) -> Project:
        """The project with ``files`` in their order; of several with one filename the first counts."""
        unique: dict[str, File] = {}
        for file in files:
            unique.setdefault(file.filename, file)
        return cls(name, tuple(sorted(unique.values(), key=lambda file: sort_key(name, file.filename))), status, commit)

    @property
    def versions(self) -> tuple[str, ...]:
        """The versions of the files, in version order, each once; see `versions.version_of`."""
        found = (version_of(self.name, file.filename) for file in self.files)
        return tuple(dict.fromkeys(version for version in found if version is not None))

    @property
    def offered(self) -> tuple[File, ...]:
        """The files that pages list: none while the project is quarantined (PEP 792)."""
        quarantined = self.status is not None and self.status.status is Status.QUARANTINED
        return () if quarantined else self.files

    def file(self, filename: str) -> File | None:
        """The file of that name."""
        return next((file for file in self.files if file.filename == filename), None)

    def files_of(self, version: str) -> tuple[File, ...]:
        """The files of a version, however it is spelled (``1.0`` and ``1.0.0`` are one)."""
        wanted = parse_version(version)
        if wanted is None:
            return ()
        found = ((file, version_of(self.name, file.filename)) for file in self.files)
        return tuple(file for file, text in found if text is not None and parse_version(text) == wanted)

    def with_files(self, files: Iterable[File]) -> Project:
        """List ``files``, each in place of one with the same filename."""
        return self.of(self.name, (*reversed(tuple(files)), *self.files), self.status, self.commit)

    def without_files(self, filenames: Collection[str]) -> Project:
        """List the files of those names no more."""
        return replace(self, files=tuple(file for file in self.files if file.filename not in filenames))

    def yank(self, filenames: Collection[str], reason: str = "") -> Project:
        """Mark the files of those names as yanked (PEP 592)."""
        text = clean_text(reason)
        return self._change(filenames, lambda file: replace(file, yanked=text))

    def unyank(self, filenames: Collection[str]) -> Project:
        """Take the mark off the files of those names."""
        return self._change(filenames, lambda file: replace(file, yanked=None))

    def with_status(self, status: Status | None, reason: str | None = None) -> Project:
        """Set the status marker, or take it off with None (PEP 792)."""
        marker = None if status is None else ProjectStatus(status, clean_text(reason or "") or None)
        return replace(self, status=marker)

    def _change(self, filenames: Collection[str], change: Callable[[File], File]) -> Project:
        return replace(self, files=tuple(change(file) if file.filename in filenames else file for file in self.files))


@dataclass(frozen=True, slots=True)
class Root:
    """The list of projects.

    :param projects: normalized names, sorted, each once.
    :param commit: id of the root record that a page was rendered from; None on pages of other tools.
    """

    projects: tuple[str, ...] = ()
    commit: str | None = None

    @classmethod
    def of(cls, projects: Iterable[str], commit: str | None = None) -> Root:
        """The root that lists ``projects``, given in any order."""
        return cls(tuple(sorted(set(projects))), commit)


LARGEST_DOCUMENT = 128 * 1024**2
"""Bytes of a record or page, decoded: twice what 100,000 files with names of 110 characters take."""
