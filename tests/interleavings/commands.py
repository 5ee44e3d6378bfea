"""The commands that run at once, each with what it may do to a manifest and which states explain how it ended."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from s3pypi_setuptools.config.choices import IfExists
from s3pypi_setuptools.distribution import Distribution
from s3pypi_setuptools.errors import RepositoryError
from s3pypi_setuptools.index.model import File, Project, Status
from s3pypi_setuptools.operations.delete import delete
from s3pypi_setuptools.operations.file_selector import FileSelector
from s3pypi_setuptools.operations.prune import prune
from s3pypi_setuptools.operations.publish.publish import publish
from s3pypi_setuptools.operations.reindex.reindex import reindex
from s3pypi_setuptools.operations.status import set_status
from s3pypi_setuptools.operations.yank import unyank, yank
from s3pypi_setuptools.repository.manifest import Manifest
from s3pypi_setuptools.repository.repository import Repository
from tests.support import samples

Found = Manifest | None
CLOSED = (Status.ARCHIVED, Status.QUARANTINED)


class Files:
    """The distributions that are published, made once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[tuple[str, str, str], Distribution] = {}

    def __call__(self, project: str, version: str, salt: str = "") -> Distribution:
        key = (project, version, salt)
        if key not in self._made:
            path = samples.wheel(self._folder / (salt or "plain"), project, version, salt=salt)
            self._made[key] = samples.read(path)
        return self._made[key]


def filename(project: str, version: str) -> str:
    return f"{project}-{version}-py3-none-any.whl"


def entries(manifest: Found) -> dict[str, File]:
    return {file.filename: file for file in manifest.project.files} if manifest else {}


class Command(ABC):
    """One command line.

    ``projects`` are those that it names; empty for those that look at all.
    """

    projects: tuple[str, ...] = ()
    makes_repository = False
    looks_at_root = False
    """Whether it takes projects off the root that have no manifest."""

    @abstractmethod
    def run(self, repository: Repository, files: Files) -> None:
        """Do it; raises `Error`."""

    @abstractmethod
    def may(self, before: Manifest, after: Manifest) -> bool:
        """Whether that is a change which it was asked for."""

    @abstractmethod
    def explains(self, project: str, found: Found, *, refused: bool) -> bool:
        """Whether a project in that state is what the command was to bring about, or lets it be ``refused``."""

    def succeeds(self, project: str, states: Sequence[Found]) -> bool:
        """Whether the states that a project went through meanwhile let the command end well."""
        return any(self.explains(project, found, refused=False) for found in states)


@dataclass(frozen=True)
class OfProject(Command):
    """A command that names a project."""

    project: str = "demo"

    @property
    def projects(self) -> tuple[str, ...]:  # type: ignore[override]
        return (self.project,)


@dataclass(frozen=True)
class Publish(OfProject):
    version: str = "1.0"
    salt: str = ""
    if_exists: IfExists = IfExists.SAME
    also: tuple[str, ...] = ()
    makes_repository = True

    @property
    def projects(self) -> tuple[str, ...]:  # type: ignore[override]
        return (self.project, *self.also)

    @property
    def filename(self) -> str:
        return filename(self.project, self.version)

    def distribution(self, files: Files, project: str) -> Distribution:
        return files(project, self.version, self.salt)

    def run(self, repository: Repository, files: Files) -> None:
        report = publish(
            repository,
            [self.distribution(files, project) for project in self.projects],
            if_exists=self.if_exists,
            cautious=not repository.workspace.store.keeps_metadata,
        )
        if not report.ok:
            raise RepositoryError("; ".join(str(file.error) for file in report.files if file.error))

    def sha256(self, files: Files, project: str) -> str:
        return self.distribution(files, project).file.sha256

    def may(self, before: Manifest, after: Manifest) -> bool:
        name = filename(after.project.name, self.version)
        old, new = before.file(name), after.file(name)
        # What is listed is committed again by whoever stored a file that it had not found: it may have been gone.
        if new is None or (old not in (None, new) and self.if_exists is not IfExists.REPLACE):
            return False
        return _same(before, after, lambda project: project.without_files({name}))

    def explains(self, project: str, found: Found, *, refused: bool) -> bool:
        listed = entries(found).get(filename(project, self.version))
        if not refused:
            return listed is not None
        closed = found is not None and found.project.status is not None and found.project.status.status in CLOSED
        return closed or (listed is not None and self.if_exists is not IfExists.REPLACE)


