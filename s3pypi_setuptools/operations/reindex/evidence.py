"""Choose what a project's manifest becomes, given what its stored files say: functions of values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ...errors import Error
from ...index.model import File
from ...repository.manifest import Manifest
from ...repository.stored_file import StoredFile


@dataclass(frozen=True, slots=True)
class Evidence:
    """The facts about a project's files that its manifest does not state.

    :param found: entries for distributions that nothing lists.
    :param read: listed files that were read, by url.
    :param missing: listed urls whose objects surely do not exist.
    :param metadata: (key of a wheel, its METADATA) for each metadata file that belongs beside a wheel.
    :param notes: why objects are not listed, a line each.
    :param errors: what reindexing cannot correct.
    """

    found: tuple[File, ...] = ()
    read: Mapping[str, StoredFile] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()
    metadata: tuple[tuple[str, bytes], ...] = ()
    notes: tuple[str, ...] = ()
    errors: tuple[Error, ...] = ()


def rebuilt(base: Manifest, evidence: Evidence) -> Manifest:
    """``base`` with the evidence applied: files corrected, missing ones removed, found ones added.

    A file that was found is not added if its name is listed, or was ever removed.
    """
    missing = [file for file in base.project.files if file.url in evidence.missing]
    removed = base.removed | {file.url for file in missing}
    files = [
        evidence.read[file.url].corrected(file) if file.url in evidence.read else file
        for file in base.project.files
        if file.url not in evidence.missing
    ]
    unlisted = replace(base, project=base.project.without_files({file.filename for file in missing}), removed=removed)
    new = unlisted.with_files(files)
    found = [file for file in evidence.found if not new.file(file.filename) and not new.removed_urls(file.filename)]
    return replace(new.with_files(found), deleted=base.deleted and not found and not new.project.files)
