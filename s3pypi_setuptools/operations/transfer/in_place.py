"""Import a project in place: list the files in its folder where they are, and complete their entries.

That adds hashes, sizes, upload times, requires-python and metadata files that another tool did not list.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from ...errors import Error
from ...index.model import File
from ...repository.change import Decision
from ...repository.inventory import Folder
from ...repository.manifest import Manifest
from ...repository.objects import has_bytes
from ...repository.stored_file import StoredFile
from ...repository.upload import create_sidecar
from .source import Found, is_complete_for_import
from .strays import Strays
from .transfer import ImportedFile, ImportOutcome, Transfer


@dataclass(slots=True)
class _Adoption:
    """One project's folder, whose files are read and not listed yet.

    :param files: the files in it.
    :param read: those that were read, by the urls by which they were found.
    :param problems: the problem of each file that was read, by url.
    :param strays: the urls of other projects' files.
    """

    project: str
    files: list[Found]
    read: dict[str, StoredFile] = field(default_factory=dict)
    problems: dict[str, Error | None] = field(default_factory=dict)
    strays: set[str] = field(default_factory=set)

    @property
    def is_project(self) -> bool:
        """Whether the folder is a project's: it lists files, or one of its files is valid and its own."""
        return any(found.listed for found in self.files) or any(not stored.invalid for stored in self.read.values())


@dataclass(frozen=True, slots=True)
class InPlace:
    """The projects of one import in place.

    :param waiting: folders with strays: call `list_files` for each once the strays are listed by their own projects.
    """

    transfer: Transfer
    strays: Strays
    waiting: list[_Adoption] = field(default_factory=list)

    def run(self, folder: Folder) -> list[ImportedFile]:
        """Import one project's folder; one with strays is only read, and waits. Raises `Error`."""
        managed = self.transfer.source.layout.manifest(folder.name) in folder.objects
        self.strays.begin(folder.name, managed=managed)
        if found := list(self.transfer.source.files(folder)):
            return self._read(folder.name, found)
        if managed:
            # This completes the deletion of a project whose last files were strays.
            self.transfer.target.change(folder.name, lambda manifest: Decision(manifest, None))
        return []

    def list_files(self, adoption: _Adoption) -> list[ImportedFile]:
        """List the files that were read, except strays, which their own projects list by now."""
        project, reports = adoption.project, []
        try:
            outcomes = self._complete(adoption) if adoption.is_project else {}
        except Error as error:
            return [self.transfer.report_failed(project, error)]
        for found in adoption.files:
            url = found.file.url
            outcome, note = outcomes.get(url, ImportOutcome.PRESENT), adoption.problems.get(url)
            if note and outcome not in (ImportOutcome.KEPT, ImportOutcome.LEFT):
                outcome = ImportOutcome.FAILED
            if url not in adoption.strays:
                reports.append(self.transfer.report(project, found, outcome, note))
        return reports

    def _read(self, project: str, files: list[Found]) -> list[ImportedFile]:
        report = self.transfer.report
        reports = [report(project, found, ImportOutcome.FAILED, found.error) for found in files if found.error]
        adoption = _Adoption(project, [found for found in files if not found.error])
        for found, stored in self.transfer.source.read_all(filter(_is_unknown, adoption.files)):
            url = found.file.url
            if not stored.invalid and stored.project != project:
                adoption.strays.add(url)
                reports += self.strays.add(found, stored)
                adoption.read[url] = StoredFile(stored.file, found.file, invalid=f"is a file of {stored.project}")
                continue
            adoption.problems[url] = found.problem(stored)
            adoption.read[url] = self._with_metadata(project, stored)
        if adoption.strays:
            self.waiting.append(adoption)
            return reports
        return reports + self.list_files(adoption)

    def _complete(self, adoption: _Adoption) -> dict[str, ImportOutcome]:
        """Complete the project's manifest in one commit; returns the outcome of each file, by url.

        Files that other projects list now are unlisted; a project without other files is deleted.
        """
        unlist = self.strays.moved[adoption.project]

        def decide(manifest: Manifest) -> Decision[dict[str, ImportOutcome]]:
            decision = complete(manifest, adoption.read)
            return replace(decision, manifest=_without(decision.manifest, unlist)) if unlist else decision

        return self.transfer.target.change(adoption.project, decide)

    def _with_metadata(self, project: str, stored: StoredFile) -> StoredFile:
        """Store the metadata file beside the wheel if there is none (PEP 658); the file without it if another is there.

        Outside the folder of ``project`` nothing is stored.
        """
        workspace, key = self.transfer.target.workspace, stored.file.info.key
        if stored.metadata is None:
            return stored
        if key.startswith(workspace.layout.folder(project)) and create_sidecar(workspace, key, stored.metadata):
            return stored
        is_there = has_bytes(workspace.store, workspace.layout.sidecar(key), stored.metadata)
        return stored if is_there else replace(stored, metadata=None)


def complete(manifest: Manifest, read: Mapping[str, StoredFile]) -> Decision[dict[str, ImportOutcome]]:
    """The completed manifest, and the outcome of each file, by url: a function of values.

    Unlisted files are added, unless their names are listed by another url, or were removed.

    :param read: the files that were read, by the url by which each is listed, or is to be.
    """
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


def _is_unknown(found: Found) -> bool:
    return bool(found.url) or not (found.committed and is_complete_for_import(found.project, found.file))
