"""Delete a version, files, or a whole project: unlist them in one commit, then remove their objects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from ..index.model import File
from ..index.urls import filename_of
from ..naming import version_of
from ..repository.change import Decision
from ..repository.layout import deletable_key
from ..repository.manifest import Manifest
from ..repository.other_projects import OtherProjects
from ..repository.repository import Repository
from ..text import without_credentials
from .file_selector import FileSelector, existing, naming_nearest

__all__ = ["DeleteReport", "DeletedFile", "delete"]


@dataclass(frozen=True, slots=True)
class DeletedFile:
    """A file that is listed no more.

    :param version: None when the filename states none.
    :param size: in bytes; None when it was never known.
    :param url: where it lay (``s3://bucket/key``, ``file:///…``; elsewhere for files adopted from other places).
    :param kept: why its object is left where it is; None when it is removed.
    """

    filename: str
    version: str | None
    size: int | None
    url: str
    kept: str | None = None


@dataclass(frozen=True, slots=True)
class DeleteReport:
    """What one call deleted.

    :param version: as it was asked for; None for single files and whole projects.
    :param whole: the project itself is gone: it has no pages, and is on no list of projects.
    :param files: what was listed and is no more; empty when it was deleted before.
    :param remaining: how many files the project lists still.
    :param dry_run: nothing was written; this is what would have been.
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
    """Delete what ``selector`` selects of ``project`` (normalized); what was deleted before is deleted to the end.

    :param confirm: called with what would be deleted before anything is; what it raises ends the work. Nothing is
        deleted then that it was not shown.

    Raises `RepositoryError` for a project, version or file that there never was, and `StoreError`.
    """
    others = repository.others(thorough=False)
    deletion = _Deletion(repository, project, selector, others)
    if dry_run or confirm:
        report = naming_nearest(repository, project, lambda: repository.change(project, deletion.decide, dry_run=True))
        report = replace(report, dry_run=True)
        if dry_run:
            return report
    if confirm:
        confirm(report)
        deletion.others = others = repository.others(thorough=False)  # the question may have been open for long
    return naming_nearest(repository, project, lambda: repository.change(project, deletion.decide, others=others))


class _Deletion:
    """A deletion on its way; what it is to delete is settled when the manifest is first read.

    A file of the same name that is listed later, under another url, is somebody's newer publication.
    """

    def __init__(self, repository: Repository, project: str, selector: FileSelector, others: OtherProjects) -> None:
        self.others = others
        self._url = repository.url
        self._store = repository.workspace.store
        self._layout = repository.workspace.layout
        self._project = project
        self._selector = selector
        self._doomed: tuple[File, ...] | None = None

    def decide(self, manifest: Manifest) -> Decision[DeleteReport]:
        """What becomes of the manifest."""
        before = self._selector.removed(manifest)
        if self._doomed is None:
            if not (before or manifest.deleted):
                existing(manifest, self._project)
            if not self._selector.whole:
                self._selector.check(manifest, {filename_of(url) for url in before})
            self._doomed = self._selector.listed(manifest)
        urls = {file.filename: file.url for file in self._doomed}
        now = [file for file in manifest.project.files if urls.get(file.filename) == file.url]
        files = manifest.project.without_files({file.filename for file in now})
        whole = (self._selector.whole or manifest.deleted) and not files.files
        new = replace(
            manifest,
            project=files.with_status(None) if whole else files,
            removed=manifest.removed | {file.url for file in now},
            deleted=whole,
        )
        names = {*urls, *map(filename_of, before)}
        swept = frozenset(
            url
            for url in new.removed
            if filename_of(url) in names and deletable_key(self._layout, self._project, url) is not None
        )
        report = DeleteReport(
            target=self._url,
            project=self._project,
            version=self._selector.version,
            whole=whole,
            files=tuple(map(self._told, self._doomed)),
            remaining=len(files.files),
        )
        return Decision(new, report, swept, names=tuple(sorted(urls)) or (self._project,))

    def _told(self, file: File) -> DeletedFile:
        key = self._layout.object_key(self._project, file.url)
        return DeletedFile(
            filename=file.filename,
            version=version_of(self._project, file.filename),
            size=file.size,
            url=self._store.url_of(key) if key else without_credentials(file.url),
            kept=self._kept(file.url),
        )

    def _kept(self, url: str) -> str | None:
        """Why the object of ``url`` is not deleted; None when it is."""
        layout, project = self._layout, self._project
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
