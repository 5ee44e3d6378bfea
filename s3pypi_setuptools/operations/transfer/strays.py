"""Files that are found in another project's folder than their own, on their way to their own project.

Who may write one project's folder decides about that project alone. So a stray that a manifest of this tool lists is a
fault of that manifest; one that another tool left is taken over, but never into a project with a manifest of ours.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ...errors import Error
from ...repository.repository import Repository
from ...repository.stored_file import StoredDistribution
from ..publish.report import FileReport, Outcome
from .report import ImportOutcome
from .source import Found

__all__ = ["OUTCOMES", "Stray", "Strays"]

OUTCOMES = {
    Outcome.PUBLISHED: ImportOutcome.COPIED,
    Outcome.REPLACED: ImportOutcome.COPIED,
    Outcome.PRESENT: ImportOutcome.PRESENT,
    Outcome.FAILED: ImportOutcome.FAILED,
}
"""What an import reports of a file that it has published."""


@dataclass(frozen=True, slots=True)
class Stray:
    """A file found outside its project's folder, and what became of it."""

    project: str
    found: Found
    outcome: ImportOutcome
    note: str | None = None


class Strays:
    """The strays of one import.

    :param publish: publishes files into the target.
    :param taken: take every stray over, whatever manifests there are: somebody asked for that.
    """

    def __init__(
        self, target: Repository, publish: Callable[[list[StoredDistribution]], tuple[FileReport, ...]], *, taken: bool
    ) -> None:
        self._target = target
        self._publish = publish
        self._taken = taken
        self._managed: dict[str, bool] = {}
        self._waiting: defaultdict[str, list[tuple[Found, StoredDistribution]]] = defaultdict(list)
        self.gathered: defaultdict[str, set[str]] = defaultdict(set)
        """The urls of files that their own projects list now, by the project that listed them before."""

    def begin(self, project: str, *, managed: bool) -> None:
        """Note whether the target has a manifest of ``project``, before this import makes one."""
        self._managed.setdefault(project, managed)

    def refusal(self, project: str, found: Found) -> Stray | None:
        """``found``, a file of ``project``, if it is not taken over; None if it is."""
        if self._taken:
            return None
        if found.committed:
            note = f"is a file of {project}, and listed under {found.project}: delete it there, or give --strays"
            return Stray(project, found, ImportOutcome.FAILED, note)
        if self._is_managed(project):
            note = f"is a file of {project}, which has a manifest of its own: publish it, or give --strays"
            return Stray(project, found, ImportOutcome.LEFT, note)
        return None

    def add(self, found: Found, distribution: StoredDistribution) -> None:
        """Remember a stray that is to be taken over."""
        self._waiting[distribution.project].append((found, distribution))

    def gather(self) -> Iterator[Stray]:
        """Publish what was added into its own projects."""
        for project, strays in self._waiting.items():
            try:
                found = list(self._gather(project, strays))
            except Error as error:
                found = [Stray(project, each, ImportOutcome.FAILED, str(error)) for each, _ in strays]
            for stray in found:
                if stray.found.listed and stray.outcome in (ImportOutcome.COPIED, ImportOutcome.PRESENT):
                    self.gathered[stray.found.project].add(stray.found.file.url)
                yield stray

    def _gather(self, project: str, strays: list[tuple[Found, StoredDistribution]]) -> Iterator[Stray]:
        there = self._target.manifest(project)
        listed = {file.filename: file.sha256 for file in there.project.files} if there and there.commit else {}
        chosen: dict[str, tuple[Found, StoredDistribution]] = {}
        same: list[tuple[Found, StoredDistribution]] = []
        for each, one in sorted(strays, key=lambda stray: stray[1].file.path):
            if listed.get(one.filename) == one.file.sha256:
                yield Stray(project, each, ImportOutcome.PRESENT)
            elif refused := self.refusal(project, each):
                yield refused
            elif chosen.setdefault(one.filename, (each, one))[1] is one:
                continue
            elif chosen[one.filename][1].file.sha256 == one.file.sha256:
                same.append((each, one))
            else:
                other = chosen[one.filename][1].file.path
                yield Stray(project, each, ImportOutcome.FAILED, f"has the filename of {other} and other bytes")
        reports = {file.filename: file for file in self._publish([one for _, one in chosen.values()])}
        for each, one in (*chosen.values(), *same):
            report = reports[one.filename]
            yield Stray(project, each, OUTCOMES[report.outcome], report.error)

    def _is_managed(self, project: str) -> bool:
        """Whether the target had a manifest of ``project`` before this import."""
        if project not in self._managed:
            manifest = self._target.manifest(project)
            self._managed.setdefault(project, manifest is not None and manifest.commit is not None)
        return self._managed[project]
