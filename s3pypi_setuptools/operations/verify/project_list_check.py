"""Compare the list of projects and its pages with the projects that exist."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ...errors import InvalidIndex, NotFound, StoreError
from ...index.model import Root
from ...repository.documents import OtherKind
from ...repository.manifest import Manifest
from ...repository.project_list import parse_project_list
from ...repository.workspace import Workspace
from .problems import Finding, Problem


def check_project_list(workspace: Workspace, present: Collection[str], *, whole: bool) -> list[Finding]:
    """Problems of the list of projects. Raises `StoreError`.

    :param present: the projects that exist, of those that were checked.
    :param whole: whether all projects were checked; otherwise only whether the list names those that are ``present``.
    """
    key = workspace.layout.project_list
    try:
        root = parse_project_list(workspace.store.get(key).data)
    except NotFound:
        root = Root()
        if present:
            return [_finding(Problem.ROOT, key, "the list of projects does not exist")]
    except OtherKind as error:
        return [Finding(Problem.ROOT, None, key, f"{error}")]
    except InvalidIndex as error:
        return [_finding(Problem.ROOT, key, f"{error}")]
    listed = set(root.projects)
    found = [
        Finding(Problem.ROOT_LACKS, name, key, "the list of projects does not name the project: 'reindex' adds it")
        for name in sorted(set(present) - listed)
    ]
    if whole:
        found += [
            Finding(Problem.ROOT_EXTRA, name, key, "the project does not exist: 'reindex' removes it from the list")
            for name in sorted(listed - set(present))
            if _is_absent(workspace, name)
        ]
        found += _page_findings(workspace, root)
    return found


def _page_findings(workspace: Workspace, root: Root) -> Iterator[Finding]:
    if not root.commit:
        return
    for kind, key in workspace.layout.pages(kinds=workspace.config().pages).items():
        try:
            data = workspace.store.get(key).data
        except NotFound:
            yield _finding(Problem.PAGE_MISSING, key, "does not exist")
        else:
            if not kind.is_rendering(data, kind.render_root(root)):
                yield _finding(Problem.PAGE, key, f"differs from the rendering of the list (commit {root.commit})")


def _is_absent(workspace: Workspace, project: str) -> bool:
    key = workspace.layout.manifest(project)
    try:
        return Manifest.from_json(workspace.store.get(key).data, key).deleted
    except (NotFound, OtherKind):
        return True
    except (InvalidIndex, StoreError):
        return False


def _finding(problem: Problem, key: str, detail: str) -> Finding:
    return Finding(problem, None, key, f"{detail}: 'reindex' corrects it")
