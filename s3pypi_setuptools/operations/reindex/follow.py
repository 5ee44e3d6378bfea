"""Reindex the projects whose objects another tool, or a person, stored or deleted."""

from __future__ import annotations

from collections.abc import Iterable

from ...errors import NoSuchProject
from ...naming import is_project_name, normalize_name
from ...repository.documents import OtherRepository
from ...repository.layout import Layout, distribution_key, is_distribution_key
from ...repository.objects import head_if_exists
from ...repository.repository import Repository
from ...repository.upload import SHA256
from ...repository.workspace import Workspace
from .project_reindex import ReindexedProject
from .reindex import ReindexReport, reindex


def is_followed(layout: Layout, key: str, *, exists: bool) -> bool:
    """Whether an index may have to change because of the object under ``key``; no request is made.

    Publishers store pages, manifests, metadata files and objects under private keys, and nobody else does.

    :param exists: whether the object was stored, and not deleted.
    """
    project = _project_of(layout, key)
    if project is None:
        return False
    plain = distribution_key(key) == key and not layout.has_private_key(project, key)
    return not exists or (plain and is_distribution_key(key))


def follow(repository: Repository, keys: Iterable[str]) -> ReindexReport:
    """Reindex the projects of the objects under ``keys``, as far as these objects are not what a publisher stored.

    A key is a hint: what is under it now decides. A file whose object does not exist is unlisted. A folder that is
    another repository is left as it is.

    Raises `RepositoryError` if there is no repository, and `StoreError`. An error in one project is in that project's
    report.
    """
    workspace = repository.workspace
    projects: dict[str, bool] = {}
    for key in dict.fromkeys(keys):
        project = _project_of(workspace.layout, key)
        if project is not None:
            exists = _is_foreign(workspace, project, key)
            if exists is not None:
                projects[project] = projects.get(project, False) or not exists
    examined = files = 0
    reports: list[ReindexedProject] = []
    for project, unlist_missing in sorted(projects.items()):
        try:
            report = reindex(repository, [project], unlist_missing=unlist_missing)
        except NoSuchProject:  # all of its objects are gone
            continue
        except OtherRepository as error:
            reports.append(ReindexedProject(project, left=(str(error),), exists=False))
            continue
        examined += report.examined
        files += report.files
        reports += report.projects
    return ReindexReport(repository.url, examined, files, tuple(reports))


def _project_of(layout: Layout, key: str) -> str | None:
    """The project in whose folder ``key`` is; None if it is in none, or if no page can refer to it."""
    path = key.removeprefix(layout.top)
    name, slash, _ = path.partition("/")
    if not (key.startswith(layout.top) and slash and is_project_name(name) and normalize_name(name) == name):
        return None
    if layout.key_below(path.removesuffix("/")) is None:
        return None
    return name if layout.is_own_place(name, key) else None


def _is_foreign(workspace: Workspace, project: str, key: str) -> bool | None:
    """True if another tool stored the object, False if it does not exist, None if a publisher stored it."""
    found = head_if_exists(workspace.store, key)
    if found is None:
        return False
    if not is_distribution_key(key) or workspace.layout.has_private_key(project, key):
        return None
    has_record = head_if_exists(workspace.store, workspace.layout.manifest(project)) is not None
    return None if SHA256 in found.metadata and has_record else True
