"""Compare one project's manifest and pages with the objects in the store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from ...errors import InvalidIndex, NotFound
from ...index.simple_html import REJECTED_BY_OLD_PIP
from ...naming import guess_project, version_of
from ...repository.documents import stored_form
from ...repository.inventory import Folder
from ...repository.layout import distribution_key, is_distribution_key
from ...repository.links import find_key, names_with_absolute_urls
from ...repository.manifest import Manifest
from ...repository.objects import head_if_exists, matches_listing, read_if_exists
from ...repository.other_projects import OtherProjects
from ...repository.page_kind import PageKind, other_kinds
from ...repository.snapshot import ProjectDocuments
from ...repository.upload import SHA256
from ...repository.workspace import Workspace
from ...stores.base import Info
from ...text import counted
from .file_check import FileCheck
from .problems import Finding, Problem

PENDING = timedelta(hours=1)
"""How long a publisher may take from storing its first object to its commit."""


@dataclass(frozen=True, slots=True)
class CheckedProject:
    """The result of checking one project.

    :param manifest: None if there is none, or if it cannot be read.
    :param exists: whether the list of projects should name the project.
    :param lost: whether the folder has pages or distributions, but no manifest.
    :param findings: problems; those of files and unlisted objects in the order of the listing.
    :param files: the number of listed files.
    :param unlisted: distributions and their companion files that the manifest does not list, of any age.
    :param pending: how many of those a publisher stored within `PENDING`, so that it may be about to list them.
    """

    project: str
    manifest: Manifest | None
    exists: bool = False
    lost: bool = False
    findings: tuple[Finding, ...] = ()
    files: int = 0
    unlisted: tuple[Info, ...] = ()
    pending: int = 0


def other_project(project: str, filename: str) -> str | None:
    """The problem of a file that ``project`` lists and whose name is another project's; None if it is its own."""
    other = guess_project(filename) if version_of(project, filename) is None else None
    if other in (None, project):
        return None
    return f"is a file of {other}, and listed under {project}: delete it here, and publish it there"


