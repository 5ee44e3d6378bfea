"""Mark files as ones that installers should avoid (PEP 592), and take the mark off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from ..index.model import File, Project, clean_text
from ..naming import version_of
from ..repository.change import Decision
from ..repository.manifest import Manifest
from ..repository.repository import Repository
from .file_selector import FileSelector, existing, naming_nearest

__all__ = ["YankReport", "YankedFile", "unyank", "yank"]


@dataclass(frozen=True, slots=True)
class YankedFile:
    """One file that was to be marked, or unmarked.

    :param version: None when the filename states none.
    :param yanked: the reason, perhaps empty; None when it is not marked.
    :param changed: whether it was otherwise before.
    """

    filename: str
    version: str | None
    yanked: str | None
    changed: bool


@dataclass(frozen=True, slots=True)
class YankReport:
    """What one call marked or unmarked.

    :param files: in the order in which the project lists them.
    :param dry_run: nothing was written; this is what would have been.
    """

    target: str
    project: str
    version: str | None
    files: tuple[YankedFile, ...]
    dry_run: bool = False


def yank(
    repository: Repository, project: str, selector: FileSelector, *, reason: str | None = None, dry_run: bool = False
) -> YankReport:
    """Mark what ``selector`` selects of ``project`` (normalized) as yanked.

    :param reason: for people, on one line; None keeps the reason of a file that is marked already.

    Raises `RepositoryError` for a project, version or file that there is not, and `StoreError`.
    """

    def mark(files: Project, file: File) -> Project:
        text = reason if reason is not None else file.yanked or ""
        return files.yank({file.filename}, clean_text(text))

    return _change(repository, project, selector, mark, dry_run)


def unyank(repository: Repository, project: str, selector: FileSelector, *, dry_run: bool = False) -> YankReport:
    """Take the mark off what ``selector`` selects of ``project`` (normalized); errors as `yank`."""
    return _change(repository, project, selector, lambda files, file: files.unyank({file.filename}), dry_run)


def _change(
    repository: Repository,
    project: str,
    selector: FileSelector,
    mark: Callable[[Project, File], Project],
    dry_run: bool,
) -> YankReport:
    def decide(manifest: Manifest) -> Decision[YankReport]:
        existing(manifest, project)
        selector.check(manifest)
        files = selector.listed(manifest)
        marked = manifest.project
        for file in files:
            marked = mark(marked, file)
        told = tuple(_told(project, file, marked.file(file.filename) or file) for file in files)
        new = replace(manifest, project=marked, deleted=False)
        report = YankReport(repository.url, project, selector.version, told, dry_run)
        return Decision(new, report, names=tuple(file.filename for file in files))

    return naming_nearest(repository, project, lambda: repository.change(project, decide, dry_run=dry_run))


def _told(project: str, before: File, after: File) -> YankedFile:
    return YankedFile(after.filename, version_of(project, after.filename), after.yanked, after.yanked != before.yanked)
