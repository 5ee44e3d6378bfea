"""Delete a version, files, or a whole project: unlist them in one commit, then remove their objects."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace

from ..index.model import File
from ..index.urls import filename_of
from ..naming import version_of
from ..repository.change import Decision
from ..repository.layout import deletable_key
from ..repository.manifest import Manifest
from ..repository.repository import Repository
from ..text import without_credentials
from .file_selector import FileSelector, existing, naming_nearest

__all__ = ["DeleteReport", "DeletedFile", "delete"]


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
    repository: Repository,
    project: str,
    selector: FileSelector,
    *,
    dry_run: bool = False,
    confirm: Callable[[DeleteReport], None] | None = None,
) -> DeleteReport:
    """Delete the files of ``project`` (normalized) that ``selector`` selects; complete an earlier deletion of them.

    :param confirm: called with the report of a dry run before anything is deleted; an error that it raises ends the
        deletion. Only what the report shows is deleted.

    Raises `NotListed` for a project, version or file that never existed, and `StoreError`.
    """
    deletion = _Deletion(repository, project, selector)
    if dry_run or confirm:
        report = replace(deletion.run(dry_run=True), dry_run=True)
        if dry_run:
            return report
        if confirm:
            confirm(report)
            deletion.forget_other_projects()  # the question may have been open for long
    return deletion.run()


def select(manifest: Manifest, project: str, selector: FileSelector) -> tuple[File, ...]:
    """The listed files to delete; none if all that is selected was deleted before.

    Raises `NotListed` for a project, version or file that never existed.
    """
    before = selector.removed(manifest)
    if not (before or manifest.deleted):
        existing(manifest, project)
    if not selector.whole:
        selector.check(manifest, {filename_of(url) for url in before})
    return selector.listed(manifest)


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


@dataclass(frozen=True, slots=True)
class _Selected:
    """The files to delete.

    :param files: those that were listed when the manifest was first read.
    :param kept: why objects are not deleted, by url.
    """

    files: tuple[File, ...]
    kept: Mapping[str, str]


class _Deletion:
    """An `Operation` that deletes the files which were listed when the manifest was first read.

    A file of the same name that is listed later, under another url, is somebody's newer publication.
    """

    def __init__(self, repository: Repository, project: str, selector: FileSelector) -> None:
        self._repository = repository
        self._store = repository.workspace.store
        self._layout = repository.workspace.layout
        self._project = project
        self._selector = selector
        self._others = repository.others(thorough=False)
        self._files: tuple[File, ...] | None = None

    def run(self, *, dry_run: bool = False) -> DeleteReport:
        """Delete, or report what would be deleted."""

        def change() -> DeleteReport:
            return self._repository.change(self._project, self, others=self._others, dry_run=dry_run)

        return naming_nearest(self._repository, self._project, change)

    def forget_other_projects(self) -> None:
        """Read again what other projects list when it is next needed."""
        self._others = self._repository.others(thorough=False)

    def inspect(self, manifest: Manifest) -> _Selected:
        """Select the files, the first time, and find out which objects have to be kept."""
        if self._files is None:
            self._files = select(manifest, self._project, self._selector)
        reasons = {file.url: self._reason_to_keep(file.url) for file in self._files}
        return _Selected(self._files, {url: reason for url, reason in reasons.items() if reason})

    def choose(self, _manifest: Manifest, selected: _Selected) -> _Selected:
        """Delete what was selected."""
        return selected

    def store(self, selected: _Selected) -> None:
        """Nothing has to be stored."""

    def apply(self, manifest: Manifest, selected: _Selected, _stored: None) -> Decision[DeleteReport]:
        """Unlist the files; delete their objects, and those of files that were unlisted before."""
        new = unlisted(manifest, selected.files, whole=self._selector.whole)
        filenames = {file.filename for file in selected.files}
        names = filenames | {filename_of(url) for url in self._selector.removed(manifest)}
        sweep = frozenset(
            url
            for url in new.removed
            if filename_of(url) in names and deletable_key(self._layout, self._project, url) is not None
        )
        report = DeleteReport(
            target=self._repository.url,
            project=self._project,
            version=self._selector.version,
            whole=new.deleted,
            files=tuple(self._report(file, selected.kept.get(file.url)) for file in selected.files),
            remaining=len(new.project.files),
        )
        return Decision(new, report, sweep, names=tuple(sorted(filenames)) or (self._project,))

    def _report(self, file: File, kept: str | None) -> DeletedFile:
        key = self._layout.object_key(self._project, file.url)
        url = self._store.url_of(key) if key else without_credentials(file.url)
        return DeletedFile(file.filename, version_of(self._project, file.filename), file.size, url, kept)

    def _reason_to_keep(self, url: str) -> str | None:
        """Why the object of ``url`` is not deleted; None if it is."""
        layout, project = self._layout, self._project
        key = layout.object_key(project, url)
        if key is None:
            return "it lies outside the repository"
        if deletable_key(layout, project, url):
            if other := self._others.lister(project, key):
                return f"{other} lists it, too"
            return "another project may list it" if self._others.unread(project) else None
        folder = key.removeprefix(layout.top).rpartition("/")[0]
        if folder.partition("/")[0] in ("", project):
            return "it is no file of the project"
        return f"it lies in another project's folder, {folder}"
