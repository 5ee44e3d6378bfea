"""Publish one project: store its distributions, choose the outcome of each, and commit them together."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace

from ...errors import Error, FileConflict
from ...index.urls import canonical_url, file_url
from ...monitor import Stage
from ...repository.change import Decision
from ...repository.documents import OtherRepository
from ...repository.inventory import FirstListing
from ...repository.manifest import Manifest
from ...repository.repository import Repository
from ...repository.root_entry import RootEntry
from ...repository.snapshot import Reading
from ...repository.stored_file import Publishable
from ...repository.upload import Upload
from .choice import Choice, Facts, held_back
from .comparison import Comparison
from .plan import Plan, Stored, StoredObject, Submission, changed, make_plan, refuse_status
from .report import FileReport, Note, Outcome

log = logging.getLogger(__name__)


class Publication:
    """Publishes one project's distributions in a single commit: an `Operation`.

    Its methods are in the order in which `publish` calls them, for all projects of a call: `store_small_files` and
    `read` begin wave 1; `run` commits, which calls `inspect`, `choose`, `store` and `apply`.
    """

    def __init__(self, repository: Repository, submission: Submission) -> None:
        self.project = submission.project
        """The project's normalized name."""
        self._repository = repository
        self._workspace = repository.workspace
        self._submission = submission
        self._reading: Reading | None = None
        self._uploads = {one.filename: Upload(self._workspace, one) for one in submission.distributions}
        self._comparison = Comparison(self._workspace, submission, self._uploads)
        self._workspace.on_stage(Stage.PENDING, self.project, self._uploads)

    def store_small_files(self) -> None:
        """Start to store the files that need not wait for the manifest.

        They go to their plain keys before the repository config is known. If that says that the store ignores
        conditions, files that are listed are under random keys, so none of them is overwritten.
        """
        for upload in self._uploads.values():
            if not upload.in_parts:
                upload.begin(plain=True)

    def read(self, listing: FirstListing | None) -> None:
        """Start to read the manifest and the pages, as far as ``listing`` does not tell them."""
        self._reading = self._repository.reading(self.project, listing)

    def is_new(self) -> bool:
        """Whether the project had no manifest, or was deleted, when it was read; waits for `read`."""
        if self._reading is None:
            return False
        try:
            manifest, _ = self._reading.manifest.result()
        except Error:
            return False  # `run` reports it
        return manifest is None or manifest.deleted

    def read_folder(self) -> None:
        """Start to list the folder of a new project."""
        if self._reading and not self._reading.folder and self._reading.manifest.result()[0] is None:
            folder = self._workspace.pool.submit(self._workspace.list_folder, self.project)
            self._reading = replace(self._reading, folder=folder)

    def may_have_folder(self) -> bool:
        """Whether the folder is no other repository; waits for `read_folder`."""
        folder = self._reading.folder if self._reading else None
        return folder is None or folder.exception() is None  # `run` reports it

    def run(self, entry: RootEntry | None = None) -> tuple[FileReport, ...]:
        """Commit, and report each file.

        :param entry: puts a new project on the list of projects; None: by itself.
        """
        if self._workspace.locks.exclusive:
            self._wait_for_uploads()  # files that need no lock: other publishers need not wait for them
        try:
            return self._repository.change(self.project, self, reading=self._reading, entry=entry)
        except _Refused as refused:
            return refused.reports
        except OtherRepository as error:
            # If the store ignores conditions, a creation may have overwritten an object of the other repository.
            if not self._repository.dry_run and self._repository.config.conditional_writes:
                for upload in self._uploads.values():
                    upload.take_back()
            return self.failed(error)
        except Error as error:
            return self.failed(error)

    def inspect(self, manifest: Manifest) -> Mapping[str, Facts]:
        """Compare the distributions with listed files of the same names."""
        refuse_status(manifest.project)
        return self._comparison.facts(manifest)

    def choose(self, manifest: Manifest, facts: Mapping[str, Facts]) -> Plan:
        """Choose the outcome of each distribution."""
        choices = self._submission.choose(manifest, facts).values()
        return make_plan(manifest, [choice for choice in choices if isinstance(choice, Choice)], self._workspace.layout)

    def store(self, plan: Plan) -> Stored:
        """Store the missing objects of listed files and, unless a file is refused, the files to list."""
        for choice in plan.choices:
            if choice.missing and choice.listed:
                self._uploads[choice.filename].restore(choice.listed.url, choice.missing)
        if plan.refused:
            return Stored({}, {})
        stored = Stored(self._store_objects(plan), self._attest(plan))
        self._wait_for_uploads()
        return stored

    def apply(self, manifest: Manifest, plan: Plan, stored: Stored | None) -> Decision[tuple[FileReport, ...]]:
        """List what was stored; if a file is refused, the manifest stays as it is."""
        if stored is None:
            return Decision(manifest, tuple(map(self._report, plan.choices)))
        if plan.refused:
            reports = tuple(self._report(held_back(choice)) for choice in plan.choices)
            return Decision(manifest, reports, refusal=_Refused(reports))
        new = changed(manifest, plan, stored, self._submission.time)
        urls = {file.filename: file.url for file in new.project.files}
        return Decision(
            new,
            tuple(self._report(choice, urls.get(choice.filename)) for choice in plan.choices),
            sweep=frozenset(url for choice in plan.choices for url in new.removed_urls(choice.filename)),
            names=tuple(choice.filename for choice in plan.choices if choice.outcome is not Outcome.SKIPPED),
            renews=any(choice.renews for choice in plan.choices),
        )

    def failed(self, error: Error) -> tuple[FileReport, ...]:
        """The report of every file when ``error`` ended the work."""
        return tuple(self._report(Choice(one, Outcome.FAILED, None, error)) for one in self._submission.distributions)

    def _store_objects(self, plan: Plan) -> dict[str, StoredObject]:
        """Store the distributions to list anew, by filename."""
        uploads = {choice.filename: self._uploads[choice.filename] for choice in plan.choices if choice.lists}
        plain: dict[str, bool] = {}
        for name in [name for name in uploads if name not in plan.removed_names]:
            plain[name] = self._may_be_plain(uploads[name])
            uploads[name].begin(plain=plain[name])
        urls = {name: upload.url(plan.removed, plain=plain.get(name, False)) for name, upload in uploads.items()}
        return {
            name: StoredObject(urls[name], upload.token(urls[name]), self._provenance(upload.distribution, urls[name]))
            for name, upload in uploads.items()
        }

    def _attest(self, plan: Plan) -> dict[str, str]:
        """Store the attestations of files that were listed without; the URL of each, by filename."""
        return {
            choice.filename: provenance
            for choice in plan.choices
            if choice.stays and choice.listed and choice.listed.provenance is None
            if (provenance := self._provenance(choice.distribution, choice.listed.url))
            and self._uploads[choice.filename].attach(choice.listed.url)
        }

    def _may_be_plain(self, upload: Upload) -> bool:
        """Whether creating the object at the plain key surely overwrites none, as the store heeds the condition."""
        if self._workspace.store.conditional_writes is True:
            return True
        if upload.in_parts:
            return self._repository.conditional_multipart()
        return self._repository.config.conditional_writes

    def _provenance(self, one: Publishable, url: str) -> str | None:
        """The URL of the attestations of the file at ``url``, which must be absolute (PEP 740); None without any."""
        if one.provenance is None:
            return None
        public = _public_url(self._repository)
        if public is None:
            log.warning(
                "%s: its attestation is stored, but not listed: that takes the URL where installers reach the "
                "repository; set public-url, and publish the same files again",
                one.filename,
            )
            return None
        if "../" in url:
            return None
        return canonical_url(self._workspace.layout.provenance(f"{public}{self.project}/{url}"))

    def _wait_for_uploads(self) -> None:
        for upload in self._uploads.values():
            upload.wait()

    def _report(self, choice: Choice, url: str | None = None) -> FileReport:
        """The report of one file.

        :param url: how it is listed now; by default as it was listed, or would be.
        """
        one = choice.distribution
        if url is None and choice.error is None:
            url = choice.listed.url if choice.listed else file_url(one.filename)
        listed = choice.listed if choice.note is Note.REBUILT else None
        return FileReport(
            project=self.project,
            version=one.version,
            filename=one.filename,
            size=(listed and listed.size) or one.file.size,
            sha256=(listed and listed.sha256) or one.file.sha256,
            outcome=choice.outcome,
            url=url and self._workspace.location(self.project, url),
            error=choice.error,
            note=choice.note,
        )


class _Refused(FileConflict):
    """Some files conflict, so that none of the project's was listed."""

    def __init__(self, reports: tuple[FileReport, ...]) -> None:
        super().__init__("; ".join(str(file.error) for file in reports if file.error))
        self.reports = reports


def _public_url(repository: Repository) -> str | None:
    """Where installers reach the repository over HTTP, with ``/`` at its end."""
    url = repository.index_url
    return url if url and url.startswith(("https://", "http://")) else repository.config.index_url
