"""Promote a release: list in one repository what another one lists already, the same bytes under the same hashes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from ...config.settings import IfExists
from ...errors import RepositoryError
from ...index.model import Status
from ...monitor import Progress
from ...repository.repository import Repository
from ..file_selector import Wanted, existing, naming_nearest
from ..publish.publish import publish
from ..publish.report import FileReport
from .source import read_listed

__all__ = ["PromoteReport", "promote"]

EXAMINED_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class PromoteReport:
    """What one call promoted.

    :param source: the repository that lists the release.
    :param target: the one that is to list it.
    :param version: as it was asked for.
    :param server_side: whether the store copies by itself, so that no file passes through here.
    :param yanked: filenames that are yanked, there as here.
    :param dry_run: nothing was written; outcomes are what would have been.
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
        """Whether every file is listed as asked."""
        return all(file.error is None for file in self.files)


def promote(
    source: Repository,
    target: Repository,
    project: str,
    version: str,
    *,
    if_exists: IfExists = IfExists.SAME,
    dry_run: bool = False,
    index_url: str | None = None,
    progress: Progress,
) -> PromoteReport:
    """List in ``target`` all files of ``version`` of ``project`` (normalized), as ``source`` lists them; one commit.

    Hashes, requires-python, metadata files, provenance and yanks go along; the upload time is that of the promotion
    (PEP 700: when the file was uploaded to *this* index). A file that ``target`` lists already is treated as publishing
    does.

    :param index_url: where installers reach ``target``.

    Raises `RepositoryError` for what ``source`` does not list or offer, and when a file there is not what its index
    says. Refusals of ``target`` are in the report.
    """
    manifest = naming_nearest(source, project, lambda: existing(source.manifest(project), project))
    wanted = Wanted(version)
    wanted.check(manifest)
    status = manifest.project.status
    if status and status.status is Status.QUARANTINED:
        raise RepositoryError(f"{project} is quarantined in {source.url} and offers no files (PEP 792)")
    files = [replace(file, upload_time=None) for file in wanted.listed(manifest)]
    with ThreadPoolExecutor(EXAMINED_AT_ONCE, "s3pypi-examine") as pool:
        stored = list(pool.map(lambda file: read_listed(source, project, file), files))
    report = publish(
        target,
        stored,
        if_exists=if_exists,
        dry_run=dry_run,
        index_url=index_url,
        cautious=True,
        progress=progress,
    )
    return PromoteReport(
        source=source.url,
        target=target.url,
        project=project,
        version=version,
        server_side=target.workspace.store.copies_from(source.workspace.store),
        files=report.files,
        yanked=tuple(file.filename for file in files if file.yanked is not None),
        dry_run=dry_run,
    )
