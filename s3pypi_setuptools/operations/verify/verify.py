"""Verify a repository: every listed file exists, every file is listed, and pages match their manifests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from ...concurrency import side_by_side
from ...errors import StoreError
from ...monitor import UNCOUNTED, ItemCounter
from ...repository.inventory import Folder, list_folder
from ...repository.other_projects import OtherProjects
from ...repository.repository import Repository
from ..file_selector import project_folders
from .problems import Finding, Problem
from .project_check import CheckedProject, ProjectCheck
from .project_list_check import ProjectListCheck

__all__ = ["Finding", "Problem", "VerifyReport", "verify"]

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
    work = _Verification(repository, deep, counter)
    root = ProjectListCheck(repository.workspace, repository.config.pages, whole=not projects)
    for checked in side_by_side(project_folders(repository, projects), work.check):
        work.add(checked)
    findings = root.findings(work.present)
    for pause in RECHECK_DELAYS:
        if not (work.suspects or findings):
            break
        repository.workspace.backoff.sleep(pause)
        for checked in side_by_side(work.again(), work.check):
            work.add(checked)
        findings = root.findings(work.present)
    return VerifyReport(
        target=repository.url,
        deep=deep,
        projects=work.projects,
        files=work.files,
        pending=work.pending,
        findings=(*sorted(work.findings, key=lambda finding: finding.project or ""), *findings),
    )


class _Verification:
    """The counts and findings so far, except those of projects that are to be checked again."""

    def __init__(self, repository: Repository, deep: bool, counter: ItemCounter) -> None:
        self._workspace = repository.workspace
        self._kinds = repository.config.pages
        self._deep = deep
        self._counter = counter
        self._rounds = 0
        self._others = OtherProjects(repository.workspace, thorough=True)
        self.present: set[str] = set()
        self.suspects: list[str] = []
        self.findings: list[Finding] = []
        self.projects = self.files = self.pending = 0

    def again(self) -> Iterator[Folder]:
        """The projects to check again."""
        names, self.suspects = self.suspects, []
        self._rounds += 1
        self._others = OtherProjects(self._workspace, thorough=True)
        return (list_folder(self._workspace.store, self._workspace.layout, name) for name in names)

    def check(self, folder: Folder) -> tuple[CheckedProject, bool]:
        """Check one project, and tell whether to check it again. Its `StoreError` becomes a finding."""
        try:
            check = ProjectCheck(
                self._workspace, self._kinds, folder, self._others, deep=self._deep, counter=self._counter
            )
            found = check.run()
        except StoreError as error:
            finding = Finding(Problem.FAILED, folder.name, error.key, error.message)
            found = CheckedProject(folder.name, None, damaged=True, findings=(finding,))
        if not found.findings or self._rounds == len(RECHECK_DELAYS):
            return found, False
        record = folder.objects.get(self._workspace.layout.manifest(folder.name))
        recent = record is not None and self._workspace.clock.now() - record.modified < RECENT
        return found, recent or not self._rounds

    def add(self, checked: tuple[CheckedProject, bool]) -> None:
        """Count a checked project, unless it is checked again."""
        found, again = checked
        self.present.discard(found.project)
        self.present.update({found.project} if found.exists else ())
        if again:
            self.suspects.append(found.project)
            return
        self.projects += found.exists or bool(found.findings)
        self.files += found.files
        self.pending += found.pending
        self.findings += found.findings