@dataclass(frozen=True)
class Delete(OfProject):
    version: str | None = None

    def run(self, repository: Repository, files: Files) -> None:
        delete(repository, self.project, FileSelector(self.version))

    def _matches(self, name: str) -> bool:
        return self.version is None or name == filename(self.project, self.version)

    def may(self, before: Manifest, after: Manifest) -> bool:
        gone = {name for name in entries(before) if name not in entries(after)}
        if not all(map(self._matches, gone)) or (after.deleted and after.project.files):
            return False
        if after.deleted:
            after = replace(after, project=after.project.with_status(None))
            before = replace(before, project=before.project.with_status(None))
        return _same(before, after, lambda project: project.without_files(gone))

    def explains(self, project: str, found: Found, *, refused: bool) -> bool:
        return not any(map(self._matches, entries(found)))

    def succeeds(self, project: str, states: Sequence[Found]) -> bool:
        # What is published anew while it works, under another key, is not what it was to delete.
        urls = [{file.url for name, file in entries(found).items() if self._matches(name)} for found in states]
        return any(not first & last for number, first in enumerate(urls) for last in urls[number:])


@dataclass(frozen=True)
class Yank(OfProject):
    version: str = "1.0"
    off: bool = False

    def run(self, repository: Repository, files: Files) -> None:
        (unyank if self.off else yank)(repository, self.project, FileSelector(self.version))

    def may(self, before: Manifest, after: Manifest) -> bool:
        return _same(before, after, lambda project: project.unyank({filename(self.project, self.version)}))

    def explains(self, project: str, found: Found, *, refused: bool) -> bool:
        listed = entries(found).get(filename(project, self.version))
        return listed is None if refused else listed is not None and (listed.yanked is None) == self.off


@dataclass(frozen=True)
class SetStatus(OfProject):
    status: Status = Status.DEPRECATED

    def run(self, repository: Repository, files: Files) -> None:
        set_status(repository, self.project, self.status)

    def may(self, before: Manifest, after: Manifest) -> bool:
        return _same(before, after, lambda project: project.with_status(None))

    def explains(self, project: str, found: Found, *, refused: bool) -> bool:
        if refused:
            return found is None or found.deleted
        marker = found.project.status if found else None
        return (marker.status if marker else Status.ACTIVE) is self.status


@dataclass(frozen=True)
class Prune(Command):
    def run(self, repository: Repository, files: Files) -> None:
        report = prune(repository, grace=timedelta(0))
        if not report.ok:
            raise RepositoryError("; ".join(str(project.error) for project in report.projects if project.error))

    def may(self, before: Manifest, after: Manifest) -> bool:
        return _same(before, after, lambda project: project)

    def explains(self, project: str, found: Found, *, refused: bool) -> bool:
        return not refused


@dataclass(frozen=True)
class Reindex(Command):
    named: tuple[str, ...] = ()
    unlist_missing: bool = False
    looks_at_root = True

    @property
    def projects(self) -> tuple[str, ...]:  # type: ignore[override]
        return self.named

    def run(self, repository: Repository, files: Files) -> None:
        report = reindex(repository, self.named, unlist_missing=self.unlist_missing)
        if not report.ok:
            raise RepositoryError(str(report.projects))

    def may(self, before: Manifest, after: Manifest) -> bool:
        new = set(entries(after)) - set(entries(before))
        if any(before.removed_urls(name) for name in new):
            return False
        return _same(before, after, lambda project: project.without_files(new))

    def explains(self, project: str, found: Found, *, refused: bool) -> bool:
        return found is None if refused else True


def _same(before: Manifest, after: Manifest, but: Callable[[Project], Project]) -> bool:
    """Whether both list the same but for what ``but`` takes away."""
    one, other = but(before.project), but(after.project)
    return (one.files, one.status) == (other.files, other.status)


ALL: Sequence[Command] = (
    Publish(),
    Publish(salt="b"),
    Publish(version="2.0"),
    Publish(version="2.0", also=("other",)),
    Publish("other"),
    Publish(if_exists=IfExists.REPLACE),
    Publish(salt="b", if_exists=IfExists.REPLACE),
    Publish(if_exists=IfExists.FAIL),
    Publish(if_exists=IfExists.SKIP),
    Delete(version="1.0"),
    Delete(),
    Delete("other"),
    Yank(),
    Yank(off=True),
    SetStatus(),
    SetStatus(status=Status.ARCHIVED),
    Prune(),
    Reindex(),
    Reindex(("demo",)),
    Reindex(unlist_missing=True),
)
