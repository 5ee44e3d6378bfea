"""List the projects of a repository, and the files of one."""

from __future__ import annotations

import fnmatch
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..concurrency import side_by_side
from ..errors import Error, NotListed
from ..index.model import File, Project, ProjectStatus, Status
from ..naming import parse_version, version_of
from ..repository.documents import OtherRepository
from ..repository.repository import Repository
from ..text import quoted, suggestion
from .file_selector import FileSelector, existing_manifest

PROJECTS = 32
"""How many projects are read at the same time."""


@dataclass(frozen=True, slots=True)
class ProjectSummary:
    """One project of a list. Everything except the name is None if only names were asked for, or if it failed.

    :param latest: the version that an installer would choose: the highest version that is not yanked, and no
        pre-release if there are final releases; None if there is none.
    :param files: the number of listed files.
    :param size: of all files, in bytes.
    :param uploaded: when the newest file was uploaded, in UTC.
    :param error: why the project cannot be read; None otherwise.
    :param yanked: how many of the files are yanked.
    """

    name: str
    latest: str | None = None
    files: int | None = None
    size: int | None = None
    uploaded: datetime | None = None
    status: Status | None = None
    error: Error | None = None
    yanked: int | None = None


@dataclass(frozen=True, slots=True)
class ListReport(Sequence[ProjectSummary]):
    """The projects of a repository, sorted by name; it is a sequence of them."""

    target: str
    projects: tuple[ProjectSummary, ...]

    @property
    def ok(self) -> bool:
        """Whether every project could be read."""
        return all(project.error is None for project in self.projects)

    def __len__(self) -> int:
        return len(self.projects)

    def __getitem__(self, index: Any) -> Any:
        return self.projects[index]


@dataclass(frozen=True, slots=True)
class FileDetails:
    """A file as the repository lists it.

    :param version: None if the filename states none.
    :param size: in bytes; None only for adopted files.
    :param uploaded: in UTC.
    :param yanked: the reason, perhaps empty; None if it is not yanked (PEP 592).
    :param hashes: (algorithm, hexadecimal digest) pairs.
    :param metadata: whether its core metadata can be fetched beside it (PEP 658).
    :param provenance: URL of its provenance (PEP 740).
    :param url: ``s3://bucket/key`` or ``file:///…``; an adopted file may have any other URL.
    """

    filename: str
    version: str | None
    size: int | None
    uploaded: datetime | None
    requires_python: str | None
    yanked: str | None
    hashes: dict[str, str]
    metadata: bool
    provenance: str | None
    url: str


@dataclass(frozen=True, slots=True)
class ProjectReport:
    """A project, and its files or those of one version.

    :param index_url: the ``--index-url`` of installers; None if it is not known.
    :param status: the project's status (PEP 792); ``active`` if none was set.
    :param versions: all versions, in order, each once.
    :param files: in the order of (version, filename).
    :param offered: whether the pages offer the files to installers: not while the project is quarantined.
    """

    target: str
    index_url: str | None
    name: str
    status: Status
    reason: str | None
    versions: tuple[str, ...]
    files: tuple[FileDetails, ...]
    offered: bool


def list_projects(repository: Repository, patterns: Sequence[str] = (), *, names_only: bool = False) -> ListReport:
    """List the projects: one request for the names, and one for each project.

    :param patterns: globs of normalized names; all projects if none is given.

    A project whose manifest cannot be read is listed with the error. A folder that the list of projects names, and that
    is another repository, is left out.

    Raises `NotListed` for a pattern that no name matches, `RepositoryError` and `StoreError`.
    """
    every = repository.projects()
    for pattern in patterns:
        if not fnmatch.filter(every, pattern):
            raise NotListed(f"{repository.url}: no project matches {quoted(pattern)}{suggestion(pattern, every)}")
    names = [name for name in every if not patterns or any(fnmatch.fnmatchcase(name, each) for each in patterns)]
    if names_only:
        return ListReport(repository.url, tuple(map(ProjectSummary, names)))

    def summary(name: str) -> ProjectSummary | None:
        try:
            manifest = repository.manifest(name)
        except OtherRepository:
            repository.workspace.name_others([repository.workspace.layout.folder(name)])
            return None
        except Error as error:
            return ProjectSummary(name, error=error)
        return _summary(manifest.project if manifest else Project(name))

    return ListReport(repository.url, tuple(filter(None, side_by_side(names, summary, PROJECTS))))


def show_project(repository: Repository, name: str, version: str | None = None) -> ProjectReport:
    """The project ``name`` (normalized) with its files, or with those of one version.

    Raises `NotListed` for a project or version that does not exist, and `StoreError`.
    """
    manifest = existing_manifest(repository, name)
    files = FileSelector(version).listed(manifest)
    project = manifest.project
    status = project.status or ProjectStatus(Status.ACTIVE)
    return ProjectReport(
        target=repository.url,
        index_url=repository.index_url,
        name=name,
        status=status.status,
        reason=status.reason,
        versions=project.versions,
        files=tuple(_details(repository, name, file) for file in files),
        offered=not project.is_quarantined,
    )


def _details(repository: Repository, project: str, file: File) -> FileDetails:
    return FileDetails(
        filename=file.filename,
        version=version_of(project, file.filename),
        size=file.size,
        uploaded=file.upload_time,
        requires_python=file.requires_python,
        yanked=file.yanked,
        hashes=dict(file.hashes),
        metadata=file.core_metadata is not None,
        provenance=file.provenance,
        url=repository.workspace.location(project, file.url),
    )


def _summary(project: Project) -> ProjectSummary:
    times = [file.upload_time for file in project.files if file.upload_time]
    return ProjectSummary(
        name=project.name,
        latest=latest_version(project),
        files=len(project.files),
        size=sum(file.size or 0 for file in project.files),
        uploaded=max(times, default=None),
        status=project.status.status if project.status else Status.ACTIVE,
        yanked=sum(file.yanked is not None for file in project.files),
    )


def latest_version(project: Project) -> str | None:
    """The version that an installer would choose: not yanked, and no pre-release if there are final releases."""
    good = Project(project.name, tuple(file for file in project.files if file.yanked is None)).versions
    parsed = [(text, parse_version(text)) for text in good]
    final = [text for text, version in parsed if version is not None and not version.is_prerelease]
    return next(reversed(final or list(good)), None)
