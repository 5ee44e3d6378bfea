"""What a manifest becomes, given what was found to lie in the bucket: pure decisions."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from ...index.model import File, Hashes, clean_text
from ...index.urls import file_url, is_elsewhere
from ...repository.manifest import Manifest

__all__ = ["Evidence", "ReadFile", "completed", "entry", "is_incomplete", "rebuilt"]


@dataclass(frozen=True, slots=True)
class ReadFile:
    """What reading one stored distribution told.

    :param project: normalized.
    :param requires_python: as its metadata states it.
    :param metadata: a wheel's METADATA, if it is to be listed; None for sdists.
    :param url: by which the file is listed from now on; None where it stays as it is.
    """

    project: str
    sha256: str
    size: int
    requires_python: str | None
    metadata: bytes | None
    url: str | None = None

    @property
    def core_metadata(self) -> Hashes | None:
        """What the index says of the metadata file beside it (PEP 714)."""
        return None if self.metadata is None else (("sha256", hashlib.sha256(self.metadata).hexdigest()),)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found out about a project's files.

    :param found: entries for distributions that nothing lists.
    :param read: what reading told of listed files, by url; their metadata files are stored.
    :param missing: urls that are listed, and whose objects are surely gone.
    """

    found: tuple[File, ...] = ()
    read: Mapping[str, ReadFile] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()


def rebuilt(base: Manifest, evidence: Evidence) -> Manifest:
    """The manifest that lists what there is, and keeps all else that ``base`` knows.

    A name that is listed, or was ever removed, takes no file that was merely found.
    """
    gone = [file for file in base.project.files if file.url in evidence.missing]
    removed = base.removed | {file.url for file in gone}
    files = [
        completed(file, evidence.read[file.url]) if file.url in evidence.read else file
        for file in base.project.files
        if file.url not in evidence.missing
    ]
    unlisted = replace(base, project=base.project.without_files({file.filename for file in gone}), removed=removed)
    new = unlisted.with_files(files)
    found = [file for file in evidence.found if not new.file(file.filename) and not new.removed_urls(file.filename)]
    return replace(new.with_files(found), deleted=base.deleted and not found and not new.project.files)


def entry(filename: str, read: ReadFile, stored: datetime, folder: str = "") -> File:
    """How the index lists a distribution that was found.

    :param stored: when it was stored, for want of a better upload time.
    :param folder: the folder within the project's own in which it lies.
    """
    return completed(File(filename, file_url(filename, folder), upload_time=stored), read)


def completed(file: File, read: ReadFile) -> File:
    """``file`` with what its own bytes tell, which goes before what a page said."""
    return replace(
        file,
        url=read.url or file.url,
        hashes=tuple(sorted({**dict(file.hashes), "sha256": read.sha256}.items())),
        size=read.size,
        requires_python=clean_text(read.requires_python or "") or None,
        core_metadata=read.core_metadata,
    )


def is_incomplete(file: File) -> bool:
    """Whether reading the file would tell what the index should say of it, and does not."""
    unhashed = file.sha256 is None or file.size is None
    return unhashed or (file.filename.endswith(".whl") and not file.core_metadata and not is_elsewhere(file.url))
