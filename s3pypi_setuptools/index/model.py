"""The contents of an index as values (Simple repository API, version 1.4).

Collections are tuples in a fixed order, so that equal values render to equal bytes. Free text (reasons of yanks and
statuses, requires-python) is as `clean_text` returns it.
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

Hashes: TypeAlias = tuple[tuple[str, str], ...]
"""(algorithm, lower-case hexadecimal digest) pairs, sorted by algorithm."""

_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


def clean_text(text: str) -> str:
    """``text`` in a form that every format can hold: each run of unprintable characters becomes a space."""
    return _UNPRINTABLE.sub(" ", text).strip()


@dataclass(frozen=True, slots=True)
class File:
    """A distribution as the index lists it. PEP numbers stand for https://peps.python.org/pep-NNNN/.

    :param filename: of a wheel (PEP 427) or an sdist (PEP 625); older sdist spellings occur.
    :param url: percent-encoded reference, relative to the project's pages or absolute (see `urls`).
    :param hashes: empty only for adopted files that were not hashed yet.
    :param size: in bytes; None only for adopted files.
    :param upload_time: in UTC, with microseconds (PEP 700).
    :param requires_python: the specifier set as written in the metadata (PEP 345); never empty.
    :param core_metadata: hashes of the metadata file; ``()`` if they are unknown, None if none is offered (PEP 714).
    :param yanked: the reason, which may be empty; None if the file is not yanked (PEP 592).
    :param gpg_sig: whether there is a signature beside the file; None if unknown (PEP 503).
    :param provenance: URL of the provenance object, with scheme and host (PEP 740).
    :param etag: token of the object that is known to have these hashes; only in manifests, on no page.
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
        """The SHA-256 digest; None if unknown."""
        return dict(self.hashes).get("sha256")

    @property
    def metadata_sha256(self) -> str | None:
        """The SHA-256 digest of the metadata file; None if unknown, or if none is offered."""
        return dict(self.core_metadata or ()).get("sha256")

    @property
    def has_facts(self) -> bool:
        """Whether hash and size are known and, for a wheel in the repository, also the metadata file's hash."""
        described = bool(self.core_metadata) or not self.filename.endswith(".whl") or is_elsewhere(self.url)
        return self.sha256 is not None and self.size is not None and described

    def with_facts(self, sha256: str, size: int, metadata: bytes | None = None) -> File:
        """The entry with facts that were found by reading the file; other hashes are kept.

        :param sha256: in lower-case hexadecimal.
        :param size: in bytes.
        :param metadata: the bytes of the metadata file beside the file; if None, ``core_metadata`` is kept.
        """
        offered = self.core_metadata
        if metadata is not None:
            offered = (("sha256", hashlib.sha256(metadata).hexdigest()),)
        hashes = tuple(sorted({**dict(self.hashes), "sha256": sha256}.items()))
        return replace(self, hashes=hashes, size=size, core_metadata=offered)


class Status(enum.Enum):
    """A project's status marker (https://peps.python.org/pep-0792/#project-status-markers)."""

    ACTIVE = "active"
    ARCHIVED = "archived"
    QUARANTINED = "quarantined"
    DEPRECATED = "deprecated"


@dataclass(frozen=True, slots=True)
class ProjectStatus:
    """A status marker, and the reason for it; ``reason`` is None if there is none, and never empty."""

    status: Status
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Project:
    """A project and its files; methods that change something return a changed copy.

    :param name: normalized (https://peps.python.org/pep-0503/#normalized-names).
    :param files: sorted by version, then filename; each filename occurs once. `of` makes this form of any files.
    :param status: None if no marker is set.
    :param commit: id of the manifest that a page was rendered from; None for pages of other tools.
    """

    name: str
    files: tuple[File, ...] = ()
    status: ProjectStatus | None = None
    commit: str | None = None

    @classmethod
    def of(
        cls, name: str, files: Iterable[File] = (), status: ProjectStatus | None = None, commit: str | None = None
    ) -> Project:
        """Make a project of ``files``, which are sorted; of several files with one filename, the first counts."""
        unique: dict[str, File] = {}
        for file in files:
            unique.setdefault(file.filename, file)
        return cls(name, tuple(sorted(unique.values(), key=lambda file: sort_key(name, file.filename))), status, commit)

    @property
    def versions(self) -> tuple[str, ...]:
        """The versions of the files, in version order, each once; see `naming.version_of`."""
        found = (version_of(self.name, file.filename) for file in self.files)
        return tuple(dict.fromkeys(version for version in found if version is not None))

    @property
    def is_quarantined(self) -> bool:
        """Whether installers are offered no files (https://peps.python.org/pep-0792/#quarantined)."""
        return self.status is not None and self.status.status is Status.QUARANTINED

    @property
    def offered(self) -> tuple[File, ...]:
        """The files that pages list: none while the project is quarantined."""
        return () if self.is_quarantined else self.files

    def file(self, filename: str) -> File | None:
        """The file with that name; None if there is none."""
        return next((file for file in self.files if file.filename == filename), None)

    def files_of(self, version: str) -> tuple[File, ...]:
        """The files of a version in any spelling: ``1.0`` means ``1.0.0``, too."""
        wanted = parse_version(version)
        if wanted is None:
            return ()
        found = ((file, version_of(self.name, file.filename)) for file in self.files)
        return tuple(file for file, text in found if text is not None and parse_version(text) == wanted)

    def with_files(self, files: Iterable[File]) -> Project:
        """Add ``files``; each replaces a file with the same filename."""
        return self.of(self.name, (*reversed(tuple(files)), *self.files), self.status, self.commit)

    def without_files(self, filenames: Collection[str]) -> Project:
        """Remove the files with those names."""
        return replace(self, files=tuple(file for file in self.files if file.filename not in filenames))

    def yank(self, filenames: Collection[str], reason: str = "") -> Project:
        """Mark the files with those names as yanked (https://peps.python.org/pep-0592/)."""
        text = clean_text(reason)
        return self._change(filenames, lambda file: replace(file, yanked=text))

    def unyank(self, filenames: Collection[str]) -> Project:
        """Mark the files with those names as not yanked."""
        return self._change(filenames, lambda file: replace(file, yanked=None))

    def with_status(self, status: Status | None, reason: str | None = None) -> Project:
        """Set the status marker; None removes it."""
        marker = None if status is None else ProjectStatus(status, clean_text(reason or "") or None)
        return replace(self, status=marker)

    def _change(self, filenames: Collection[str], change: Callable[[File], File]) -> Project:
        return replace(self, files=tuple(change(file) if file.filename in filenames else file for file in self.files))


@dataclass(frozen=True, slots=True)
class Root:
    """The list of projects.

    :param projects: normalized names, sorted, each once.
    :param commit: id of the record that a page was rendered from; None for pages of other tools.
    """

    projects: tuple[str, ...] = ()
    commit: str | None = None

    @classmethod
    def of(cls, projects: Iterable[str], commit: str | None = None) -> Root:
        """Make the list of ``projects``, which may be in any order."""
        return cls(tuple(sorted(set(projects))), commit)


LARGEST_DOCUMENT = 128 * 1024**2
"""Bytes of a record or page without compression: twice as many as 100,000 files with long names take."""
