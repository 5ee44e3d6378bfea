"""Delete a version, files, or a whole project: unlist them in one commit, then remove their objects."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from ..index.model import File
from ..index.urls import filename_of
from ..naming import version_of
from ..repository.change import Decision
from ..repository.layout import Layout, deletable_key
from ..repository.manifest import Manifest
from ..repository.repository import Repository
from .file_selector import FileSelector, existing, naming_nearest


@dataclass(frozen=True, slots=True)
class DeletedFile:
    """A file that is no longer listed.

    :param version: None if the filename states none.
    :param size: in bytes; None if it was never known.
    :param url: ``s3://bucket/key`` or ``file:///…``; of files outside the repository, as they were listed.
    :param kept: why its object is not deleted; None if it is.
    """

    filename: str
    version: str | None
    size: int | None
    url: str
    kept: str | None = None


@dataclass(frozen=True, slots=True)
class DeleteReport:
    """What one call deleted.

    :param version: as the user spelled it; None for single files and whole projects.
    :param whole: whether the project itself is deleted: it has no pages, and is not on the list of projects.
    :param files: the files that were listed; empty if they were deleted before.
    :param remaining: how many files the project still lists.
    :param dry_run: whether nothing was written, and this is what would have been deleted.
    """

    target: str
    project: str
    version: str | None
    whole: bool
    files: tuple[DeletedFile, ...]
    remaining: int
    dry_run: bool = False


def delete(
    repository: Repository, project: str, selector: FileSelector, confirm: Callable[[DeleteReport], None] | None = None
) -> DeleteReport:
    """Delete the files of ``project`` (normalized) that ``selector`` selects; complete an earlier deletion of them.

    :param confirm: called with the report of a dry run before anything is deleted; an error that it raises ends the
        deletion. Only what the report shows is deleted.

    Raises `NotListed` for a project, version or file that never existed, and `StoreError`.
    """
    deletion = _Deletion(repository, project, selector)
    if confirm and not repository.dry_run:
        confirm(deletion.run(dry_run=True))
        deletion.others = repository.others(thorough=False)  # the question may have been open for long
    return deletion.run(dry_run=repository.dry_run)


def select(manifest: Manifest, project: str, selector: FileSelector) -> tuple[File, ...]:
    """The listed files to delete; none if all that is selected was deleted before.

    Raises `NotListed` for a project, version or file that never existed.
    """
    before = selector.removed(manifest)
    if not (before or manifest.deleted):
        existing(manifest, project)
    return selector.listed(manifest, map(filename_of, before))


def unlisted(manifest: Manifest, files: Collection[File], *, whole: bool) -> Manifest:
    """``manifest`` without those of ``files`` that it still lists under the same urls.

    :param whole: mark the project as deleted if no file is left.
    """
    urls = {file.filename: file.url for file in files}
    still = [file for file in manifest.project.files if urls.get(file.filename) == file.url]
    project = manifest.project.without_files({file.filename for file in still})
    deleted = (whole or manifest.deleted) and not project.files
    return replace(
        manifest,
        project=project.with_status(None) if deleted else project,
        removed=manifest.removed | {file.url for file in still},
        deleted=deleted,
    )


def urls_to_sweep(manifest: Manifest, filenames: Collection[str], layout: Layout) -> frozenset[str]:
    """The urls in ``removed`` of those filenames whose objects are the project's own."""
    return frozenset(
        url
        for url in manifest.removed
        if filename_of(url) in filenames and deletable_key(layout, manifest.project.name, url) is not None
    )


class _Deletion:
    """Deletes the files that were listed when the manifest was first read.

    A file of the same name that is listed later, under another url, is somebody's newer publication.
    """

    def __init__(self, repository: Repository, project: str, selector: FileSelector) -> None:
        self.others = repository.others(thorough=False)
        self._repository = repository
        self._workspace = repository.workspace
        self._project = project
        self._selector = selector
        self._files: tuple[File, ...] | None = None

    def run(self, *, dry_run: bool) -> DeleteReport:
        """Delete, or report what would be deleted."""
        with naming_nearest(self._repository, self._project):
            new = self._repository.change(self._project, self.decide, others=self.others, dry_run=dry_run)
        return DeleteReport(
            target=self._repository.url,
            project=self._project,
            version=self._selector.version,
            whole=new.deleted,
            files=tuple(map(self._report, self._files or ())),
            remaining=len(new.project.files),
            dry_run=dry_run,
        )

    def decide(self, manifest: Manifest) -> Decision[Manifest]:
        """Unlist the files; delete their objects, and those of files that were unlisted before."""
        if self._files is None:
            self._files = select(manifest, self._project, self._selector)
        new = unlisted(manifest, self._files, whole=self._selector.whole)
        names = {file.filename for file in self._files}
        sweep = urls_to_sweep(
            new, names.union(map(filename_of, self._selector.removed(manifest))), self._workspace.layout
        )
        return Decision(new, new, sweep, names=tuple(sorted(names)) or (self._project,))

    def _report(self, file: File) -> DeletedFile:
        version = version_of(self._project, file.filename)
        url = self._workspace.location(self._project, file.url)
        return DeletedFile(file.filename, version, file.size, url, self._reason_to_keep(file.url))

    def _reason_to_keep(self, url: str) -> str | None:
        """Why the object of ``url`` is not deleted; None if it is."""
        layout, project = self._workspace.layout, self._project
        key = layout.object_key(project, url)
        if key is None:
            return "it lies outside the repository"
        if deletable_key(layout, project, url):
            if other := self.others.lister(project, key):
                return f"{other} lists it, too"
            return "another project may list it" if self.others.unread(project) else None
        folder = key.removeprefix(layout.top).rpartition("/")[0]
        if folder.partition("/")[0] in ("", project):
            return "it is no file of the project"
        return f"it lies in another project's folder, {folder}"
