"""Verify a repository: everything listed is there, everything there is listed, and the pages say what they should."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from ...concurrency import side_by_side
from ...errors import StoreError
from ...monitor import UNWATCHED, Tally
from ...repository.inventory import Folder, survey_project
from ...repository.other_projects import OtherProjects
from ...repository.repository import Repository
from ..file_selector import named_folders
from .problems import Finding, Problem
from .project_check import Examination, examine
from .project_list_check import RootExamination

__all__ = ["Finding", "Problem", "VerifyReport", "verify"]

SETTLING = (1.0, 2.0)
"""Seconds before what looks wrong is looked at again, and once more where the manifest is recent."""


RECENT = timedelta(minutes=1)
"""Whoever committed a manifest within this time may still be writing its pages."""


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What one look at a repository found.

    :param deep: every file was read; otherwise sizes, times and noted hashes were compared.
    :param projects: how many were looked at.
    :param files: how many files they list.
    :param pending: objects that a publisher has stored within the last hour, and may be about to list.
    :param findings: by project; those of the root last.
    """

    target: str
    deep: bool
    projects: int
    files: int
    pending: int
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings


def verify(
    repository: Repository, projects: Sequence[str] = (), *, deep: bool = False, tally: Tally = UNWATCHED
) -> VerifyReport:
    """Hold the records and pages of a repository, or of some ``projects`` (normalized), against its objects.

    What looks wrong is looked at a second time, so that a publisher at work is no finding. A project that the store
    does not let us see is one.

    :param deep: read every file, and compare its hash; wheels' metadata files with what the wheels hold.
    :param tally: counts files.

    Raises `RepositoryError` for a project that does not exist, and `StoreError` where the listing fails.
    """
    work = _Verification(repository, deep, tally)
    root = RootExamination(repository.workspace, repository.record.pages, whole=not projects)
    folders = named_folders(repository, projects) if projects else _all(repository)
    for found in side_by_side(folders, work.look):
        work.add(found)
    findings = root.findings(work.present)
    for pause in SETTLING:
        if not (work.doubtful or findings):
            break
        repository.workspace.backoff.sleep(pause)
        for found in side_by_side(work.again(), work.look):
            work.add(found)
        findings = root.findings(work.present)
    return VerifyReport(
        target=repository.url,
        deep=deep,
        projects=work.projects,
        files=work.files,
        pending=work.pending,
        findings=(*sorted(work.findings, key=lambda finding: finding.project or ""), *findings),
    )


def _all(repository: Repository) -> Iterator[Folder]:
    return (folder for folder in repository.workspace.survey() if folder.is_project)


class _Verification:
    """Counts and findings, as they come in; a finding counts once its project has been looked at again."""

    def __init__(self, repository: Repository, deep: bool, tally: Tally) -> None:
        self._workspace = repository.workspace
        self._kinds = repository.record.pages
        self._deep = deep
        self._tally = tally
        self._looks = 0
        self._others = OtherProjects(repository.workspace, thorough=True)
        self.present: set[str] = set()
        self.doubtful: list[str] = []
        self.findings: list[Finding] = []
        self.projects = self.files = self.pending = 0

    def again(self) -> Iterator[Folder]:
        """The projects to look at again."""
        names, self.doubtful = self.doubtful, []
        self._looks += 1
        self._others = OtherProjects(self._workspace, thorough=True)
        return (survey_project(self._workspace.store, self._workspace.layout, name) for name in names)

    def look(self, folder: Folder) -> tuple[Examination, bool]:
        """Examine one project; whether that is to be done again. An error that concerns it alone is a finding."""
        try:
            found = examine(
                self._workspace, self._kinds, folder, others=self._others, deep=self._deep, tally=self._tally
            )
        except StoreError as error:
            finding = Finding(Problem.FAILED, folder.name, error.key, error.message)
            found = Examination(folder.name, None, damaged=True, findings=(finding,))
        if not found.findings or self._looks == len(SETTLING):
            return found, False
        record = folder.objects.get(self._workspace.layout.manifest(folder.name))
        recent = record is not None and self._workspace.clock.now() - record.modified < RECENT
        return found, recent or not self._looks

    def add(self, looked: tuple[Examination, bool]) -> None:
        """Count one examination, unless it is done again."""
        found, again = looked
        self.present.discard(found.project)
        self.present.update({found.project} if found.exists else ())
        if again:
            self.doubtful.append(found.project)
            return
        self.projects += found.exists or bool(found.findings)
        self.files += found.files
        self.pending += found.pending
        self.findings += found.findings
