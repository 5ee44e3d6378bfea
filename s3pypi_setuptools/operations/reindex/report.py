"""The report of a reindex."""

from __future__ import annotations

from dataclasses import dataclass

from ...errors import Error

__all__ = ["ReindexReport", "ReindexedProject"]


@dataclass(frozen=True, slots=True)
class ReindexedProject:
    """The result for one project.

    :param listed: names of files that were found and are now listed.
    :param unlisted: names of missing files, listed or named in a damaged document, that are no longer listed.
    :param completed: names of listed files whose hash, size, requires-python or metadata file was filled in.
    :param corrected: what else was corrected, a line each: manifest, pages, metadata files.
    :param left: what was not changed and why, a line each.
    :param errors: what could not be corrected; the text says what to do.
    :param exists: whether the project exists, and not only objects in a folder of its name.
    :param known: whether ``exists`` is certain; not if an error stopped the check of the project.
    :param missing: names of missing files, listed or named in a damaged document, that were not to be unlisted.
    """

    project: str
    listed: tuple[str, ...] = ()
    unlisted: tuple[str, ...] = ()
    completed: tuple[str, ...] = ()
    corrected: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    errors: tuple[Error, ...] = ()
    exists: bool = True
    known: bool = True
    missing: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to report."""
        lines = (self.listed, self.unlisted, self.completed, self.corrected, self.left, self.errors, self.missing)
        return not any(lines)


@dataclass(frozen=True, slots=True)
class ReindexReport:
    """The result of reindexing a repository.

    :param examined: the number of projects that were checked.
    :param files: the number of files that they list.
    :param projects: those with something to report.
    :param root: problems of the list of projects, a line each.
    :param dry_run: whether this is only what would have been done.
    """

    target: str
    examined: int
    files: int
    projects: tuple[ReindexedProject, ...]
    root: tuple[str, ...] = ()
    dry_run: bool = False

    @property
    def ok(self) -> bool:
        """Whether every problem was corrected."""
        return not any(project.errors or project.missing for project in self.projects)
