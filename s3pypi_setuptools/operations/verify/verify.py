"""Verify a repository: every listed file exists, every file is listed, and pages match their manifests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from typing import NamedTuple

from ...concurrency import side_by_side
from ...errors import StoreError
from ...monitor import UNCOUNTED, ItemCounter
from ...repository.inventory import Folder, list_folder
from ...repository.other_projects import OtherProjects
from ...repository.repository import Repository
from ...repository.workspace import Workspace
from ..file_selector import project_folders
from .problems import Finding, Problem
from .project_check import CheckedProject, ProjectCheck
from .project_list_check import ProjectListCheck

__all__ = ["VerifyReport", "verify"]

RECHECK_DELAYS = (1.0, 2.0)
"""Seconds before a project with problems is checked again, and a third time if its manifest is recent."""

RECENT = timedelta(minutes=1)
"""The publisher that committed a manifest this recently may still be writing its pages."""


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """The problems of a repository.

    :param deep: whether every file was read; otherwise sizes, times and noted hashes were compared.
    :param projects: the number of projects checked.
    :param files: the number of files that they list.
    :param pending: the number of objects that a publisher stored within the last hour and may be about to list.
    :param findings: by project; those of the list of projects last.
    """

    target: str
    deep: bool
    projects: int
    files: int
    pending: int
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether no problem was found."""
        return not self.findings


def verify(
    repository: Repository, projects: Sequence[str] = (), *, deep: bool = False, counter: ItemCounter = UNCOUNTED
) -> VerifyReport:
    """Compare the manifests and pages of a repository, or of some ``projects`` (normalized), with its objects.

    A project with problems is checked again, so that the work of a running publisher is not reported. A project that
    the store refuses to show is reported.

    :param deep: read every file and compare its hash, and each wheel's METADATA with its metadata file.
    :param counter: counts files.

    Raises `NoSuchProject` for a project that does not exist, and `StoreError` if the listing fails.
    """
    workspace, kinds = repository.workspace, repository.config.pages
    project_list = ProjectListCheck(workspace, kinds, whole=not projects)
    folders = project_folders(repository, projects)
    results: dict[str, _Result] = {}
    for delay in (None, *RECHECK_DELAYS):
        if delay is not None:
            workspace.backoff.sleep(delay)
        others = OtherProjects(workspace, thorough=True)

        def check(folder: Folder, others: OtherProjects = others) -> _Result:
            project = ProjectCheck(workspace, kinds, folder, others, deep=deep, counter=counter)
            return _checked(project, workspace, folder)

        results |= {result.project: result for result in side_by_side(folders, check)}
        findings = project_list.findings({result.project for result in results.values() if result.exists})
        suspects = [name for name, result in results.items() if result.recent or (result.findings and delay is None)]
        if not (suspects or findings):
            break
        folders = (list_folder(workspace.store, workspace.layout, name) for name in suspects)
    in_order = sorted(results.values(), key=lambda result: result.project)
    return VerifyReport(
        target=repository.url,
        deep=deep,
        projects=sum(result.exists or bool(result.findings) for result in in_order),
        files=sum(result.files for result in in_order),
        pending=sum(result.pending for result in in_order),
        findings=(*chain.from_iterable(result.findings for result in in_order), *findings),
    )


class _Result(NamedTuple):
    """The result of a `ProjectCheck`, without the manifest, so that those of all projects fit into memory.

    :param recent: whether there are findings, and a publisher that has just committed may still write pages.
    """

    project: str
    exists: bool
    files: int
    pending: int
    findings: tuple[Finding, ...]
    recent: bool


def _checked(check: ProjectCheck, workspace: Workspace, folder: Folder) -> _Result:
    """Check one project; a `StoreError` becomes a finding."""
    try:
        found = check.run()
    except StoreError as error:
        finding = Finding(Problem.FAILED, folder.name, error.key, error.message)
        found = CheckedProject(folder.name, None, damaged=True, findings=(finding,))
    manifest = folder.objects.get(workspace.layout.manifest(folder.name))
    recent = manifest is not None and workspace.clock.now() - manifest.modified < RECENT
    return _Result(
        folder.name, found.exists, found.files, found.pending, found.findings, recent and bool(found.findings)
    )
