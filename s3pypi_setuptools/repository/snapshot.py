"""Read the documents of one project: its manifest and its pages."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass

from ..errors import InvalidIndex, RepositoryError
from ..index.model import File, Project
from ..stores.base import Info, Token
from .documents import Kind, OtherKind, OtherRepository
from .inventory import Folder
from .links import adopt_files
from .manifest import Manifest
from .page_kind import PageKind
from .pages import DerivedPages, PageSource, PageState
from .workspace import Workspace

log = logging.getLogger(__name__)


class DamagedPage(InvalidIndex):
    """A page cannot be parsed, and the operation ends before anything was changed.

    :param what: the page's key, and what is wrong with it.
    """

    def __init__(self, what: str) -> None:
        super().__init__(f"{what}; nothing was changed: restore or remove the page")
        self.what = what


@dataclass(frozen=True, slots=True)
class Reading:
    """Requests under way for the state from which a change of a project starts.

    :param pages: None if the pages' tokens can be computed from the manifest.
    :param folder: the listing of a new project's folder; None if it has not been asked for.
    """

    manifest: Future[tuple[Manifest | None, Token | None]]
    pages: dict[PageKind, Future[PageState]] | None
    folder: Future[Folder] | None = None

    @classmethod
    def of_new_project(cls, folder: Folder) -> Reading:
        """The reading of a project without a manifest, whose folder was listed."""
        manifest: Future[tuple[Manifest | None, Token | None]] = Future()
        listed: Future[Folder] = Future()
        manifest.set_result((None, None))
        listed.set_result(folder)
        return cls(manifest, None, listed)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state from which a change of a project starts.

    :param manifest: None if there is none.
    :param pages: as they were read, or as they are expected to be if nobody else changes them.
    :param base: the manifest, empty if there is none, with the files that other tools' pages add.
    """

    manifest: Manifest | None
    token: Token | None
    pages: dict[PageKind, PageState]
    base: Manifest


class ProjectDocuments(PageSource[Manifest, Project]):
    """The documents of the project ``name`` (normalized).

    :param exact: as of `DerivedPages`.
    """

    deletable = True
    compressed = True

    def __init__(self, workspace: Workspace, name: str, *, exact: bool = False) -> None:
        layout = workspace.layout
        kinds = [kind for kind in PageKind if not kind.at_slash or workspace.store.slash_keys is not False]
        super().__init__(workspace, layout.manifest(name), layout.pages(name, kinds))
        self.name = name
        self.pages = DerivedPages(self, exact=exact)

    def parse(self, data: bytes) -> Manifest | None:
        """The manifest, never None here; raises `OtherRepository` for a document of another repository."""
        try:
            return Manifest.from_json(data, self.key)
        except OtherKind as error:
            if error.found in (Kind.ROOT, Kind.REPOSITORY):
                raise OtherRepository(self.workspace.store, self.workspace.layout, self.name) from error
            raise

    def parse_page(self, kind: PageKind, data: bytes) -> Project:
        """What a page of the project lists, whichever tool wrote it. Raises `DamagedPage`."""
        try:
            return kind.parse_project(data, self.name)
        except InvalidIndex as error:
            raise DamagedPage(f"{self.keys[kind]}: {error}") from error

    def render(self, kind: PageKind, record: Manifest) -> bytes:
        """The bytes of the project's page."""
        return kind.render_project(record.project)

    def is_deleted(self, record: Manifest) -> bool:
        """Whether the project is deleted."""
        return record.deleted

    def blank(self, commit: str) -> Manifest:
        """A manifest of that commit id that lists nothing."""
        return Manifest(Project(self.name, commit=commit))

    def reading(self, *, brief: bool = False) -> Reading:
        """Start to read the manifest and the state of every page, in parallel.

        :param brief: do not read the pages if their tokens can be computed. If a page is not the manifest's, a put on
            the computed token fails, and the page is then brought up to date.
        """
        computed = brief and self.workspace.store.token_of(b"") is not None
        return Reading(self.workspace.pool.submit(self.read), None if computed else self.pages.reading())

    def snapshot(self, reading: Reading) -> Snapshot:
        """Wait for ``reading``, and take over the files that another tool has listed on pages of the repository.

        Raises `OtherRepository` if there is no manifest, as the folder is another repository, `DamagedPage`, and
        `StoreError`.
        """
        manifest, token = reading.manifest.result()
        states = self._states(reading, manifest)
        if manifest is None and any(state.commit for state in states.values()):
            manifest, token = self._manifest_of_pages()
        base = manifest or Manifest(Project(self.name))
        listed: list[File] = []
        for kind in [kind for kind, state in states.items() if state.foreign]:
            page, states[kind] = self.read_page(kind)
            if page is None or not states[kind].foreign:
                continue
            listed += [file for file in page.files if not base.file(file.filename)]
            if manifest and not manifest.deleted:
                log.warning(
                    "%s: written by another tool; what it adds is taken over, what it dropped stays", self.keys[kind]
                )
        listed = [file for file in listed if not base.removed_urls(file.filename)]
        if listed:
            base = base.with_files(adopt_files(self.workspace, self.name, listed))
        return Snapshot(manifest, token, states, base)

    def _states(self, reading: Reading, manifest: Manifest | None) -> dict[PageKind, PageState]:
        # A new project costs one listing, which shows whose the folder is; an existing project costs none.
        objects: Mapping[str, Info] = {}
        if manifest is None:
            folder = reading.folder.result() if reading.folder else self.workspace.list_folder(self.name)
            objects = folder.objects
        if reading.pages is None and manifest:
            states = self.pages.expected(manifest)
        else:
            pages = reading.pages or self.pages.reading(objects)
            states = {kind: pages[kind].result() if kind in pages else PageState() for kind in self.keys}
        return {kind: states[kind] for kind in self.workspace.config().pages if kind in states}

    def _manifest_of_pages(self) -> tuple[Manifest, Token | None]:
        """The manifest of the project's own pages: it was committed after the first read, or is lost."""
        manifest, token = self.read()
        if manifest is None:
            raise RepositoryError(
                f"{self.key}: is missing, though the project has pages of ours: restore it, or rebuild it "
                f"with 's3pypi reindex {self.name}'"
            )
        return manifest, token

    def listed_on_pages(self) -> tuple[File, ...] | None:
        """The files that any page of the project lists, whoever wrote it; None if there are no pages."""
        kinds = {key: kind for kind, key in self.keys.items()}.values()
        pages = [page for kind in kinds if (page := self.read_page(kind)[0])]
        return tuple(file for page in pages for file in page.files) if pages else None
