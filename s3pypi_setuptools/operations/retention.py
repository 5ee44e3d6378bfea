"""Choose the releases to delete by rules of retention: functions of values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from packaging.version import Version

from ..index.model import File, Project
from ..naming import parse_version, version_of


@dataclass(frozen=True, slots=True)
class Retention:
    """The conditions under which a release is deleted; it must meet all that are given.

    :param keep_last: how many of the newest releases (by version, PEP 440) are kept, of the kinds that may be deleted.
    :param older_than: how long ago the last file of a release must have been uploaded.
    :param pre_releases: alphas, betas and release candidates may be deleted. Without this and ``dev``, any may.
    :param dev: development releases may be deleted.
    :param last_stable: the newest release that is no pre-release, and is not yanked, may be deleted, too.
    """

    keep_last: int | None = None
    older_than: timedelta | None = None
    pre_releases: bool = False
    dev: bool = False
    last_stable: bool = False

    @property
    def removes(self) -> bool:
        """Whether any condition is given; without one, no release is deleted."""
        return self.keep_last is not None or self.older_than is not None or self.pre_releases or self.dev


@dataclass(frozen=True, slots=True)
class Release:
    """The files of one version. Files whose names state no version belong to no release, and always stay."""

    version: Version
    files: tuple[File, ...]

    @property
    def uploaded(self) -> datetime | None:
        """When the last of its files was uploaded; None unless that is known of every file."""
        times = [file.upload_time for file in self.files]
        known = [time for time in times if time is not None]
        return max(known) if len(known) == len(times) else None

    @property
    def is_stable(self) -> bool:
        """Whether installers choose it by default: it is no pre-release, and not all of it is yanked."""
        return not self.version.is_prerelease and any(file.yanked is None for file in self.files)


def expired(project: Project, retention: Retention, now: datetime) -> tuple[Release, ...]:
    """The releases of ``project`` to delete, oldest version first."""
    if not retention.removes:
        return ()
    releases = list(_releases(project))
    candidates = [release for release in releases if _is_of_kind(release.version, retention)]
    if retention.keep_last:
        del candidates[-retention.keep_last :]
    if retention.older_than is not None:
        limit = now - retention.older_than
        candidates = [release for release in candidates if release.uploaded and release.uploaded < limit]
    if not retention.last_stable:
        last = _last_stable(releases)
        candidates = [release for release in candidates if release.version != last]
    return tuple(candidates)


def _releases(project: Project) -> Iterator[Release]:
    """The releases, oldest version first; ``1.0`` and ``1.0.0`` are one (PEP 440)."""
    files: dict[Version, list[File]] = {}
    for file in project.files:
        text = version_of(project.name, file.filename)
        version = parse_version(text) if text is not None else None
        if version is not None:
            files.setdefault(version, []).append(file)
    for version in sorted(files):
        yield Release(version, tuple(files[version]))


def _is_of_kind(version: Version, retention: Retention) -> bool:
    if not (retention.pre_releases or retention.dev):
        return True
    if version.is_devrelease:
        return retention.dev
    return retention.pre_releases and version.is_prerelease


def _last_stable(releases: list[Release]) -> Version | None:
    """The newest stable version; if all of them are yanked, the newest of these."""
    stable = [release.version for release in releases if release.is_stable]
    final = [release.version for release in releases if not release.version.is_prerelease]
    return (stable or final or [None])[-1]  # type: ignore[list-item]
