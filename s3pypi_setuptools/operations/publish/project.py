"""Publish one project: place its distributions, decide what becomes of each, commit them together."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime

from ...config.settings import IfExists
from ...distribution.local_file import PART_SIZE
from ...errors import Error, FileConflict, NotAllowed
from ...index.model import File, Project, Status
from ...index.urls import canonical_url, file_url, filename_of
from ...monitor import Progress, Stage
from ...repository.change import Decision
from ...repository.documents import OtherRepository
from ...repository.inventory import FirstListing
from ...repository.layout import deletable_key
from ...repository.manifest import Manifest
from ...repository.repository import Repository
from ...repository.root_entry import RootEntry
from ...repository.snapshot import Reading
from ...repository.stored_file import Publishable, StoredFile
from ...repository.upload import Part, Upload
from ...text import without_credentials
from .comparison import Comparison
from .decision import Choice, held_back
from .report import FileReport, Note, Outcome

__all__ = ["Publication"]

log = logging.getLogger(__name__)


class Publication:
    """The distributions of one project, on their way.

    :param index_url: as installers are given it; None when it is not known.
    """

    def __init__(
        self,
        repository: Repository,
        project: str,
        distributions: tuple[Publishable, ...],
        *,
        if_exists: IfExists,
        index_url: str | None,
        progress: Progress,
    ) -> None:
        self._repository = repository
        self._project = project
        self._distributions = distributions
        self._if_exists = if_exists
        self._index_url = index_url
        self._progress = progress
        self._workspace = repository.workspace
        self._now = repository.workspace.clock.now()
        self._reading: Reading | None = None
        self._early = False
        self._uploads = {one.filename: self._upload(one) for one in distributions}
        self._comparison = Comparison(repository.workspace, project, self._uploads)
        self._workspace.on_stage(Stage.PENDING, project, self._uploads)

    def read(self, listing: FirstListing | None) -> None:
        """Start to read the manifest and the pages; what ``listing`` tells need not be read."""
        self._reading = self._repository.reading(self._project, listing)

    def store_small_files(self) -> None:
        """Start to store the files that need not wait for the manifest."""
        self._early = True
        for one in self._distributions:
            if one.file.size <= PART_SIZE:
                self._uploads[one.filename].begin()
        self._early = False

    @property
    def project(self) -> str:
        """The project's normalized name."""
        return self._project

    def is_new(self) -> bool:
        """Whether the project had no manifest, or was deleted, when it was read; waits for `read`."""
        if self._reading is None:
            return False
        try:
            manifest, _ = self._reading.manifest.result()
        except Error:
            return False  # `publish` reports it
        return manifest is None or manifest.deleted

    def read_folder(self) -> None:
        """Start to list the folder of a new project."""
        if self._reading and not self._reading.folder and self._reading.manifest.result()[0] is None:
            self._reading = replace(self._reading, folder=self._repository.reading_folder(self._project))

    def may_have_folder(self) -> bool:
        """Whether the folder is no other repository; waits for `read_folder`."""
        folder = self._reading.folder if self._reading else None
        return folder is None or folder.exception() is None  # `publish` reports it

    def publish(self, entry: RootEntry | None = None) -> tuple[FileReport, ...]:
        """Commit, and report each file.

        :param entry: how a new project enters the root; None: by itself.
        """
        if self._workspace.locks.exclusive:
            for place in self._uploads.values():  # files that need no lock: others need not wait for them
                place.settle_down()
        try:
            return self._repository.change(self._project, self._decide, reading=self._reading, entry=entry)
        except _Refused as refused:
            return refused.reports
        except OtherRepository as error:
            if self._repository.config.conditional_writes:  # else a creation may have written over the other's object
                for place in self._uploads.values():
                    place.take_back()
            return self.failed(error)
        except Error as error:
            return self.failed(error)

    def preview(self) -> tuple[FileReport, ...]:
        """What `publish` would report."""
        try:
            return self._repository.change(
                self._project,
                lambda manifest: _decision(manifest, tuple(map(self._told, self._choices(manifest)))),
                dry_run=True,
            )
        except Error as error:
            return self.failed(error)

    def failed(self, error: Error) -> tuple[FileReport, ...]:
        """The report of every file when ``error`` ended the work."""
        return tuple(self._told(Choice(one, Outcome.FAILED, None, error)) for one in self._distributions)

    def _decide(self, manifest: Manifest) -> Decision[tuple[FileReport, ...]]:
        choices = self._choices(manifest)
        for choice in choices:
            if choice.missing and choice.listed:
                self._uploads[choice.distribution.filename].restore(choice.listed.url, choice.missing)
        if any(choice.error for choice in choices):
            return _decision(manifest, tuple(self._told(held_back(choice)) for choice in choices))
        new, removed, names = manifest, set(manifest.removed), set()
        for choice in choices:
            names.add(choice.distribution.filename)
            if choice.outcome is Outcome.REPLACED and choice.listed and self._is_own(choice.listed):
                removed.add(choice.listed.url)
        files = self._files([choice for choice in choices if choice.lists], frozenset(removed))
        files += self._attested(choices)
        if files:
            new = replace(manifest.with_files(files), removed=frozenset(removed), deleted=False)
        for place in self._uploads.values():
            place.settle_down()
        sweep = frozenset(url for name in names for url in new.removed_urls(name))
        urls = {file.filename: file.url for file in new.project.files}
        told = tuple(choice.distribution.filename for choice in choices if choice.outcome is not Outcome.SKIPPED)
        # Somebody else may be about to list another file in place of one that was gone.
        renews = any(Part.FILE in choice.missing for choice in choices)
        return Decision(new, tuple(self._told(choice, urls) for choice in choices), sweep, names=told, renews=renews)

    def _choices(self, manifest: Manifest) -> list[Choice]:
        _refuse_status(manifest.project)
        return self._comparison.choices(manifest, self._distributions, self._if_exists, self._now)

    def _is_own(self, listed: File) -> bool:
        return deletable_key(self._workspace.layout, self._project, listed.url) is not None

    def _files(self, choices: list[Choice], removed: frozenset[str]) -> list[File]:
        """The entries to list, whose objects are stored."""
        gone = {filename_of(url) for url in removed}
        places = [self._uploads[choice.distribution.filename] for choice in choices]
        for place in places:
            if place.distribution.filename not in gone:
                place.begin()
        urls = [place.url(removed, place.distribution.filename in gone) for place in places]
        return [
            replace(_entry(choice, url, self._provenance(choice.distribution, url), self._now), etag=place.token(url))
            for choice, place, url in zip(choices, places, urls, strict=True)
        ]

    def _attested(self, choices: list[Choice]) -> list[File]:
        """The entries that change because an attestation came after its file was listed."""
        return [
            replace(choice.listed, provenance=provenance)
            for choice in choices
            if choice.stays and choice.listed and choice.listed.provenance is None
            if (provenance := self._provenance(choice.distribution, choice.listed.url))
            and self._uploads[choice.distribution.filename].attach(choice.listed.url)
        ]

    def _provenance(self, one: Publishable, url: str) -> str | None:
        """Where the provenance of the file of ``url`` is listed, which must be a whole URL (PEP 740)."""
        if one.provenance is None:
            return None
        public = _public_url(self._repository, self._index_url)
        if public is None:
            log.warning(
                "%s: its attestation is stored, but not listed: that takes the URL where installers reach the "
                "repository; set public-url, and publish the same files again",
                one.filename,
            )
            return None
        return (
            canonical_url(self._workspace.layout.provenance(f"{public}{self._project}/{url}"))
            if "../" not in url
            else None
        )

    def _upload(self, one: Publishable) -> Upload:
        progress = self._progress
        return Upload(
            self._workspace,
            one,
            self._is_conditional,
            lambda: progress.sending(one.filename, one.file.size),
            lambda count: progress.sent(one.filename, count),
        )

    def _is_conditional(self, in_parts: bool) -> bool:
        if self._workspace.store.conditional_writes is True:
            return True
        if in_parts:
            return self._repository.conditional_multipart()
        # What goes to plain keys before the record is known overwrites nothing that is listed, where the record then
        # says no: files that are listed there lie at keys of their own.
        return self._early or self._repository.config.conditional_writes

    def _told(self, choice: Choice, urls: dict[str, str] | None = None) -> FileReport:
        one, workspace = choice.distribution, self._workspace
        url = (urls or {}).get(one.filename)
        if url is None and choice.error is None:
            url = choice.listed.url if choice.listed else file_url(one.filename)
        key = workspace.layout.object_key(self._project, url) if url else None
        stays = choice.listed if choice.note is Note.REBUILT else None
        return FileReport(
            project=self._project,
            version=one.version,
            filename=one.filename,
            size=(stays and stays.size) or one.file.size,
            sha256=(stays and stays.sha256) or one.file.sha256,
            outcome=choice.outcome,
            url=workspace.store.url_of(key) if key else url and without_credentials(url),
            error=choice.error,
            note=choice.note,
        )


