"""Compare the list of projects and its pages with the projects that exist."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import KW_ONLY, dataclass

from ...errors import InvalidIndex, NotFound, StoreError
from ...index.model import Root
from ...repository.documents import OtherKind
from ...repository.manifest import Manifest
from ...repository.page_kind import PageKind
from ...repository.project_list import parse_project_list
from ...repository.workspace import Workspace
from .problems import Finding, Problem

__all__ = ["ProjectListCheck"]


@dataclass(frozen=True, slots=True)
class ProjectListCheck:
    """Compares the list of projects with the projects that exist.

    :param kinds: the pages of the repository.
    :param whole: whether all projects were checked, and not only some.
    """

    workspace: Workspace
    kinds: tuple[PageKind, ...]
    _: KW_ONLY
    whole: bool

    def findings(self, present: Collection[str]) -> list[Finding]:
        """Problems of the list; unless all projects were checked, only whether it names those that are ``present``."""
        key = self.workspace.layout.project_list
        try:
            root = parse_project_list(self.workspace.store.get(key).data)
        except NotFound:
            root = Root()
            if present:
                return [self._finding(Problem.ROOT, key, "the list of projects does not exist")]
        except OtherKind as error:
            return [Finding(Problem.ROOT, None, key, f"{error}")]
        except InvalidIndex as error:
            return [self._finding(Problem.ROOT, key, f"{error}")]
        listed = set(root.projects)
        found = [
            Finding(Problem.ROOT_LACKS, name, key, "the list of projects does not name the project: 'reindex' adds it")
            for name in sorted(set(present) - listed)
        ]
        if self.whole:
            found += [
                Finding(Problem.ROOT_EXTRA, name, key, "the project does not exist: 'reindex' removes it from the list")
                for name in sorted(listed - set(present))
                if self._is_absent(name)
            ]
            found += self._pages(root)
        return found

    def _pages(self, root: Root) -> Iterator[Finding]:
        if not root.commit:
            return
        for kind, key in self.workspace.layout.pages(kinds=self.kinds).items():
            try:
                data = self.workspace.store.get(key).data
            except NotFound:
                yield self._finding(Problem.PAGE_MISSING, key, "does not exist")
            else:
                if not kind.is_rendering(data, kind.render_root(root)):
                    yield self._finding(
                        Problem.PAGE, key, f"differs from the rendering of the list (commit {root.commit})"
                    )

    def _is_absent(self, project: str) -> bool:
        key = self.workspace.layout.manifest(project)
        try:
            return Manifest.from_json(self.workspace.store.get(key).data, key).deleted
        except (NotFound, OtherKind):
            return True
        except (InvalidIndex, StoreError):
            return False

    @staticmethod
    def _finding(problem: Problem, key: str, detail: str) -> Finding:
        return Finding(problem, None, key, f"{detail}: 'reindex' corrects it")
