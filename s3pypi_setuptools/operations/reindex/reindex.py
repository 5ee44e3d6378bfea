"""Reindex: rebuild manifests, metadata files, pages and the list of projects from the objects in the store.

Yanks, upload times, removals and status, which no file tells, stay as they are. An object that a publisher stored and
did not list is not listed here either, as long as any of the project's documents is left: the publisher may still be
at work, or was refused. Such an object has `upload.SHA256` in its metadata; a folder keeps no metadata, so there a file
with a metadata file beside it counts as a publisher's.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...concurrency import side_by_side
from ...errors import Error
from ...index.urls import is_relative
from ...monitor import UNCOUNTED, ItemCounter
from ...repository.inventory import Folder
from ...repository.repository import Repository
from ..file_selector import named_folders
from ..verify.problems import Problem
from ..verify.project_check import CheckedProject, ProjectCheck
from ..verify.project_list_check import ProjectListCheck
from .project_reindex import ProjectReindex
from .recovery import Recovery
from .report import ReindexedProject, ReindexReport

__all__ = ["reindex"]


def reindex(
    repository: Repository,
    projects: Sequence[str] = (),
    *,
    deep: bool = False,
    unlist_missing: bool = False,
    dry_run: bool = False,
    counter: ItemCounter = UNCOUNTED,
) -> ReindexReport:
    """Rebuild lost, damaged and outdated documents of a repository, or of some ``projects`` (normalized).

    Of a project without problems only the manifest is read.

    :param deep: read every listed file, and correct metadata files and requires-python by it.
    :param unlist_missing: unlist files that surely do not exist.
    :param counter: counts files.

    Raises `NoSuchProject` for a project that does not exist, and `StoreError` if the listing fails. An error in one
    project is in that project's report.
    """
    work = _Reindexing(repository, deep, unlist_missing, dry_run, counter)
    folders = named_folders(repository, projects) if projects else repository.workspace.list_folders()
    present: set[str] = set()
    unknown: set[str] = set()
    reports: list[ReindexedProject] = []
    examined = files = 0
    for checked, report in side_by_side((folder for folder in folders if folder.is_project), work.run):
        examined += checked.exists or not report.is_empty
        files += checked.files
        if not report.known:
            unknown.add(report.project)
        elif checked.exists and report.exists:
            present.add(report.project)
        if not report.is_empty:
            reports.append(report)
    root = () if projects else work.correct_project_list(present, unknown)
    return ReindexReport(repository.url, examined, files, tuple(reports), root, dry_run)


class _Reindexing:
    """One run; the parameters are those of `reindex`."""

    def __init__(
        self, repository: Repository, deep: bool, unlist_missing: bool, dry_run: bool, counter: ItemCounter
    ) -> None:
        self.workspace = repository.workspace
        self.kinds = repository.config.pages
        self.recovery = Recovery(repository)
        self.others = repository.others()
        self.deep = deep
        self.unlist_missing = unlist_missing
        self.dry_run = dry_run
        self.counter = counter

    def run(self, folder: Folder) -> tuple[CheckedProject, ReindexedProject]:
        """Check one project, and rebuild it if anything is wrong."""
        others, checked = self.others, CheckedProject(folder.name, None, damaged=True)
        try:
            check = ProjectCheck(self.workspace, self.kinds, folder, others, deep=self.deep, counter=self.counter)
            checked = check.run()
            files = checked.manifest.project.files if checked.manifest else ()
            doubtful = (not file.has_facts or not is_relative(file.url) for file in files)
            if not (checked.findings or checked.unlisted or any(doubtful)):
                return checked, ReindexedProject(folder.name)
            options = {"unlist_missing": self.unlist_missing, "dry_run": self.dry_run}
            return checked, ProjectReindex(self.recovery, folder, checked, others, **options).run()
        except Error as error:
            return checked, ReindexedProject(folder.name, errors=(error,), known=False)

    def correct_project_list(self, present: set[str], unknown: set[str]) -> tuple[str, ...]:
        """Correct the list of projects; its problems, a line each.

        :param present: the projects that exist.
        :param unknown: projects of which that is not certain; they stay as they are listed.
        """
        found = ProjectListCheck(self.workspace, self.kinds, whole=True).findings(present)
        found = [finding for finding in found if finding.project not in unknown]
        if found and not self.dry_run:
            if any(finding.problem is Problem.ROOT for finding in found):
                present |= unknown  # no record tells which of them were listed
            absent = {finding.project for finding in found if finding.problem is Problem.ROOT_EXTRA and finding.project}
            self.recovery.correct_project_list(present, absent, unknown)
        return tuple(
            " ".join(filter(None, (finding.key, finding.project))) + f": {finding.problem.value}" for finding in found
        )
