"""Change which pages a repository has beside ``index.json``, and under which keys; see `PageStyle`.

New pages are written before the repository config (``repository.json``) names them alone, and old pages are deleted
after that. A publisher reads the config when it begins. One that began before the migration and ends after it leaves a
page of the old style, or an outdated page of the new style; the same migration, run again, corrects both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from ..concurrency import side_by_side
from ..config.choices import PageStyle
from ..errors import PreconditionFailed, RepositoryError
from ..locks.base import ROOT
from ..repository.change import Change, Decision
from ..repository.inventory import Folder
from ..repository.manifest import Manifest
from ..repository.objects import head_if_exists
from ..repository.page_kind import PageKind, kinds_of, other_kinds
from ..repository.pages import COMMIT
from ..repository.project_list import ProjectList
from ..repository.repository import Repository
from ..repository.repository_config import change_config
from ..repository.root_entry import RootEntry
from ..repository.snapshot import ProjectDocuments
from ..stores.base import Info, Matches


@dataclass(frozen=True, slots=True)
class MigrateReport:
    """What one call changed.

    :param before: the pages that the repository had, as ``repository.json`` names them.
    :param pages: the pages that it has.
    :param projects: how many projects have them.
    :param removed: keys of the pages that were deleted.
    :param left: keys of pages of the old style that stay, as another tool wrote them.
    :param dry_run: whether nothing was written, and this is what would have been changed.
    """

    target: str
    before: tuple[str, ...]
    pages: tuple[str, ...]
    projects: int
    removed: tuple[str, ...]
    left: tuple[str, ...]
    dry_run: bool = False


def migrate_index(
    repository: Repository, style: PageStyle, confirm: Callable[[MigrateReport], None] | None = None
) -> MigrateReport:
    """Give every project, and the list of projects, the pages of ``style`` and no others.

    Another tool's repository is adopted with it. A migration that was interrupted is completed by the same call.

    :param confirm: called with the report of a dry run before anything is written; an error that it raises ends the
        migration.

    Raises `RepositoryError` if the store keeps no keys that end in ``/``, before anything is written, and `StoreError`.
    """
    work = _Migration(repository, style)
    work.check()
    if repository.dry_run:
        return work.preview()
    if confirm:
        confirm(work.preview())
    return work.run()


def _at_slash(kinds: Iterable[PageKind]) -> bool:
    return any(kind.at_slash for kind in kinds)


class _Migration:
    def __init__(self, repository: Repository, style: PageStyle) -> None:
        self._repository = repository
        self._store = repository.workspace.store
        self._layout = repository.workspace.layout
        self._before = repository.config.pages
        self._kinds = kinds_of(style)
        migrating = replace(repository.config, pages=(*self._kinds, *other_kinds(self._kinds, self._before)))
        self._workspace = replace(repository.workspace, config=lambda: migrating)
        self._root = ProjectList(self._workspace)

    def check(self) -> None:
        """Raise `RepositoryError` if the store cannot keep the new pages."""
        if not _at_slash(self._kinds) or _at_slash(self._before):
            return
        kept = self._store.slash_keys
        if kept is None:
            from ..stores.probe import probe, probe_folder  # noqa: PLC0415 - a new choice is rare

            kept = probe(self._store, probe_folder(self._layout.prefix), parts=False).slash_keys
        if not kept:
            raise RepositoryError(f"{self._repository.url}: this store keeps no keys that end in /: choose index.html")

    def preview(self) -> MigrateReport:
        """Report what `run` would do."""
        projects = [folder.name for folder in self._folders()]
        removed = [key for found in side_by_side([None, *projects], self._found_old) for key in found]
        return self._report(len(projects), removed, [], dry_run=True)

    def run(self) -> MigrateReport:
        """Migrate."""
        self._record(self._workspace.config().pages)
        projects = [name for name in side_by_side(self._folders(), self._bring_up) if name]
        ProjectList(self._workspace, exact=True).refresh()
        self._record(self._kinds)
        removed: list[str] = []
        left: list[str] = []
        for keys in side_by_side([None, *projects], self._clear):
            for key, deleted in keys:
                (removed if deleted else left).append(key)
        return self._report(len(projects), removed, left)

    def _report(self, projects: int, removed: list[str], left: list[str], *, dry_run: bool = False) -> MigrateReport:
        return MigrateReport(
            target=self._repository.url,
            before=tuple(kind.value for kind in self._before),
            pages=tuple(kind.value for kind in self._kinds),
            projects=projects,
            removed=tuple(removed),
            left=tuple(left),
            dry_run=dry_run,
        )

    def _record(self, kinds: tuple[PageKind, ...]) -> None:
        """Record in the repository config that the repository has the pages of ``kinds``."""
        workspace = self._workspace
        with workspace.held(ROOT):
            backoff = workspace.clock.backoff
            change_config(self._store, self._layout, lambda config: replace(config, pages=kinds), backoff)

    def _folders(self) -> Iterator[Folder]:
        """The folders of projects that have a manifest or a page."""
        layout = self._layout
        for folder in self._workspace.list_folders():
            if not folder.is_project:
                continue
            pages = [
                info for key in layout.pages(folder.name).values() if (info := folder.objects.get(key)) and info.size
            ]
            if pages or layout.manifest(folder.name) in folder.objects:
                yield folder

    def _bring_up(self, folder: Folder) -> str:
        documents = ProjectDocuments(self._workspace, folder.name, exact=True)

        def same(manifest: Manifest) -> Decision[None]:
            return Decision(manifest, None, names=(folder.name,))

        Change(RootEntry(self._root), documents, same).run()
        return folder.name

    def _old(self, project: str | None) -> list[str]:
        """Keys of the pages of the old style, of ``project`` or of the list of projects."""
        old = [kind for kind in other_kinds(self._kinds) if not kind.at_slash or self._store.slash_keys is not False]
        return [*self._layout.pages(project, old).values()]

    def _found_old(self, project: str | None) -> list[str]:
        return [key for key in self._old(project) if self._page(key)]

    def _clear(self, project: str | None) -> list[tuple[str, bool]]:
        """Delete the old pages of ``project``, or of the list of projects; each key with whether it was deleted."""
        with self._workspace.held(ROOT if project is None else project):
            return [(key, self._remove(key, info)) for key in self._old(project) if (info := self._page(key))]

    def _remove(self, key: str, info: Info) -> bool:
        if COMMIT not in info.metadata:
            return False
        try:
            self._store.delete(key, Matches(info.token))
        except PreconditionFailed:
            return False
        return True

    def _page(self, key: str) -> Info | None:
        info = head_if_exists(self._store, key)
        return info if info and info.size else None  # an empty object is the mark of a folder that the AWS console made
