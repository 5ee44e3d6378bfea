"""Select the files of a project that an operation concerns, and name the nearest if there are none."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from ..errors import Error, NoSuchProject, NotListed
from ..index.model import File
from ..index.urls import filename_of
from ..naming import parse_version, version_of
from ..repository.inventory import Folder
from ..repository.manifest import Manifest
from ..repository.repository import Repository
from ..text import quoted, suggestion

_NAMED = 5
"""How many of the latest versions a message names."""


@dataclass(frozen=True, slots=True)
class FileSelector:
    """The files of ``version``, or those called ``filenames``; with neither, all of the project."""

    version: str | None = None
    filenames: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether all of the project is selected."""
        return self.version is None and not self.filenames

    def listed(self, manifest: Manifest, known: Iterable[str] = ()) -> tuple[File, ...]:
        """The selected files that the manifest lists.

        Raises `NotListed`, which names the nearest, unless every selected version or filename is listed, or among the
        ``known`` filenames.
        """
        project, found = manifest.project, set(known)
        if self.version is not None:
            files = project.files_of(self.version)
            if not files and not found:
                raise NotListed(f"{project.name} has no version {quoted(self.version)}{self._near(manifest)}")
            return files
        names = [file.filename for file in project.files]
        for name in self.filenames:
            if name not in names and name not in found:
                raise NotListed(f"{project.name} lists no file {quoted(name)}{suggestion(name, names)}")
        return tuple(file for file in project.files if self.whole or file.filename in self.filenames)

    def removed(self, manifest: Manifest) -> frozenset[str]:
        """The urls in ``removed`` whose filenames are selected."""
        return frozenset(url for url in manifest.removed if self._names(manifest.project.name, filename_of(url)))

    def _names(self, project: str, filename: str) -> bool:
        if self.version is None:
            return self.whole or filename in self.filenames
        text = version_of(project, filename)
        return text is not None and parse_version(text) == parse_version(self.version)

    def _near(self, manifest: Manifest) -> str:
        versions = manifest.project.versions
        latest = ", ".join(versions[: -_NAMED - 1 : -1])
        more = ", …" if len(versions) > _NAMED else ""
        hint = suggestion(self.version or "", versions)
        return f"{hint}; it has {latest}{more}" if versions else "; it lists no files"


def existing(manifest: Manifest | None, project: str) -> Manifest:
    """The manifest of a project; raises `NoSuchProject` for a project that was never made, or was deleted."""
    if manifest is None or not (manifest.project.files or (manifest.commit and not manifest.deleted)):
        raise NoSuchProject(f"there is no project {quoted(project)}")
    return manifest


@contextlib.contextmanager
def naming_nearest(repository: Repository, project: str) -> Iterator[None]:
    """Let a `NoSuchProject` that is raised in the context name the repository and the nearest project."""
    try:
        yield
    except NoSuchProject as error:
        repository.require()  # no repository at all says more
        names: tuple[str, ...] = ()
        with contextlib.suppress(Error):
            names = repository.projects()
        raise NoSuchProject(f"{repository.url}: {error}{suggestion(project, names)}") from error


def existing_manifest(repository: Repository, project: str) -> Manifest:
    """The manifest of ``project`` (normalized), as `existing`; its error names the nearest project."""
    with naming_nearest(repository, project):
        return existing(repository.manifest(project), project)


def project_folders(repository: Repository, projects: Collection[str]) -> Iterator[Folder]:
    """The folders of the ``projects`` (normalized), or of all projects if none is named.

    Raises `NoSuchProject` for a project without any object, and `OtherRepository` if its folder is another repository.
    """
    if not projects:
        yield from (folder for folder in repository.workspace.list_folders() if folder.is_project)
    for name in projects:
        folder = repository.workspace.list_folder(name)
        if not folder.objects:
            with naming_nearest(repository, name):
                existing(None, name)
        yield folder
