"""The releases of a project, as people see them: each version with its files."""

from __future__ import annotations

from typing import NamedTuple

from ..index.model import File, Project
from ..naming import parse_version, version_of


class Release(NamedTuple):
    """A version of a project, and its files."""

    version: str
    files: tuple[File, ...]

    @property
    def is_prerelease(self) -> bool:
        """Whether it is a pre-release or a development release (PEP 440)."""
        parsed = parse_version(self.version)
        return parsed is not None and parsed.is_prerelease

    @property
    def is_yanked(self) -> bool:
        """Whether all of its files are yanked (PEP 592)."""
        return all(file.yanked is not None for file in self.files)

    @property
    def uploaded(self) -> str:
        """The day on which its first file was uploaded; empty where that is not known."""
        times = [file.upload_time for file in self.files if file.upload_time]
        return min(times).strftime("%Y-%m-%d") if times else ""


class History(NamedTuple):
    """A project with its releases, newest first; files whose names tell no version come last.

    :param newest: what installers choose: the newest that is no pre-release and not yanked, or else the newest of all;
        None where there are no files.
    """

    project: Project
    releases: tuple[Release, ...]
    newest: Release | None

    @property
    def status(self) -> str:
        """The project's status (PEP 792); empty where it has none."""
        return self.project.status.status.value if self.project.status else ""

    @classmethod
    def of(cls, project: Project) -> History:
        """The history of ``project``."""
        releases = tuple(_releases(project))
        final = (one for one in releases if one.version and not one.is_prerelease and not one.is_yanked)
        return cls(project, releases, next(final, releases[0] if releases else None))


def _releases(project: Project) -> list[Release]:
    grouped: dict[str, list[File]] = {}
    for file in reversed(project.files):
        grouped.setdefault(version_of(project.name, file.filename) or "", []).append(file)
    unversioned = grouped.pop("", None)
    found = [Release(version, tuple(reversed(entries))) for version, entries in grouped.items()]
    return [*found, Release("", tuple(unversioned))] if unversioned else found
