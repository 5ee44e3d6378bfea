"""Reindex: rebuild manifests, metadata files, pages and the list of projects from the objects in the store.

Yanks, upload times, removals and status, which no file states, stay as they are. An object that a publisher stored and
did not list is not listed here either if one of the project's documents still exists: the publisher may still be at
work, or was refused. Such an object has `upload.SHA256` in its metadata. A folder keeps no metadata, so a file there
with a metadata file beside it is taken for a publisher's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...concurrency import side_by_side
from ...errors import Error
from ...index.urls import is_relative
from ...repository.inventory import Folder
from ...repository.repository import Repository
from ..file_selector import project_folders
from ..verify.problems import Problem
from ..verify.project_check import CheckedProject, ProjectCheck
from ..verify.project_list_check import check_project_list
from .project_reindex import ReindexedProject, reindex_project
from .recovery import Recovery


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


def reindex(
    repository: Repository, projects: Sequence[str] = (), *, deep: bool = False, unlist_missing: bool = False
) -> ReindexReport:
    """Rebuild lost, damaged and outdated documents of a repository, or of some ``projects`` (normalized).

    Of a project without problems only the manifest is read.

    :param deep: read every listed file, and correct metadata files and requires-python by it.
    :param unlist_missing: unlist files that surely do not exist.

    Raises `NoSuchProject` for a project that does not exist, and `StoreError` if the listing fails. An error in one
    project is in that project's report.
    """
    repository.require()
    recovery, others = Recovery(repository), repository.others()

    def check_and_reindex(folder: Folder) -> tuple[CheckedProject, ReindexedProject]:
        checked = CheckedProject(folder.name, None, exists=True)
        try:
            checked = ProjectCheck(repository.workspace, folder, others, deep=deep).run()
            if not _needs_reindex(checked):
                return checked, ReindexedProject(folder.name)
            return checked, reindex_project(recovery, folder, checked, others, unlist_missing=unlist_missing)
        except Error as error:
            return checked, ReindexedProject(folder.name, errors=(error,), known=False)

    present: set[str] = set()
    unknown: set[str] = set()
    reports: list[ReindexedProject] = []
    examined = files = 0
    for checked, report in side_by_side(project_folders(repository, projects), check_and_reindex):
        examined += checked.exists or not report.is_empty
        files += checked.files
        if not report.known:
            unknown.add(report.project)
        elif checked.exists and report.exists:
            present.add(report.project)
        if not report.is_empty:
            reports.append(report)
    root = () if projects else _correct_project_list(recovery, present, unknown)
    return ReindexReport(repository.url, examined, files, tuple(reports), root, repository.dry_run)


def _needs_reindex(checked: CheckedProject) -> bool:
    """Whether anything is wrong, unlisted or incomplete."""
    files = checked.manifest.project.files if checked.manifest else ()
    incomplete = any(not file.has_facts or not is_relative(file.url) for file in files)
    return bool(checked.findings or checked.unlisted) or incomplete


def _correct_project_list(recovery: Recovery, present: set[str], unknown: set[str]) -> tuple[str, ...]:
    """Correct the list of projects; its problems, a line each.

    :param present: the projects that exist.
    :param unknown: projects that may exist; they stay as they are listed.
    """
    checked = check_project_list(recovery.workspace, present, whole=True)
    found = [finding for finding in checked if finding.project not in unknown]
    if found and not recovery.dry_run:
        if any(finding.problem is Problem.ROOT for finding in found):
            present |= unknown  # the list does not tell which of them it named
        absent = {finding.project for finding in found if finding.problem is Problem.ROOT_EXTRA and finding.project}
        recovery.correct_project_list(present, absent, unknown)
    return tuple(
        " ".join(filter(None, (finding.key, finding.project))) + f": {finding.problem.value}" for finding in found
    )
