"""Complete a project's entries with hashes, sizes, upload times, requires-python and metadata files."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from ...index.model import File
from ...index.urls import is_elsewhere
from ...naming import version_of
from ...repository.change import Decision
from ...repository.manifest import Manifest
from ...repository.repository import Repository
from ...repository.stored_file import StoredFile
from .report import ImportOutcome

__all__ = ["complete", "decide_completion", "is_complete_for_import"]


def is_complete_for_import(project: str, file: File) -> bool:
    """Whether an import would learn nothing new from reading the file.

    This demands more than `File.has_facts`: also for the upload time, the requires-python of an sdist, and a filename
    that names the project.
    """
    wheel = file.filename.endswith(".whl") and not is_elsewhere(file.url)
    known = file.has_facts and file.upload_time is not None and (wheel or file.requires_python is not None)
    return known and version_of(project, file.filename) is not None


def complete(
    repository: Repository, project: str, read: Mapping[str, StoredFile], unlist: Collection[str] = ()
) -> dict[str, ImportOutcome]:
    """Complete the project's manifest in one commit; returns the outcome of each file, by url.

    :param read: the files that were read, by the url by which each is listed, or is to be.
    :param unlist: urls to unlist, since other projects list them now; a project without other files is deleted.

    Unlisted files are added, unless their names are listed by another url, or were removed.
    """

    def decide(manifest: Manifest) -> Decision[dict[str, ImportOutcome]]:
        decision = decide_completion(manifest, read)
        return replace(decision, manifest=_without(decision.manifest, unlist)) if unlist else decision

    return repository.change(project, decide)


def decide_completion(manifest: Manifest, read: Mapping[str, StoredFile]) -> Decision[dict[str, ImportOutcome]]:
    """The completed manifest and the outcome of each file: a function of values."""
    committed = manifest.commit is not None
    outcomes: dict[str, ImportOutcome] = {}
    files: list[File] = []
    for file in manifest.project.files:
        stored = read.get(file.url)
        new = stored.completed(file) if stored else file
        files.append(new)
        if not committed:
            outcomes[file.url] = ImportOutcome.KEPT if stored and stored.invalid else ImportOutcome.ADOPTED
        elif stored:
            outcomes[file.url] = ImportOutcome.PRESENT if new == file else ImportOutcome.COMPLETED
    listed = {file.filename for file in files}
    for url, stored in read.items():
        if stored.invalid or stored.filename in listed or manifest.removed_urls(stored.filename):
            outcomes.setdefault(url, ImportOutcome.LEFT)
            continue
        files.append(stored.completed(stored.entry))
        outcomes[url] = ImportOutcome.ADOPTED
    adopted = {file.filename for file in files if outcomes.get(file.url) not in (None, ImportOutcome.PRESENT)}
    return Decision(manifest.with_files(files), outcomes, names=tuple(sorted(adopted)))


def _without(manifest: Manifest, urls: Collection[str]) -> Manifest:
    names = {file.filename for file in manifest.project.files if file.url in urls}
    project = manifest.project.without_files(names)
    return replace(manifest, project=project, removed=manifest.removed | {*urls}, deleted=not project.files)
