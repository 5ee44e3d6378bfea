"""Verify a repository: every listed file exists, every file is listed, and pages match their manifests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import chain

from ...concurrency import side_by_side
from ...errors import StoreError
from ...repository.inventory import Folder, list_folder
from ...repository.other_projects import OtherProjects
from ...repository.repository import Repository
from ...repository.workspace import Workspace
from ..file_selector import project_folders
from .problems import Finding, Problem
from .project_check import CheckedProject, ProjectCheck
from .project_list_check import check_project_list

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


def verify(repository: Repository, projects: Sequence[str] = (), *, deep: bool = False) -> VerifyReport:
    """Compare the manifests and pages of a repository, or of some ``projects`` (normalized), with its objects.

    A project with problems is checked again, so that the work of a running publisher is not reported. A project that
    the store refuses to show is reported.

    :param deep: read every file and compare its hash, and each wheel's METADATA with its metadata file.

    Raises `NoSuchProject` for a project that does not exist, and `StoreError` if the listing fails.
    """
    repository.require()
    workspace = repository.workspace
    folders = project_folders(repository, projects)
    results: dict[str, CheckedProject] = {}
    for delay in (None, *RECHECK_DELAYS):
        if delay is not None:
            workspace.clock.backoff.sleep(delay)
        others = OtherProjects(workspace, thorough=True)

        def check(folder: Folder, others: OtherProjects = others) -> tuple[CheckedProject, bool]:
            return _check(ProjectCheck(workspace, folder, others, deep=deep), workspace, folder)

        found = list(side_by_side(folders, check))
        results |= {project.project: project for project, _ in found}
        present = {project.project for project in results.values() if project.exists}
        findings = check_project_list(workspace, present, whole=not projects)
        suspects = [project.project for project, recent in found if project.findings and (recent or delay is None)]
        if not (suspects or findings):
            break
        folders = (list_folder(workspace.store, workspace.layout, name) for name in suspects)
    in_order = sorted(results.values(), key=lambda project: project.project)
    return VerifyReport(
        target=repository.url,
        deep=deep,
        projects=sum(project.exists or bool(project.findings) for project in in_order),
        files=sum(project.files for project in in_order),
        pending=sum(project.pending for project in in_order),
        findings=(*chain.from_iterable(project.findings for project in in_order), *findings),
    )


def _check(check: ProjectCheck, workspace: Workspace, folder: Folder) -> tuple[CheckedProject, bool]:
    """Check one project; a `StoreError` becomes a finding. Also whether its manifest is `RECENT`.

    The result lacks the manifest and the unlisted objects, so that those of all projects fit into memory.
    """
    try:
        found = replace(check.run(), manifest=None, unlisted=())
    except StoreError as error:
        finding = Finding(Problem.FAILED, folder.name, error.key, error.message)
        found = CheckedProject(folder.name, None, exists=True, findings=(finding,))
    manifest = folder.objects.get(workspace.layout.manifest(folder.name))
    return found, manifest is not None and workspace.clock.now() - manifest.modified < RECENT