class ProjectCheck:
    """Compares the manifest and pages of the project in ``folder`` with its objects.

    Sizes, times and ETags come from the listing, without further requests: most stores use a page's MD5 as its ETag.
    The monitor counts the files.

    :param others: tells whether another project lists an object that this one does not.
    :param deep: read every listed file and every metadata file.
    """

    def __init__(self, workspace: Workspace, folder: Folder, others: OtherProjects, *, deep: bool) -> None:
        self._others = others
        self._workspace = workspace
        self._store = workspace.store
        self._layout = workspace.layout
        self._kinds = workspace.config().pages
        self._project = folder.name
        self._folder = folder
        self._objects = folder.objects
        self._files = FileCheck(workspace, folder, deep=deep)
        places = [
            kind
            for kind in (*self._kinds, *other_kinds(self._kinds))
            if not (kind.at_slash and workspace.store.slash_keys is False)
        ]
        self._pages = workspace.layout.pages(folder.name, places)
        self._pending = 0

    def run(self) -> CheckedProject:
        """Check the project; raises `StoreError`."""
        key = self._layout.manifest(self._project)
        if key not in self._objects:
            return self._without_manifest()
        try:
            manifest = Manifest.from_json(self._store.get(key).data, key)
        except NotFound:
            return self._without_manifest()
        except InvalidIndex as error:
            finding = self._finding(Problem.MANIFEST, key, f"{error}".removeprefix(f"{key}: "))
            unlisted = tuple(self._folder.unlisted(()))
            return CheckedProject(self._project, None, exists=True, findings=(finding,), unlisted=unlisted)
        files = manifest.project.files
        keys = {file.filename: find_key(self._workspace, self._project, file.url, self._objects) for file in files}
        unlisted = tuple(self._folder.unlisted(set(keys.values())))
        count = self._workspace.monitor.count
        count.expect(len(files))
        found: list[Finding] = []
        for file in files:
            if detail := other_project(self._project, file.filename):
                found.append(self._finding(Problem.OTHER_PROJECT, keys[file.filename] or file.filename, detail))
            if place := keys[file.filename]:
                found += self._files.findings(file, place)
            count.advance(1)
        found += self._page_findings(manifest)
        found += self._orphans(manifest, unlisted)
        return CheckedProject(
            self._project,
            manifest,
            exists=not manifest.deleted,
            findings=tuple(found),
            files=len(files),
            unlisted=unlisted,
            pending=self._pending,
        )

    def _finding(self, problem: Problem, key: str, detail: str) -> Finding:
        return Finding(problem, self._project, key, detail)

    def _without_manifest(self) -> CheckedProject:
        unlisted = tuple(self._folder.unlisted(()))
        pages = [kind for kind, key in self._pages.items() if key in self._objects and self._objects[key].size]
        distributions = [
            info
            for info in unlisted
            if is_distribution_key(info.key)
            and version_of(self._project, info.key.rpartition("/")[2])
            and not self._others.lister(self._project, info.key)
        ]
        waiting = distributions and all(map(self._is_pending, distributions)) and all(map(self._is_blank, pages))
        if not (pages or distributions) or waiting:
            return CheckedProject(self._project, None, unlisted=unlisted, pending=len(distributions))
        if distributions:
            what = counted(len(distributions), "distribution")
            detail = f"{what} and no manifest: 'reindex' makes one that lists them"
        else:
            detail = "pages and no manifest: 'reindex' makes one if they list files that exist; otherwise remove them"
        finding = self._finding(Problem.NO_MANIFEST, self._layout.manifest(self._project), detail)
        return CheckedProject(self._project, None, exists=True, lost=True, findings=(finding,), unlisted=unlisted)

    def _is_blank(self, kind: PageKind) -> bool:
        """Whether the page is a blank one, from a publisher that has not committed yet."""
        try:
            return ProjectDocuments(self._workspace, self._project).pages.state(kind).blank
        except InvalidIndex:
            return False

    def _page_findings(self, manifest: Manifest) -> Iterator[Finding]:
        rendered: dict[bool, bytes] = {}
        for kind, key in self._pages.items():
            info = self._objects.get(key)
            if manifest.deleted or kind not in self._kinds:
                if info is not None and info.size:
                    why = "the project is deleted" if manifest.deleted else "this repository has no such pages"
                    yield self._finding(Problem.PAGE_LEFT, key, f"still exists, though {why}: {_REINDEX}")
                continue
            if info is None:
                yield self._finding(Problem.PAGE_MISSING, key, f"does not exist: {_REINDEX}")
                continue
            json = kind.is_json
            if json not in rendered:
                rendered[json] = kind.render_project(manifest.project)
            listed = any(matches_listing(info, form) for form in _forms(kind, rendered[json]))
            if listed:
                continue
            stored = read_if_exists(self._store, key)
            if stored is None or not kind.is_rendering(stored, rendered[json]):
                yield self._wrong_page(key, stored, manifest)

    def _wrong_page(self, key: str, stored: bytes | None, manifest: Manifest) -> Finding:
        if stored and REJECTED_BY_OLD_PIP.encode() in stored:
            detail = f"has {REJECTED_BY_OLD_PIP}, which makes pip 22.3 to 23.1.2 reject wheels: {_REINDEX}"
            return self._finding(Problem.PAGE_REJECTED, key, detail)
        detail = f"differs from the rendering of the manifest (commit {manifest.commit}): {_REINDEX}"
        return self._finding(Problem.PAGE, key, detail)

    def _orphans(self, manifest: Manifest, unlisted: tuple[Info, ...]) -> Iterator[Finding]:
        removed = {key for url in manifest.removed if (key := self._layout.object_key(self._project, url))}
        unclear = names_with_absolute_urls(manifest.project)
        for info in unlisted:
            main = distribution_key(info.key)
            if main.rpartition("/")[2] in unclear or self._others.lister(self._project, main):
                continue
            if head_if_exists(self._store, info.key) is None:
                continue  # deleted after the listing: the manifest is newer
            if removed & {info.key, main}:
                detail = "was taken off the index, but its deletion did not finish: 'prune' deletes it"
                yield self._finding(Problem.REMOVED, info.key, detail)
            elif self._is_pending(info):
                self._pending += 1
            else:
                yield self._finding(Problem.ORPHAN, info.key, _orphan(manifest, main.rpartition("/")[2]))

    def _is_pending(self, info: Info) -> bool:
        """Whether a publisher stored the object recently and may be about to list it."""
        if self._workspace.clock.now() - info.modified > PENDING:
            return False
        if self._layout.has_private_key(self._project, info.key):
            return True
        if not self._store.keeps_metadata:
            return False
        try:
            return SHA256 in self._store.head(distribution_key(info.key)).metadata
        except NotFound:
            return distribution_key(info.key) != info.key  # a metadata file may be stored before its wheel


def _orphan(manifest: Manifest, name: str) -> str:
    """Why an object is not listed that is, or belongs to, a file called ``name``; and what to do."""
    if manifest.file(name):
        return "is not listed, and another file of its name is: 'prune' deletes it"
    if manifest.removed_urls(name):
        return "is not listed, and a file of its name was removed once: 'prune' deletes it"
    return "is not listed: 'reindex' lists a file that was copied there by hand, 'prune' deletes it"


def _forms(kind: PageKind, page: bytes) -> Iterator[bytes]:
    """The bytes as which a page may be stored, with ``Content-Encoding`` and without."""
    yield page
    if kind.is_json:
        yield stored_form(page, kind.attributes, compress=True)[0]


_REINDEX = "'reindex' corrects it"
