"""The composition root: settings in, the verbs of `operations` out.

Doors call these functions and nothing below them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .config.settings import Settings
from .operations.publish import PublishReport
from .progress import Progress, Silent

__all__ = ["InitReport", "UploadReport", "initialize", "publish", "upload_files"]


@dataclass(frozen=True, slots=True)
class InitReport:
    """What `initialize` found or made; ``created`` False when the repository existed.

    :param notes: what the store was found to honour, one line each.
    """

    target: str
    created: bool
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """One file that `upload_files` dealt with; ``stored`` False when it was there already, with the same bytes."""

    path: Path
    url: str
    size: int
    stored: bool
    error: str | None = None


@dataclass(frozen=True, slots=True)
class UploadReport:
    """What `upload_files` did, in the order given."""

    target: str
    files: tuple[UploadedFile, ...]
    dry_run: bool = False

    @property
    def ok(self) -> bool:
        """Whether every file is stored."""
        return all(file.error is None for file in self.files)


def publish(
    settings: Settings, paths: Sequence[Path], *, dry_run: bool = False, progress: Progress = Silent()
) -> PublishReport:
    """Publish the distributions at ``paths`` to ``settings.target``.

    Raises `ConfigurationError` without a target, `InvalidDistribution` for the first bad file (nothing is written then),
    `StoreError`s that concern the repository as a whole. What concerns one project fails that project's files in the report.
    """
    raise NotImplementedError


def upload_files(
    settings: Settings, paths: Sequence[Path], *, dry_run: bool = False, progress: Progress = Silent()
) -> UploadReport:
    """Store any files under ``settings.target``, under their own names, and no index (``s3upload``).

    ``settings.if_exists`` decides about objects that exist: REPLACE overwrites; SAME compares bytes.
    """
    raise NotImplementedError


def initialize(settings: Settings) -> InitReport:
    """Make the repository's record (``repository.json``) by hand, or renew nothing where it exists."""
    raise NotImplementedError
