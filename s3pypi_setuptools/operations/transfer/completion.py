"""Complete what a project lists: hashes, sizes, upload times, requires-python and metadata files, in one commit."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from ...errors import NotFound
from ...index.model import File
from ...index.urls import is_elsewhere
from ...naming import version_of
from ...repository.change import Decision
from ...repository.manifest import Manifest
from ...repository.repository import Repository
from ...repository.stored_file import StoredDistribution
from ...repository.upload import FOREVER
from ...stores.base import ABSENT, Attributes
from ...transaction import create
from .report import ImportOutcome

__all__ = ["Fact", "complete", "decide_completion", "is_complete", "store_metadata"]


@dataclass(frozen=True, slots=True)
class Fact:
    """What the bytes behind a url say of themselves.

    :param one: None when they are no distribution that can be read.
    :param described: a metadata file with the distribution's own metadata lies beside it.
    :param listed_as: the url by which it is listed from now on; None where it stays as it is.
    """

    url: str
    sha256: str
    size: int
    one: StoredDistribution | None
    described: bool = False
    listed_as: str | None = None


def is_complete(project: str, file: File) -> bool:
    """Whether nothing is missing that reading the file could tell."""
    known = file.sha256 is not None and file.size is not None and file.upload_time is not None
    if file.filename.endswith(".whl") and not is_elsewhere(file.url):
        return known and file.core_metadata not in (None, ()) and version_of(project, file.filename) is not None
    return known and file.requires_python is not None and version_of(project, file.filename) is not None


def complete(
    repository: Repository, project: str, facts: Iterable[Fact], gone: Collection[str] = ()
) -> dict[str, ImportOutcome]:
    """Bring what ``facts`` say into the project's manifest; what became of each file, by url.

    :param gone: urls that the project lists no more, since other projects do; without other files, it is deleted.

    Files that are not listed are, unless their names are listed under another url, or were removed.
    """
    known = {fact.url: fact for fact in facts}

    def decide(manifest: Manifest) -> Decision[dict[str, ImportOutcome]]:
        decision = decide_completion(manifest, known)
        return replace(decision, manifest=_without(decision.manifest, gone)) if gone else decision

    return repository.change(project, decide)


def decide_completion(manifest: Manifest, facts: Mapping[str, Fact]) -> Decision[dict[str, ImportOutcome]]:
    """What becomes of the manifest."""
    committed = manifest.commit is not None
    outcomes: dict[str, ImportOutcome] = {}
    files: list[File] = []
    for file in manifest.project.files:
        fact = facts.get(file.url)
        new = _completed(file, fact) if fact else file
        files.append(new)
        if not committed:
            outcomes[file.url] = ImportOutcome.KEPT if fact and fact.one is None else ImportOutcome.ADOPTED
        elif fact:
            outcomes[file.url] = ImportOutcome.PRESENT if new == file else ImportOutcome.COMPLETED
    listed = {file.filename for file in files}
    for url, fact in facts.items():
        if fact.one is None or fact.one.filename in listed or manifest.removed_urls(fact.one.filename):
            outcomes.setdefault(url, ImportOutcome.LEFT)
            continue
        files.append(_completed(replace(fact.one.entry, url=url), fact))
        outcomes[url] = ImportOutcome.ADOPTED
    adopted = {file.filename for file in files if outcomes.get(file.url) not in (None, ImportOutcome.PRESENT)}
    return Decision(manifest.with_files(files), outcomes, names=tuple(sorted(adopted)))


def store_metadata(repository: Repository, project: str, key: str, metadata: bytes) -> bool:
    """Whether ``metadata`` lies beside the wheel under ``key`` (PEP 658).

    Where nothing does, it is stored now, if the wheel lies in the folder of ``project``.
    """
    layout = repository.workspace.layout
    store, sidecar = repository.workspace.store, layout.sidecar(key)
    attributes = Attributes(cache_control=FOREVER)
    own = key.startswith(layout.folder(project))
    if own and create(lambda: store.put(sidecar, metadata, attributes, ABSENT), repository.workspace.backoff):
        return True
    try:
        return store.get(sidecar).data == metadata
    except NotFound:
        return False


def _without(manifest: Manifest, urls: Collection[str]) -> Manifest:
    names = {file.filename for file in manifest.project.files if file.url in urls}
    project = manifest.project.without_files(names)
    return replace(manifest, project=project, removed=manifest.removed | {*urls}, deleted=not project.files)


def _completed(file: File, fact: Fact) -> File:
    """``file`` with what was missing; what it states stays."""
    if file.sha256 not in (None, fact.sha256):
        return file
    one = fact.one
    core_metadata = file.core_metadata
    if one is not None and one.metadata is not None and fact.described:
        core_metadata = (("sha256", hashlib.sha256(one.metadata).hexdigest()),)
    return replace(
        file,
        url=fact.listed_as or file.url,
        hashes=tuple(sorted({**dict(file.hashes), "sha256": fact.sha256}.items())),
        size=fact.size,
        upload_time=file.upload_time or (one.entry.upload_time if one else None),
        requires_python=file.requires_python or (one.requires_python if one else None),
        core_metadata=core_metadata,
    )
