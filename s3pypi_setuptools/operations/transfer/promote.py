"""Promote a release: publish a version's files, byte for byte, from one repository into another."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...concurrency import side_by_side
from ...config.choices import IfExists
from ...errors import NotAllowed
from ...repository.repository import Repository
from ..file_selector import FileSelector, existing_manifest
from ..publish.publish import publish
from ..publish.report import FileReport
from .source import read_listed

EXAMINED_AT_ONCE = 8
"""How many files are checked at the same time; a few that have to be read fit into temporary folders."""


@dataclass(frozen=True, slots=True)
class PromoteReport:
    """The result of promoting a release.

    :param source: the URL of the repository that lists the release.
    :param target: the URL of the repository to list it in.
    :param version: the version as the user spelled it.
    :param server_side: whether the store copies the files itself, so that none is downloaded.
    :param yanked: the names of files that are yanked, in both repositories.
    :param dry_run: whether nothing was written, and outcomes are what they would have been.
    """

    source: str
    target: str
    project: str
    version: str
    server_side: bool
    files: tuple[FileReport, ...]
    yanked: tuple[str, ...] = ()
    dry_run: bool = False

    @property
    def ok(self) -> bool:
        """Whether no file failed."""
        return all(file.error is None for file in self.files)


def promote(
    source: Repository, target: Repository, project: str, version: str, *, if_exists: IfExists = IfExists.SAME
) -> PromoteReport:
    """List all files of ``version`` of ``project`` (normalized), as ``source`` lists them, in ``target``; one commit.

    Hashes, requires-python, metadata files, provenance and yanks are kept. The upload time is that of the promotion:
    PEP 700 defines it as the time of the upload to *this* index. A file that ``target`` lists already is handled as in
    publishing, by ``if_exists``.

    Raises `NotListed` if ``source`` does not list the version, `NotAllowed` if the project is quarantined there,
    `RepositoryError` if a file differs from what the index of ``source`` says, and `StoreError`. Files that ``target``
    refuses are in the report.
    """
    manifest = existing_manifest(source, project)
    files = [replace(file, upload_time=None) for file in FileSelector(version).listed(manifest)]
    if manifest.project.is_quarantined:
        raise NotAllowed(f"{project} is quarantined in {source.url} and offers no files (PEP 792)")
    stored = list(side_by_side(files, lambda file: read_listed(source, project, file), EXAMINED_AT_ONCE))
    report = publish(target, stored, if_exists=if_exists, cautious=True)
    return PromoteReport(
        source=source.url,
        target=target.url,
        project=project,
        version=version,
        server_side=target.workspace.store.copies_from(source.workspace.store),
        files=report.files,
        yanked=tuple(file.filename for file in files if file.yanked is not None),
        dry_run=report.dry_run,
    )
