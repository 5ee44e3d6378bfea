"""Reindex: rebuild manifests, metadata files, pages and root from what lies in the store.

What only a record or page knew stays: yanks, upload times, removals, status. Whatever a publisher stored and has not
listed is not listed here either, as long as anything of the project's records is left: it may be at work, or was
refused. A publisher's objects say so themselves (`placement.SHA256`); in a folder, where they cannot, a wheel is one
when its metadata file lies beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...concurrency import side_by_side
from ...errors import Error
from ...index.urls import is_relative
from ...monitor import UNWATCHED, Tally
from ...repository.inventory import Folder
from ...repository.repository import Repository
from ..file_selector import named_folders
from ..verify.problems import Problem
from ..verify.project_check import Examination, examine
from ..verify.project_list_check import RootExamination
from .rebuild import Rebuilding, ReindexedProject
from .recovery import Recovery

__all__ = ["ReindexReport", "ReindexedProject", "reindex"]


@dataclass(frozen=True, slots=True)
class ReindexReport:
    """What one call put right.

    :param examined: how many projects were looked at.
    :param projects: those of which there is something to say.
    :param root: what was wrong with the list of projects, a line each.
    :param dry_run: nothing was written; this is what would have been.
    """

    target: str
    examined: int
    files: int
    projects: tuple[ReindexedProject, ...]
    root: tuple[str, ...] = ()
    dry_run: bool = False

    @property
    def ok(self) -> bool:
        """Whether all that was wrong is put right."""
        return not any(project.errors or project.missing for project in self.projects)


def reindex(
    repository: Repository,
    projects: Sequence[str] = (),
    *,
    deep: bool = False,
    unlist_missing: bool = False,
    dry_run: bool = False,
    tally: Tally = UNWATCHED,
) -> ReindexReport:
    """Rebuild what is lost, damaged or out of date, of a repository or of some ``projects`` (normalized).

    Projects in which the listing shows nothing wrong cost the reading of their manifests.

    :param deep: read every listed file and compare; correct metadata files and requires-python by it.
    :param unlist_missing: take listed files off the index that surely do not exist any more.
    :param tally: counts files.

    Raises `RepositoryError` for a project that does not exist, and `StoreError` where the listing fails. An error that
    concerns one project fails that project in the report.
    """
    work = _Reindexing(repository, deep, unlist_missing, dry_run, tally)
    folders = named_folders(repository, projects) if projects else repository.workspace.survey()
    present: set[str] = set()
    unknown: set[str] = set()
    reports: list[ReindexedProject] = []
    examined = files = 0
    for found, report in side_by_side((folder for folder in folders if folder.is_project), work.run):
        examined += found.exists or report.said
        files += found.files
        if not report.known:
            unknown.add(report.project)
        elif found.exists and report.exists:
            present.add(report.project)
        if report.said:
            reports.append(report)
    root = [] if projects else RootExamination(work.workspace, work.kinds, whole=True).findings(present)
    root = [finding for finding in root if finding.project not in unknown]
    if root and not dry_run:
        if any(finding.problem is Problem.ROOT for finding in root):
            present |= unknown  # no record tells whether it was listed
        absent = {finding.project for finding in root if finding.problem is Problem.ROOT_EXTRA and finding.project}
        work.recovery.settle_root(present, absent, unknown)
    told = tuple(
        " ".join(filter(None, (finding.key, finding.project))) + f": {finding.problem.value}" for finding in root
    )
    return ReindexReport(repository.url, examined, files, tuple(reports), told, dry_run)


class _Reindexing:
    """One run."""

    def __init__(self, repository: Repository, deep: bool, unlist_missing: bool, dry_run: bool, tally: Tally) -> None:
        self.workspace = repository.workspace
        self.kinds = repository.record.pages
        self.recovery = Recovery(repository)
        self.others = repository.others()
        self.deep = deep
        self.unlist_missing = unlist_missing
        self.dry_run = dry_run
        self.tally = tally

    def run(self, folder: Folder) -> tuple[Examination, ReindexedProject]:
        """Reindex one project."""
        found = Examination(folder.name, None, damaged=True)
        try:
            found = examine(self.workspace, self.kinds, folder, others=self.others, deep=self.deep, tally=self.tally)
            files = found.manifest.project.files if found.manifest else ()
            doubtful = (not file.has_facts or not is_relative(file.url) for file in files)
            if not (found.findings or found.unlisted or any(doubtful)):
                return found, ReindexedProject(folder.name)
            return found, Rebuilding(
                self.workspace,
                self.recovery,
                folder,
                found,
                self.others,
                unlist_missing=self.unlist_missing,
                dry_run=self.dry_run,
            ).run()
        except Error as error:
            return found, ReindexedProject(folder.name, errors=(str(error),), known=False)
