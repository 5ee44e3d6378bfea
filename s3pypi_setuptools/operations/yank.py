"""Mark files as ones that installers should avoid (PEP 592), and take the mark off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from ..index.model import File, clean_text
from ..naming import version_of
from ..repository.change import Decision
from ..repository.manifest import Manifest
from ..repository.repository import Repository
from .file_selector import FileSelector, existing, naming_nearest


@dataclass(frozen=True, slots=True)
class YankedFile:
    """One selected file.

    :param version: None if the filename states none.
    :param yanked: the reason, which may be empty; None if the file is not marked.
    :param changed: whether this call has changed it.
    """

    filename: str
    version: str | None
    yanked: str | None
    changed: bool


@dataclass(frozen=True, slots=True)
class YankReport:
    """The result of one call.

    :param files: in the order in which the project lists them.
    :param dry_run: whether nothing was written, and this is what would have been changed.
    """

    target: str
    project: str
    version: str | None
    files: tuple[YankedFile, ...]
    dry_run: bool = False


def yank(repository: Repository, project: str, selector: FileSelector, reason: str | None = None) -> YankReport:
    """Mark what ``selector`` selects of ``project`` (normalized) as yanked.

    :param reason: for people, on one line; None keeps the reason of a file that is marked already.

    Raises `NotListed` for a project, version or file that does not exist, and `StoreError`.
    """
    return _change(repository, project, selector, partial(yanked, reason=reason))


def unyank(repository: Repository, project: str, selector: FileSelector) -> YankReport:
    """Take the mark off what ``selector`` selects of ``project`` (normalized).

    Raises `NotListed` for a project, version or file that does not exist, and `StoreError`.
    """
    return _change(repository, project, selector, unyanked)


def yanked(file: File, reason: str | None) -> File:
    """``file``, marked as yanked; without a ``reason`` it keeps the one that it has."""
    return replace(file, yanked=clean_text(reason if reason is not None else file.yanked or ""))


def unyanked(file: File) -> File:
    """``file``, not marked as yanked."""
    return replace(file, yanked=None)


def mark_files(
    manifest: Manifest, project: str, selector: FileSelector, mark: Callable[[File], File]
) -> Decision[tuple[YankedFile, ...]]:
    """The manifest in which the selected files are marked by ``mark``.

    Raises `NotListed` for a project, version or file that does not exist.
    """
    existing(manifest, project)
    changes = [(file, mark(file)) for file in selector.listed(manifest)]
    new = replace(manifest.with_files(after for _, after in changes), deleted=False)
    reports = tuple(
        YankedFile(after.filename, version_of(project, after.filename), after.yanked, after.yanked != before.yanked)
        for before, after in changes
    )
    return Decision(new, reports, names=tuple(file.filename for file, _ in changes))


def _change(repository: Repository, project: str, selector: FileSelector, mark: Callable[[File], File]) -> YankReport:
    decide = partial(mark_files, project=project, selector=selector, mark=mark)
    with naming_nearest(repository, project):
        files = repository.change(project, decide)
    return YankReport(repository.url, project, selector.version, files, repository.dry_run)