class _Refused(FileConflict):
    """Some files conflict, so that none of the project's was listed."""

    def __init__(self, reports: tuple[FileReport, ...]) -> None:
        super().__init__("; ".join(str(file.error) for file in reports if file.error))
        self.reports = reports


def _public_url(repository: Repository, index_url: str | None) -> str | None:
    """Where installers reach the repository over HTTP, with ``/`` at its end."""
    if index_url and index_url.startswith(("https://", "http://")):
        return index_url
    public = repository.config.public_url
    return f"{public}/" if public else None


def _refuse_status(project: Project) -> None:
    if project.status and project.status.status in (Status.ARCHIVED, Status.QUARANTINED):
        raise NotAllowed(
            f"{project.name} is {project.status.status.value} and takes no uploads (PEP 792): "
            "set its status to active first"
        )


def _decision(manifest: Manifest, reports: tuple[FileReport, ...]) -> Decision[tuple[FileReport, ...]]:
    failed = any(file.error for file in reports)
    return Decision(manifest, reports, refusal=_Refused(reports) if failed else None)


def _entry(choice: Choice, url: str, provenance: str | None, now: datetime) -> File:
    distribution, listed = choice.distribution, choice.listed
    told = distribution.entry if isinstance(distribution, StoredFile) else File(distribution.filename, url)
    if choice.moved and listed:
        told = listed
    entry = replace(
        told,
        url=url,
        upload_time=told.upload_time or now,
        requires_python=distribution.requires_python,
        core_metadata=None,
        provenance=provenance,
    )
    return entry.with_facts(distribution.file.sha256, distribution.file.size, distribution.metadata)
